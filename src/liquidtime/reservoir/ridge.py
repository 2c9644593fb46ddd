"""Ridge regression whose strength is chosen by leave-one-out, all in closed form.

With the rows centred and scaled by the roots of their weights, H the matrix that turns targets into
predictions, and r the residuals, the residual of a row that the fit was not given is
r_i / (1 − H_ii). A strength costs one Cholesky factor: of the Gram matrix K of the rows where there
are fewer rows than columns, then 1 − H_ii is a (K + aI)⁻¹_ii; of that of the columns otherwise.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
from scipy.linalg import cho_solve, get_lapack_funcs, solve_triangular

STRENGTHS = np.logspace(-5, 2, 15)
"""Strengths that are tried, in units of the mean squared norm of a row."""
FEW = 1000
"""Of so many rows every strength is tried; of more, those about the best of so many of them."""
_LEFT = 2000
"""Rows that are left out in turn where there are more rows than columns, at most."""
_CHUNK = 1024
_potrf, _potri = get_lapack_funcs(("potrf", "potri"), dtype=np.float64)


class Solution(NamedTuple):
    """A fitted ridge.

    Attributes:
        weight: [F, K].
        bias: [K].
        strength: The one chosen, as in `STRENGTHS`.
        index: [M], numbers of the rows that were left out in turn: all, or evenly spaced ones.
        left_out: [M, K], the prediction of each of these by a fit without it.
        error: Mean squared error of these, over rows by weight and outputs evenly.
    """

    weight: np.ndarray
    bias: np.ndarray
    strength: float
    index: np.ndarray
    left_out: np.ndarray
    error: float


class Noise(NamedTuple):
    """Differences that no prediction should hear: the sum of their squares is added to the loss.

    That of a row that is left out is left out with it.

    Attributes:
        rows: [M, F] float32, differences between rows that stand for the same thing.
        owner: [M], the row to which each belongs, whose weight it has.
    """

    rows: np.ndarray
    owner: np.ndarray


def solve(
    rows: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray | None = None,
    near: float | None = None,
    noise: Noise | None = None,
) -> Solution:
    """Fit.

    Args:
        rows: [N, F] float32, on one scale; not changed.
        targets: [N, K].
        weights: [N], 0 or more; None for ones.
        near: Where to begin among the strengths; None to try them all.
        noise: With N of `FEW` at most.
    """
    root = np.sqrt(np.ones(len(rows)) if weights is None else np.asarray(weights, float))
    if near is None and len(rows) > FEW:
        some = evenly(len(rows), FEW)
        if root[some].any():
            near = solve(rows[some], targets[some], root[some] ** 2).strength
    total = float(root @ root)
    centre = (root**2 / total) @ rows
    middle = (root**2 / total) @ targets
    y = (targets - middle) * root[:, None]
    if noise is not None or len(rows) <= rows.shape[1]:
        system = _OfRows(rows, centre, root, y, noise)
    else:
        system = _OfColumns(rows, centre, root, y)
    share = root[system.index] ** 2 / total

    def left_out_by(strength: float) -> _Try:
        found = system.at(strength * system.scale)
        if found is None:
            return _Try(strength, np.inf, np.empty(0), np.empty(0))
        residual, rest, raw = found
        # Rows without weight have none in the fit either. At 0 a row is its own prediction.
        error = residual / np.maximum(rest - share, 1e-9)[:, None]
        loss = float((error**2).sum() / (share.sum() * total * targets.shape[1]))
        return _Try(strength, loss, error, raw)

    best = _least(left_out_by, near)
    weight = system.weight(best.raw)
    bias = middle - centre @ weight
    index = system.index
    some = root[index] > 0
    left_out = rows[index] @ weight.astype(rows.dtype) + bias
    left_out[some] = targets[index][some] - best.error[some] / root[index][some, None]
    return Solution(weight, bias, best.strength, index, left_out, best.loss)


def evenly(count: int, some: int) -> np.ndarray:
    """Numbers of some out of so many, evenly spaced; of all if they are no more."""
    return np.unique(np.linspace(0, count - 1, min(count, some)).astype(int))


class _Try(NamedTuple):
    strength: float
    loss: float
    error: np.ndarray
    raw: np.ndarray


class _Search(Protocol):
    def __call__(self, strength: float) -> _Try: ...


def _least(tried: _Search, near: float | None) -> _Try:
    """The best of all strengths, or down the hill from one of them."""
    if near is None:
        return min((tried(float(each)) for each in STRENGTHS), key=lambda found: found.loss)
    at = int(np.abs(np.log(STRENGTHS / near)).argmin())
    best = tried(float(STRENGTHS[at]))
    for step in (1, -1):
        place, further = at, True
        while further and 0 <= place + step < len(STRENGTHS):
            place += step
            found = tried(float(STRENGTHS[place]))
            further = found.loss < best.loss
            best = found if further else best
        if best.strength != STRENGTHS[at]:
            break
    return best


class _OfRows:
    """(K + aI) c = y of the rows' Gram matrix K, [N, N], or [N + M, N + M] with noise."""

    def __init__(
        self,
        rows: np.ndarray,
        centre: np.ndarray,
        root: np.ndarray,
        y: np.ndarray,
        noise: Noise | None = None,
    ) -> None:
        self.rows, self.centre, self.root, self.noise = rows, centre, root, noise
        count = len(rows)
        self.index = np.arange(count)
        self.members = [] if noise is None else _members(noise.owner, count)
        self.roots = root if noise is None else np.append(root, root[noise.owner])
        self.y = np.concatenate([y, np.zeros((len(self.roots) - count, y.shape[1]))])
        # Products in float32, in which the rows are, of centred columns.
        self.gram = np.zeros((len(self.roots), len(self.roots)))
        for start in range(0, rows.shape[1], _CHUNK):
            end = start + _CHUNK
            part = rows[:, start:end] - centre[start:end].astype(rows.dtype)
            if noise is not None:
                part = np.concatenate([part, noise.rows[:, start:end]])
            self.gram += part @ part.T
        self.gram *= self.roots[:, None] * self.roots
        self.scale = max(float(np.trace(self.gram[:count, :count])) / count, 1e-30)
        # The means take the constant out of K; what rounding leaves of it would drown what is
        # looked for. y has no part along it, and the inverse's is known if K's is.
        total = float(root @ root)
        self.gram[:count, :count] += (self.scale / total) * np.outer(root, root)
        self.constant = root**2 / total

    def at(self, a: float) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Residuals, 1 − H_ii and c; None where a is lost in the rounding of K."""
        factor = _factor(self.gram, a)
        if factor is None:
            return None
        dual = cho_solve((factor, True), self.y, check_finite=False)
        inverse, _ = _potri(factor, lower=1, overwrite_c=1)
        count = len(self.rows)
        residual, rest = dual[:count].copy(), np.diagonal(inverse)[:count].copy()
        for alike in self.members:
            # Of the inverse's part that is left out, what is left of its first row when the others
            # are taken out of it.
            owner, own = alike[:, 0], alike[:, 1:]
            with_others = inverse[own, owner[:, None]]
            low = np.tril(inverse[own[:, :, None], own[:, None, :]])
            others = low + np.tril(low, -1).transpose(0, 2, 1)
            share = np.linalg.solve(others, with_others[:, :, None])
            residual[owner] -= (share * dual[own]).sum(1)
            rest[owner] -= (share[:, :, 0] * with_others).sum(1)
        known = (1 - a / (self.scale + a)) * self.constant
        return a * residual, a * rest + known, dual

    def weight(self, dual: np.ndarray) -> np.ndarray:
        """[F, K] for c."""
        dual = dual * self.roots[:, None]
        own = dual[: len(self.rows)]
        found = self.rows.T @ own.astype(self.rows.dtype) - np.outer(self.centre, own.sum(0))
        if self.noise is not None:
            found += self.noise.rows.T @ dual[len(own) :].astype(self.rows.dtype)
        return found


def _members(owner: np.ndarray, count: int) -> list[np.ndarray]:
    """Of each number of differences that rows have: [R, 1 + differences], first the rows."""
    many = np.bincount(owner, minlength=count)
    order = np.argsort(owner, kind="stable") + count
    first = np.cumsum(many) - many
    found = []
    for number in np.unique(many[many > 0]):
        rows = np.flatnonzero(many == number)
        found.append(np.column_stack([rows, order[first[rows][:, None] + np.arange(number)]]))
    return found


class _OfColumns:
    """(G + aI) w = Xᵀy of the columns' Gram matrix G, [F, F]."""

    def __init__(
        self, rows: np.ndarray, centre: np.ndarray, root: np.ndarray, y: np.ndarray
    ) -> None:
        self.gram = np.zeros((rows.shape[1], rows.shape[1]))
        self.aim = np.zeros((rows.shape[1], y.shape[1]))
        for at in _chunks(len(rows)):
            part = (rows[at] - centre.astype(rows.dtype)) * root[at, None].astype(rows.dtype)
            self.gram += part.T @ part
            self.aim += part.T @ y[at]
        self.scale = max(float(np.trace(self.gram)) / len(rows), 1e-30)
        self.index = evenly(len(rows), _LEFT)
        self.some = (rows[self.index] - centre) * root[self.index, None]
        self.y = y[self.index]

    def at(self, a: float) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Residuals, 1 − H_ii and w; None where a is lost in the rounding of G."""
        factor = _factor(self.gram, a)
        if factor is None:
            return None
        weight = cho_solve((factor, True), self.aim, check_finite=False)
        half = solve_triangular(factor, self.some.T, lower=True, check_finite=False)
        return self.y - self.some @ weight, 1 - (half**2).sum(0), weight

    def weight(self, weight: np.ndarray) -> np.ndarray:
        """[F, K]."""
        return weight


def _factor(gram: np.ndarray, a: float) -> np.ndarray | None:
    """The lower Cholesky factor of gram + aI."""
    shifted = np.array(gram.T, order="F")
    shifted[np.diag_indices(len(gram))] += a
    factor, failed = _potrf(shifted, lower=1, overwrite_a=1, clean=0)
    return None if failed else factor


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK):
        yield slice(start, start + _CHUNK)
