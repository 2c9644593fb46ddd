"""Ridge regression whose strength is chosen by leave-one-out, all in closed form.

With the rows centred and scaled by the roots of their weights, H the matrix that turns targets into
predictions, and r the residuals, the residual of a row that the fit was not given is
r_i / (1 − H_ii). H comes from one eigendecomposition, of the Gram matrix of the rows where there
are fewer rows than columns and of that of the columns otherwise, for every strength at once.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh

STRENGTHS = np.logspace(-6, 2, 17)
"""Strengths that are tried, in units of the mean squared norm of a row."""
_CHUNK = 4096


@dataclass(frozen=True, eq=False)
class Solution:
    """A fitted ridge.

    Attributes:
        weight: [F, K].
        bias: [K].
        strength: The one chosen, as in `STRENGTHS`.
        left_out: [N, K], the prediction of each row by a fit without it.
        error: Mean squared error of these, over rows by weight and outputs evenly.
    """

    weight: np.ndarray
    bias: np.ndarray
    strength: float
    left_out: np.ndarray
    error: float


def solve(rows: np.ndarray, targets: np.ndarray, weights: np.ndarray | None = None) -> Solution:
    """Fit.

    Args:
        rows: [N, F] float32, on one scale; not changed.
        targets: [N, K].
        weights: [N], 0 or more; None for ones.
    """
    root = np.sqrt(np.ones(len(rows)) if weights is None else np.asarray(weights, float))
    total = float(root @ root)
    centre = (root**2 / total) @ rows
    middle = (root**2 / total) @ targets
    y = (targets - middle) * root[:, None]
    few = len(rows) <= rows.shape[1]
    gram = _row_gram(rows, centre, root) if few else _column_gram(rows, centre, root)
    scale = max(float(np.trace(gram)) / len(rows), 1e-30)
    eigenvalues, basis = eigh(gram, overwrite_a=True, check_finite=False)
    eigenvalues = np.maximum(eigenvalues, 0.0)
    del gram
    if few:
        loads = basis
        along = basis.T @ y
        gains = eigenvalues / (eigenvalues + STRENGTHS[:, None] * scale)
    else:
        loads = np.concatenate(
            [((part - centre) * r[:, None]) @ basis for part, r in _chunks(rows, root)]
        )
        along = loads.T @ y
        gains = 1 / (eigenvalues + STRENGTHS[:, None] * scale)
    squares = loads**2
    best = None
    for strength, gain in zip(STRENGTHS, gains, strict=True):
        leverage = squares @ gain + root**2 / total
        error = y - loads @ (gain[:, None] * along)
        # Rows without weight have none in the fit either. At 1 a row is its own prediction.
        error /= np.maximum(1 - leverage, 1e-9)[:, None]
        loss = float((error**2).sum() / (total * targets.shape[1]))
        if best is None or loss < best[0]:
            best = loss, strength, gain, error
    assert best is not None
    loss, strength, gain, error = best
    if few:
        dual = basis @ (along / (eigenvalues + strength * scale)[:, None])
        dual *= root[:, None]
        weight = rows.T @ dual.astype(rows.dtype)
        weight = weight - np.outer(centre, dual.sum(0))
    else:
        weight = basis @ (gain[:, None] * along)
    bias = middle - centre @ weight
    counted = root > 0
    left_out = rows @ weight.astype(rows.dtype) + bias
    left_out[counted] = targets[counted] - error[counted] / root[counted, None]
    return Solution(weight, bias, float(strength), left_out, loss)


def _chunks(rows: np.ndarray, root: np.ndarray):
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK], root[start : start + _CHUNK]


def _row_gram(rows: np.ndarray, centre: np.ndarray, root: np.ndarray) -> np.ndarray:
    """[N, N] float64: products in float32, in which the rows are, of centred columns."""
    gram = np.zeros((len(rows), len(rows)))
    for start in range(0, rows.shape[1], _CHUNK):
        part = rows[:, start : start + _CHUNK] - centre[start : start + _CHUNK].astype(rows.dtype)
        gram += part @ part.T
    return gram * root[:, None] * root


def _column_gram(rows: np.ndarray, centre: np.ndarray, root: np.ndarray) -> np.ndarray:
    """[F, F] float64."""
    gram = np.zeros((rows.shape[1], rows.shape[1]))
    for part, r in _chunks(rows, root):
        scaled = (part - centre.astype(rows.dtype)) * r[:, None].astype(rows.dtype)
        gram += scaled.T @ scaled
    return gram
