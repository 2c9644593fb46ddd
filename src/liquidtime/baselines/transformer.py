"""A Transformer whose rows are told when they were: sinusoids of the actual times.

Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin: Attention Is All You Need,
NeurIPS 2017, with the norm before each part (Xiong et al., ICML 2020), and its position k replaced
by the time since the first row in typical gaps, so that rows at even gaps are encoded as published:

    p_2i(t) = sin(t / 10000^(2i/H)),  p_2i+1(t) = cos(t / 10000^(2i/H))
    z₀ = W x + b + p(t)
    z ← z + Attention(norm z),  z ← z + Linear(GELU(Linear(norm z)))
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from liquidtime.baselines.stepwise import inside
from liquidtime.nn.layout import valid_steps

LONGEST = 10_000.0
"""Ratio of the longest wavelength to the shortest, 2π typical gaps, as published."""


class TimeEncoding(nn.Module):
    """Sinusoids of times.

    Args:
        size: How many, half of them sines.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        rates = LONGEST ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
        self.rates: Tensor
        self.register_buffer("rates", rates, persistent=False)

    def forward(self, times: Tensor) -> Tensor:
        """Times [B, T], float64, to [B, T, size]."""
        phase = times.unsqueeze(2) * self.rates.to(times.dtype)
        waves = torch.stack([torch.sin(phase), torch.cos(phase)], dim=3)
        return waves.flatten(2)[:, :, : self.size]


class Block(nn.Module):
    """Self-attention and two linear maps, each behind a norm and beside its input.

    Args:
        width: H.
        heads: Divide it.
        inner: Units between the linear maps.
        dropout: Of what each part adds, of the attention and between the linear maps.
    """

    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.rate = dropout
        self.before_attention = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.before_maps = nn.LayerNorm(width)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.dropout = nn.Dropout(dropout)
        # As in `nn.MultiheadAttention`.
        nn.init.xavier_uniform_(self.query_key_value.weight)
        nn.init.zeros_(self.query_key_value.bias)
        nn.init.zeros_(self.joined.bias)

    def forward(self, z: Tensor, there: Tensor | None) -> Tensor:
        """One block.

        Args:
            z: [B, T, H].
            there: [B, 1, 1, T] bool, which rows are looked at; None: each row sees those before it
                and itself.

        Returns:
            [B, T, H].
        """
        parts = self.query_key_value(self.before_attention(z)).unflatten(2, (3, self.heads, -1))
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        rate = self.rate if self.training else 0.0
        found = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=there, dropout_p=rate, is_causal=there is None
        )
        z = z + self.dropout(self.joined(found.transpose(1, 2).flatten(2)))
        inner = self.dropout(functional.gelu(self.widen(self.before_maps(z))))
        return z + self.dropout(self.narrow(inner))


class Transformer(nn.Module):
    """An encoder over rows at any times.

    Args:
        input_size: Number D of inputs.
        width: H.
        heads: Divide it.
        layers: Blocks.
        inner: Units between the linear maps of a block.
        causal: A row sees no later one.
        dropout: Within the blocks.
    """

    bidirectional = False

    def __init__(
        self,
        input_size: int,
        width: int,
        *,
        heads: int = 4,
        layers: int = 2,
        inner: int | None = None,
        causal: bool = True,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.output_size = width
        self.causal = causal
        self.encoder = nn.Linear(input_size, width)
        self.times = TimeEncoding(width)
        inner = 4 * width if inner is None else inner
        self.blocks = nn.ModuleList(Block(width, heads, inner, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        # So that inputs weigh as much as the sinusoids, whose mean square is a half.
        nn.init.normal_(self.encoder.weight, std=1.0 / math.sqrt(input_size))

    def forward(self, x: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        """Run over padded series.

        Args:
            x: [B, T, D], T at least 1.
            elapsed: [B, T], in units of the typical gap.
            lengths: [B].

        Returns:
            The output at each row, [B, T, H], zeros past the lengths.
        """
        there = valid_steps(lengths, x.shape[1])
        # In double precision: a short gap late in a long series is still a phase.
        since = torch.cumsum(torch.where(there, elapsed, 0.0).double(), dim=1)
        # Weights of 0 do not keep out what is no number.
        z = self.dropout(inside(self.encoder(x) + self.times(since).to(x.dtype), lengths))
        looked_at = None
        if not self.causal:
            # An empty series sees its first row, for nothing is no attention at all.
            looked_at = valid_steps(lengths.clamp(min=1), x.shape[1])[:, None, None, :]
        for block in self.blocks:
            z = block(z, looked_at)
        return inside(self.norm(z), lengths)
