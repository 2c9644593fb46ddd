"""Figures: functions that take arrays and return matplotlib figures; nothing is shown or saved.

Names are imported when first used, so that importing this costs no matplotlib.
"""

from typing import Any

from liquidtime.lazy import lazy_name

_HOMES = {
    "calibration_curve": "calibration",
    "error_against_cost": "closed_form",
    "heatmap": "brain_heatmap",
    "overlaid": "closed_form",
    "player_page": "brain_player",
    "precision_recall_curve": "precision_recall",
    "predicted_against_true": "residuals",
    "raster": "brain_raster",
    "residual_histogram": "residuals",
    "response_matrix": "brain_response",
    "roc_curve": "roc",
    "series_trace": "trace",
    "spectrum": "brain_spectrum",
    "time_against_size": "scaling",
    "to_svg": "style",
    "traces": "brain_traces",
    "training_curves": "training",
    "wiring": "circuit",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a figure when it is first used."""
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
