"""Write a finished run into one file that runs without PyTorch.

  liquidtime export runs/mine mine.safetensors

The file holds the network, how its inputs are encoded and what its outputs mean. Load it with
`liquidtime.deploy.Stream.load`; where it runs, NumPy and safetensors are enough.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from liquidtime.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime export`."""

    run: Annotated[Path, Positional, arg(metavar="RUN")]
    """The run folder."""
    to: Annotated[Path, Positional, arg(metavar="FILE")]
    """File to write, .safetensors; an older one is replaced."""


def run(options: Options) -> int:
    """Read the run, write the file."""
    if options.to.suffix != ".safetensors":
        raise InputError(f"{options.to}: expected a name that ends in .safetensors.")
    if options.to.is_dir() or not options.to.parent.is_dir():
        raise InputError(f"{options.to}: expected a file in a folder that is there.")
    from liquidtime.cli.common.console import messages
    from liquidtime.deploy import Stream

    stream = Stream.load(options.run)
    stream.save(options.to)
    size = options.to.stat().st_size
    messages().print(
        f"Wrote {options.to}: {size / 1024:,.0f} KiB, {stream.input_size} inputs, "
        f"{stream.output_size} outputs.",
        markup=False,
    )
    return 0
