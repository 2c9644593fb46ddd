"""Irregular series in a notebook: how many, how long, how far apart, how much of it observed."""

from collections.abc import Mapping, Sequence
from html import escape

import torch
from torch import Tensor

# Of more features than these only the first are listed.
MOST_FEATURES = 20


def html(
    told: str,
    lengths: Tensor,
    times: Tensor,
    mask: Tensor,
    features: Sequence[str],
    classes: Mapping[str, int],
) -> str:
    """Two small tables: the series, and their features.

    Args:
        told: The series in a line.
        lengths: [N] rows of each series.
        times: [R].
        mask: [R, D], True where observed.
        features: D names.
        classes: How many there are of each class; none where the target is no class.
    """
    first = torch.zeros(len(times), dtype=torch.bool)
    first[(lengths.cumsum(0) - lengths)[lengths > 0]] = True
    gaps = times.diff(prepend=times[:1])[~first]
    rows = [("rows a series", lengths), ("gap between rows", gaps), ("time", times)]
    lines = [(name, _spread(values)) for name, values in rows]
    if classes:
        counts = ", ".join(f"{name}: {count:,}" for name, count in classes.items())
        lines.append(("classes", counts))
    shares = mask.double().mean(dim=0).tolist() if len(times) else [0.0] * len(features)
    seen = [
        (name, f"{100 * share:.1f} %")
        for name, share in zip(features[:MOST_FEATURES], shares, strict=False)
    ]
    if len(features) > len(seen):
        seen.append((f"and {len(features) - len(seen)} more", ""))
    return (
        f"<div><p><code>{escape(told)}</code></p>"
        f"{_table('', 'least · median · most', lines)}"
        f"{_table('feature', 'observed', seen)}</div>"
    )


def _spread(values: Tensor) -> str:
    if not len(values):
        return "–"
    values = values.double()
    return " · ".join(f"{float(at):.6g}" for at in (values.min(), values.median(), values.max()))


def _table(first: str, second: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in rows)
    return (
        f"<table><thead><tr><th>{first}</th><th>{second}</th></tr></thead>"
        f"<tbody>{cells}</tbody></table>"
    )
