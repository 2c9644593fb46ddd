"""Write a finished run into one file that runs without PyTorch.

The file holds the network, how its inputs are encoded and what its outputs mean. Before it takes
its place it is run beside the reference; how far the two are apart is printed, and a file that
differs is not kept.

  liquidtime export runs/mine mine.safetensors
  liquidtime export runs/mine mine.onnx
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from liquidtime.export import TARGETS

_FORMATS = "; ".join(
    f"{target.name} ({target.suffix}), {target.title}" for target in TARGETS.entries().values()
)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime export`."""

    run: Annotated[Path, Positional, arg(metavar="RUN")]
    """The run folder."""
    file: Annotated[Path, Positional, arg(metavar="FILE")]
    """File to write; an older one is replaced. Its ending names the format."""
    to: Annotated[
        str | None,
        arg(metavar="FORMAT", help=f"If the ending of FILE does not tell, one of {_FORMATS}."),
    ] = None


def run(options: Options) -> int:
    """Read the run, write the file, say how well it does."""
    from liquidtime.cli.common.console import messages
    from liquidtime.export import Trained, write

    network = Trained.load(options.run)
    parity = write(network, options.file, options.to)
    size = options.file.stat().st_size
    console = messages()
    console.print(f"Wrote {options.file}: {size / 1024:,.0f} KiB.", markup=False)
    console.print(str(parity), markup=False)
    return 0
