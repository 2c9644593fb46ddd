"""Run the kernel tests with the extension that `make test-sanitize` built.

    python tools/sanitised_tests.py FOLDER [pytest's arguments]

They run on every instruction set that this machine has: all of them on the fastest, and those that
do not go through the sets themselves on each of the others again.

An editable install puts a finder before the path, which would bring the ordinary extension; it is
taken away first.
"""

import sys


class OnlyWhatTakesTheDefault:
    """Leaves out the tests that name their instruction set, for they have run."""

    def pytest_collection_modifyitems(self, config, items):
        """Of pytest."""
        named = [item for item in items if "isa" in item.fixturenames]
        config.hook.pytest_deselected(items=named)
        items[:] = [item for item in items if item not in named]


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

    fastest, *others = extension.isas()
    code = int(pytest.main(arguments))
    for name in others:
        extension.use_isa(name)
        sys.stdout.write(f"on {name}, after {fastest}\n")
        code = code or int(pytest.main(arguments, plugins=[OnlyWhatTakesTheDefault()]))
    return code


if __name__ == "__main__":
    raise SystemExit(main())
