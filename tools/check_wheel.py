"""Say what is wrong with the wheel in a folder, then install it into a bare environment and use it.

    python tools/check_wheel.py dist

Ends with status 1 where a file of the package is missing from the wheel, or something is in it that
belongs to no installation, or its platform tag holds for this machine alone, or it does not run.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
# Both import the extension, and neither needs torch.
TRIED = (
    "import liquidtime._native; from liquidtime.deploy import Stream; print(liquidtime.__version__)"
)


def faults(wheel: Path, source: Path = SOURCE) -> Iterator[str]:
    """What is wrong with a wheel's name and contents, a line each."""
    if "-manylinux_" not in wheel.name and "-macosx_" not in wheel.name:
        yield f"{wheel.name} is for this machine alone; expected a manylinux tag"
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        str(file.relative_to(source))
        for file in source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".so"
    }
    yield from (f"{name} is missing" for name in sorted(expected - inside))
    if not any(name.startswith("liquidtime/_native.") and name.endswith(".so") for name in inside):
        yield "the compiled kernels (liquidtime/_native) are missing"
    for name in sorted(inside):
        room = name.split("/")[0]
        # Libraries that the wheel brings along lie in liquidtime.libs.
        if room != "liquidtime" and not room.endswith((".dist-info", ".libs")):
            yield f"{name} belongs to no installation"


def used(wheel: Path) -> str:
    """What the kernels and the stepper say in an environment of their own, with NumPy alone."""
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for command in (
            [sys.executable, "-m", "venv", folder],
            [*install, "numpy"],
            [*install, "--no-deps", wheel],
        ):
            subprocess.run(command, check=True)
        # Away from the sources, so that it is the installed package that answers.
        done = subprocess.run(
            [python, "-I", "-c", TRIED], cwd=folder, check=True, capture_output=True, text=True
        )
    return done.stdout.strip()


def main(arguments: list[str]) -> int:
    """Check the newest wheel of a folder."""
    wheels = sorted(Path(arguments[0]).glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime)
    if not wheels:
        sys.stderr.write(f"{arguments[0]} holds no wheel\n")
        return 1
    found = list(faults(wheels[-1]))
    for line in found:
        sys.stderr.write(f"{line}\n")
    if found:
        return 1
    sys.stdout.write(f"{wheels[-1]} works: liquidtime {used(wheels[-1].resolve())}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
