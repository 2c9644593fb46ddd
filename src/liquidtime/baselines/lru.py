"""LRU: layers of complex linear units, each read through a gate, with steps as long as the gaps.

Orvieto, Smith, Gu, Fernando, Gulcehre, Pascanu, De: Resurrecting Recurrent Neural Networks for Long
Sequences, ICML 2023; irregular steps as in Smith, Warrington, Linderman: Simplified State Space
Layers for Sequence Modeling, ICLR 2023 (S5).
"""

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from liquidtime.baselines.linear_scan import linear_scan
from liquidtime.baselines.stepwise import first_interval, inside

Hold = Literal["impulse", "interval"]
_LONGEST = 1e7
"""Gaps beyond this count as this: every unit has forgotten by then, and a phase stays a number."""


class LinearUnits(nn.Module):
    """N complex units between inputs and outputs of width H.

    With the time Δ since the row before, in typical gaps:

        λ = −exp(ν) + i exp(θ)
        x_k = exp(λΔ_k) x_{k−1} + γ s_k B u_k
        y_k = Re(C x_k) + D u_k

    An input is an impulse, s = 1, or held over the interval that it ends, s = (exp(λΔ) − 1) /
    (exp(λ) − 1), which is the zero-order hold of S5. At Δ = 1 both are the LRU of the paper.

    Args:
        width: H.
        units: N.
        hold: What an input is.
        ring: Least and largest |exp(λ)| that units are drawn with, evenly over the ring.
        phase: Largest angle of exp(λ) that they are drawn with.
    """

    def __init__(
        self, width: int, units: int, *, hold: Hold, ring: tuple[float, float], phase: float
    ) -> None:
        super().__init__()
        self.hold = hold
        low, high = ring
        # Away from the ends, where a logarithm has no value.
        share = torch.empty(units).uniform_(1e-6, 1 - 1e-6)
        self.nu = nn.Parameter(torch.log(-0.5 * torch.log(low**2 + share * (high**2 - low**2))))
        self.theta = nn.Parameter(torch.log(phase * torch.empty(units).uniform_(1e-6, 1.0)))
        radius = torch.exp(-torch.exp(self.nu.detach()))
        self.gamma = nn.Parameter(0.5 * torch.log1p(-(radius**2)))
        # Real and imaginary parts of each unit side by side.
        self.into = nn.Linear(width, 2 * units, bias=False)
        self.out = nn.Linear(2 * units, width, bias=False)
        self.past = nn.Parameter(torch.randn(width))
        nn.init.normal_(self.into.weight, std=(2 * width) ** -0.5)
        nn.init.normal_(self.out.weight, std=units**-0.5)

    def forward(self, u: Tensor, elapsed: Tensor) -> Tensor:
        """Outputs [B, T, H] of inputs [B, T, H] and elapsed times [B, T], all steps at once."""
        factor, drive = self.recurrence(u, elapsed)
        states = torch.view_as_real(linear_scan(factor, drive)).flatten(2)
        return self.out(states) + self.past * u

    def recurrence(self, u: Tensor, elapsed: Tensor) -> tuple[Tensor, Tensor]:
        """Factor and drive of each unit at each step, [B, T, N] complex."""
        rate, turn = torch.exp(self.nu), torch.exp(self.theta)
        gaps = elapsed.clamp(max=_LONGEST).unsqueeze(2)
        factor = torch.polar(torch.exp(-rate * gaps), turn * gaps)
        into = self.into(u).unflatten(2, (-1, 2)) * torch.exp(self.gamma).unsqueeze(1)
        drive = torch.view_as_complex(into.contiguous())
        if self.hold == "interval":
            exponent = torch.complex(-rate, turn)
            drive = drive * (torch.expm1(exponent * gaps) / torch.expm1(exponent))
        return factor, drive


class Block(nn.Module):
    """Norm, units, GELU, a gated linear map, and the input beside it all.

    Args:
        width: H.
        units: The linear units.
        dropout: Before the gate and after it.
    """

    def __init__(self, width: int, units: LinearUnits, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.units = units
        self.gate = nn.Linear(width, 2 * width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, u: Tensor, elapsed: Tensor) -> Tensor:
        """[B, T, H] and [B, T] to [B, T, H]."""
        y = self.dropout(functional.gelu(self.units(self.norm(u), elapsed)))
        return u + self.dropout(functional.glu(self.gate(y), dim=2))


class LRU(nn.Module):
    """A stack of blocks over encoded inputs.

    Args:
        input_size: Number D of inputs.
        width: H, width of the blocks and of the outputs.
        units: N, complex units of a block.
        layers: Blocks.
        hold: What an input is to the units.
        ring: Least and largest modulus that the units are drawn with, over a typical gap.
        phase: Largest angle.
        dropout: Within the blocks.
    """

    bidirectional = False

    def __init__(
        self,
        input_size: int,
        width: int,
        units: int,
        *,
        layers: int = 4,
        hold: Hold = "impulse",
        ring: tuple[float, float] = (0.0, 1.0),
        phase: float = 2 * math.pi,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.output_size = width
        self.encoder = nn.Linear(input_size, width)
        self.blocks = nn.ModuleList(
            Block(width, LinearUnits(width, units, hold=hold, ring=ring, phase=phase), dropout)
            for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        """Run over padded series.

        Args:
            x: [B, T, D], T at least 1.
            elapsed: [B, T], in units of the typical gap.
            lengths: [B].

        Returns:
            The output at each step, [B, T, H], zeros past the lengths.
        """
        state, gaps = self.encoder(x), first_interval(elapsed.to(x.dtype))
        for block in self.blocks:
            state = block(state, gaps)
        return inside(self.norm(state), lengths)
