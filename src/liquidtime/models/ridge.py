"""Random liquid features with a ridge: fitted at once, in closed form, in about a second."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from liquidtime.errors import InputError
from liquidtime.models.contract import Facts, Model, Shape
from liquidtime.runs.options import Within, check_choices


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of the random liquid features.

    Units that are never trained read each series by their exact response, whatever the gaps; what
    is kept of the responses goes into a ridge whose strength is chosen by leave-one-out. The units
    are drawn from the seed of the training, whose other options are not looked at. For small data
    this is the first thing to try.
    """

    name: ClassVar[str] = "ridge"
    title: ClassVar[str] = "random liquid features"

    units: Annotated[int, Within(1, 2**16)] | Literal["auto"] = "auto"
    """Random units; auto: 512 for series of one variable, 1,024 for more, which can be combined in
    more ways."""
    thresholds: Annotated[int, Within(1, 8)] = 4
    """Thresholds of a unit, the time above which is measured."""
    backend: str = "auto"
    """Kernels of the units: auto is the fastest that can, cpu the compiled ones, reference plain
    NumPy."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def facts(self) -> Facts:
        """Names and facts for people."""
        return Facts(name=self.title, size=self._size, sees_future=True)

    @property
    def _size(self) -> str:
        return "512 or 1,024 units" if self.units == "auto" else f"{self.units} units"

    def units_for(self, variables: int) -> int:
        """How many units read series of so many variables, static ones included."""
        if self.units != "auto":
            return self.units
        return 512 if variables == 1 else 1024

    def build(self, shape: Shape) -> Model:
        """The network before its weights are found.

        Raises:
            InputError: If there is a target at every step.
        """
        from liquidtime.reservoir.network import Reservoir

        if shape.per_step:
            raise InputError(
                "random liquid features look back on whole series and predict one target for each; "
                "these have one at every step. Use another model, such as cfc, or cut the series "
                "into windows with one target each."
            )
        network = Reservoir(
            shape.variables,
            shape.outputs,
            self.units_for(shape.variables),
            self.thresholds,
            self.backend,
        )
        return Model(network, shape, reads=("values", "mask", "times"), solve=network.solve)
