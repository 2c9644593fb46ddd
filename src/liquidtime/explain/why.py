"""The way in: why did the network say this?"""

from typing import Any, Literal

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.explain.attribution import Attribution
from liquidtime.explain.baseline import Baseline
from liquidtime.explain.explainable import explainable_of
from liquidtime.explain.integrated import integrated_gradients
from liquidtime.explain.leaving_out import occlusion
from liquidtime.explain.output import Scale

Method = Literal["integrated gradients", "occlusion"]


def attribute(
    given: Any,
    series: IrregularSeries,
    *,
    output: str | None = None,
    scale: Scale | None = None,
    step: int | None = None,
    method: Method | None = None,
    baseline: Baseline | None = None,
) -> Attribution:
    """What each observation of one series did to what was said of it.

    Args:
        given: A run, a fitted estimator or an `Explainable`.
        series: Exactly one.
        output: Name of the class or value; None is the second of two classes, the likeliest of
            more, or the only value.
        scale: Of classes: "log-odds" (None), in which effects add up better, or "probability".
        step: Row after which the network is asked, from 0 or from the end; None is the last. A
            network with one output a series then sees nothing of later rows.
        method: "integrated gradients", whose amounts add up, for networks; "occlusion" for any
            model: what would be said without an observation. None is the latter for models that
            are solved in closed form, such as random liquid features.
        baseline: Of integrated gradients: as in `integrated_gradients`.

    Raises:
        InputError: If a name or number is unknown, or the method does not suit the model.

    Note:
        This tells what the network reacted to, not what made the patient ill: an attribution says
        nothing about causes, and depends on the baseline.
    """
    if method is None:
        solved = explainable_of(given).model.solve is not None
        method = "occlusion" if solved else "integrated gradients"
    asked = {"output": output, "scale": scale, "step": step}
    if method == "integrated gradients":
        return integrated_gradients(given, series, baseline=baseline, **asked)
    if method != "occlusion":
        raise InputError(f"method is {method!r}; expected 'integrated gradients' or 'occlusion'.")
    if baseline not in (None, "not observed"):
        raise InputError(
            f"baseline is {baseline!r}; occlusion compares with what was not observed. Leave "
            "baseline out, or take method='integrated gradients'."
        )
    return occlusion(given, series, **asked)
