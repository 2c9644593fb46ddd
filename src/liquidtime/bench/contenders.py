"""Who is timed: ours, the reference, ncps, and the LSTM and GRU of PyTorch."""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.bench import work
from liquidtime.bench.sizes import LayerSizes
from liquidtime.kernels import registry
from liquidtime.native import native
from liquidtime.nn import LTC, CfC
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.members import members
from liquidtime.wirings import AutoNCP

OURS = "liquidtime"
REFERENCE = "reference"
MODES = ("forward", "training")
"""Without gradient; and forward and backward, with gradients of all parameters."""

_SEED = 0


@dataclass(frozen=True)
class Contender:
    """A network at the sizes of a case."""

    name: str
    module: nn.Module
    x: Tensor
    forward: Callable[[], Tensor]
    """To the outputs of all steps."""
    gradient: Tensor
    """Of the outputs, where the backward pass begins."""
    flops: int | None = None
    """Forward, a sample and step; None where there is more than products."""
    sigmoids: int | None = None
    """Likewise, of an LTC."""
    bfloat16: bool = False
    wired: bool = False
    """Over the circuit of the case."""
    elapsed: Tensor | float = 1.0
    """Ours: what the layer is called with."""

    def call(self, mode: str) -> Callable[[], object]:
        """The call that is timed."""
        return self.infer if mode == "forward" else self.train

    def infer(self) -> None:
        """Forward without gradient."""
        with torch.no_grad():
            self.forward()

    def train(self) -> None:
        """Forward and backward."""
        for parameter in self.module.parameters():
            parameter.grad = None
        self.forward().backward(self.gradient)


def contenders(sizes: LayerSizes) -> tuple[list[Contender], list[str]]:
    """All that can be had of a case, ours first, and notes on what cannot."""
    x, gradient = _inputs(sizes)
    found = [*_ours(sizes, x, gradient)]
    notes = []
    if found[0].name == REFERENCE:
        notes.append("No compiled kernel takes this case: ours is the reference.")
    peers = ncps()
    if peers is None:
        notes.append("ncps is not installed and was left out: pip install ncps==1.0.1.")
    else:
        found.append(_ncps(sizes, x, gradient, peers))
    if sizes.recurrence == "cfc":
        found += _torch(sizes, x, gradient)
    return found, notes


def ncps() -> ModuleType | None:
    """The library `ncps.torch`, where it is installed."""
    try:
        return importlib.import_module("ncps.torch")
    except ImportError:
        return None


@contextlib.contextmanager
def seeded() -> Iterator[None]:
    """The same random numbers each time, and those of the caller afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        yield


def autocast(on: bool) -> contextlib.AbstractContextManager[Any]:
    """Products in bfloat16, or as they are."""
    return torch.autocast("cpu", torch.bfloat16) if on else contextlib.nullcontext()


def _inputs(sizes: LayerSizes) -> tuple[Tensor, Tensor]:
    with seeded():
        x = torch.randn(sizes.batch, sizes.steps, sizes.inputs)
        return x, torch.randn(sizes.batch, sizes.steps, sizes.hidden)


def _ours(sizes: LayerSizes, x: Tensor, gradient: Tensor) -> Iterator[Contender]:
    """The backend that a layer takes by itself in its uses, then the reference."""
    layer = make_layer(sizes, "auto")
    compiled = registry.select(layer.kernel_request()).name != REFERENCE
    uses: list[tuple[str, CfC | LTC, Tensor | float, bool]] = []
    if compiled:
        uses.append((OURS, layer, 1.0, False))
        with seeded():
            gaps = 0.5 + torch.rand(sizes.batch, sizes.steps)
        uses.append((f"{OURS}, elapsed [B, T]", layer, gaps, False))
        extension = native()
        if sizes.recurrence == "cfc" and extension is not None and extension.has_bfloat16():
            uses.append((f"{OURS}, bfloat16", layer, 1.0, True))
        if sizes.wired:
            wired = make_layer(sizes, "auto", wired=True)
            uses.append((f"{OURS}, AutoNCP({sizes.hidden}, {sizes.wired})", wired, 1.0, False))
    uses.append((REFERENCE, make_layer(sizes, REFERENCE), 1.0, False))
    for name, module, elapsed, half in uses:
        yield _contender(sizes, name, module, x, gradient, elapsed, half)


def make_layer(sizes: LayerSizes, backend: str, *, wired: bool = False) -> CfC | LTC:
    """Our layer at the sizes of a case, with the same parameters each time."""
    with seeded():
        if sizes.recurrence == "cfc":
            return CfC(sizes.inputs, sizes.hidden, backbone_units=sizes.backbone, backend=backend)
        if wired:
            return LTC(sizes.inputs, wiring=AutoNCP(sizes.hidden, sizes.wired), backend=backend)
        return LTC(sizes.inputs, sizes.hidden, backend=backend)


def _contender(
    sizes: LayerSizes,
    name: str,
    module: CfC | LTC,
    x: Tensor,
    gradient: Tensor,
    elapsed: Tensor | float,
    half: bool,
) -> Contender:
    def forward() -> Tensor:
        with autocast(half):
            return module(x, elapsed=elapsed)[0]

    flops = sigmoids = None
    if isinstance(module, LTC):
        cell = members(module.cells, LTCCell)[0]
        recurrent, sensory = cell.circuit.adjacency, cell.circuit.sensory_adjacency
        synapses = int(np.count_nonzero(recurrent)), int(np.count_nonzero(sensory))
        sigmoids = work.ltc_sigmoids(*synapses, cell.unfolds)
    else:
        folds = name != REFERENCE and not isinstance(elapsed, Tensor)
        heads = work.FOLDED_HEADS if folds else work.HEADS
        flops = work.cfc_flops(sizes.inputs, sizes.hidden, sizes.backbone, heads=heads)
    return Contender(
        name=name,
        module=module,
        x=x,
        forward=forward,
        gradient=gradient[..., : module.output_size].contiguous(),
        flops=flops,
        sigmoids=sigmoids,
        bfloat16=half,
        wired=module.output_size != sizes.hidden,
        elapsed=elapsed,
    )


def _ncps(sizes: LayerSizes, x: Tensor, gradient: Tensor, library: ModuleType) -> Contender:
    flops = None
    with seeded():
        if sizes.recurrence == "cfc":
            module = library.CfC(
                sizes.inputs,
                sizes.hidden,
                backbone_units=sizes.backbone,
                backbone_layers=1,
                backbone_dropout=0.0,
            )
            flops = work.cfc_flops(sizes.inputs, sizes.hidden, sizes.backbone)
        else:
            module = library.LTC(sizes.inputs, sizes.hidden)
    return Contender("ncps", module, x, lambda: module(x)[0], gradient, flops)


def _torch(sizes: LayerSizes, x: Tensor, gradient: Tensor) -> Iterator[Contender]:
    with seeded():
        lstm = nn.LSTM(sizes.inputs, sizes.hidden, batch_first=True)
        gru = nn.GRU(sizes.inputs, sizes.hidden, batch_first=True)
    flops = work.lstm_flops(sizes.inputs, sizes.hidden)
    yield Contender("nn.LSTM", lstm, x, lambda: lstm(x)[0], gradient, flops)
    flops = work.gru_flops(sizes.inputs, sizes.hidden)
    yield Contender("nn.GRU", gru, x, lambda: gru(x)[0], gradient, flops)
