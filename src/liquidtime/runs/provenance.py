"""Where a result comes from: versions, machine, state of the user's repository."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
from typing import Any

import liquidtime

_PACKAGES = ("torch", "lightning", "numpy", "pandas", "scikit-learn", "safetensors")


def provenance(*packages: str) -> dict[str, Any]:
    """Versions, machine, git state of the working directory, and the time, as JSON-able values.

    Args:
        packages: Distributions whose versions matter besides the usual ones.
    """
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "versions": {
            "liquidtime": liquidtime.__version__,
            "python": platform.python_version(),
            **{name: _version(name) for name in (*_PACKAGES, *packages)},
        },
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            **_torch(),
        },
        "git": git_state(),
    }


def git_state() -> dict[str, Any] | None:
    """Commit of the working directory and whether it has uncommitted changes; None outside git."""
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return None
    return {"commit": commit, "changed": bool(_git("status", "--porcelain"))}


def _torch() -> dict[str, Any]:
    # What has not been imported has had no part in the result.
    torch = sys.modules.get("torch")
    if torch is None:
        return {"torch_threads": None, "accelerator": None}
    found = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    return {"torch_threads": torch.get_num_threads(), "accelerator": found}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    if sys.platform.startswith("linux"):
        try:
            with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123
                for line in lines:
                    if line.startswith("model name"):
                        return line.split(":", 1)[1].strip()
        except OSError:
            pass
    return platform.processor() or platform.machine()


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
