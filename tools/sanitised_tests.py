"""Run the kernel tests with the extension that `make test-sanitize` built.

    python tools/sanitised_tests.py FOLDER [pytest's arguments]

An editable install puts a finder before the path, which would bring the ordinary extension; it is
taken away first.
"""

import sys


def main() -> int:
    folder, *arguments = sys.argv[1:]
    sys.meta_path[:] = [
        finder
        for finder in sys.meta_path
        if type(finder).__name__ != "ScikitBuildRedirectingFinder"
    ]
    sys.path.insert(0, folder)
    import liquidtime._native as extension

    if not str(extension.__file__).startswith(folder):
        raise SystemExit(f"{extension.__file__} is not the sanitised extension of {folder}.")
    import pytest

    return pytest.main(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
