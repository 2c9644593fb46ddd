"""A model from outside the package: the mean of the values that were observed, and a linear map."""

from dataclasses import dataclass
from typing import ClassVar

from liquidtime.models.contract import Facts, Model, Shape


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the toy."""

    name: ClassVar[str] = "toy"
    title: ClassVar[str] = "Toy"

    power: int = 1
    """Power of the mean that is taken."""

    @property
    def facts(self) -> Facts:
        return Facts(name="Toy", size=f"power {self.power}")

    def build(self, shape: Shape) -> Model:
        import torch
        from torch import nn

        class Mean(nn.Module):
            def __init__(self, power):
                super().__init__()
                self.power = power
                self.head = nn.Linear(shape.variables, shape.outputs)

            def forward(self, batch):
                values, mask = batch.raw("values"), batch.raw("mask")
                mean = values.sum(1) / mask.sum(1).clamp(min=1)
                return self.head(torch.pow(mean, self.power))

        return Model(Mean(self.power), shape, reads=("values", "mask"))
