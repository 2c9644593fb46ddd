import subprocess
import sys

import liquidtime.data


def test_importing_the_package_imports_no_torch():
    code = "import sys, liquidtime.data; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_every_public_name_is_there():
    for name in liquidtime.data.__all__:
        assert getattr(liquidtime.data, name) is not None
    assert set(liquidtime.data.__all__) <= set(dir(liquidtime.data))
    assert not hasattr(liquidtime.data, "nonsense")
