"""Fit the rational and polynomial approximations of `csrc/math.hpp`, and print their errors.

    python tools/fit_approximations.py

Each is a weighted least-squares fit whose weights are raised where the error is large (Lawson's
iteration), until the largest relative error is nearly the smallest that can be had.
"""

import mpmath
import numpy as np

POINTS = 1500


def chebyshev(low: float, high: float) -> np.ndarray:
    angles = np.pi * (np.arange(POINTS) + 0.5) / POINTS
    return (low + high) / 2 - (high - low) / 2 * np.cos(angles)


def fit(values: np.ndarray, basis: np.ndarray, scale: np.ndarray, rounds: int = 300) -> list:
    """Coefficients k with Σ k_i basis_i ≈ values, the largest error times `scale` the least."""
    weights = np.ones(len(values)) / len(values)
    best, smallest = None, np.inf
    for _ in range(rounds):
        now = np.sqrt(weights) * scale
        solved, *_ = np.linalg.lstsq(basis * now[:, None], values * now, rcond=None)
        error = np.abs(basis @ solved - values) * scale
        if error.max() < smallest:
            best, smallest = solved, error.max()
        weights = weights * (error + 1e-3 * error.max())
        weights /= weights.sum()
    return [float(k) for k in best]


def exp2(degree: int) -> tuple[list[float], float]:
    """2^t on [−1/2, 1/2] as 1 + t (k₁ + k₂ t + …), so that 2⁰ is 1."""
    t = chebyshev(-0.5, 0.5)
    t = t[np.abs(t) > 1e-4]
    values = np.array([float((mpmath.mpf(2) ** float(x) - 1) / float(x)) for x in t])
    powers = t[:, None] ** np.arange(degree)
    k = fit(values, powers, np.abs(t) / np.exp2(t))
    return k, float(np.abs((1 + t * (powers @ k)) / np.exp2(t) - 1).max())


def tanh() -> tuple[list[float], list[float], float]:
    """tanh x on |x| ≤ 9 as x P(x²) / Q(x²), P of degree 6 and Q of degree 3 with Q(0) = 1."""
    x = chebyshev(0, 9)
    y = x * x
    values = np.array([float(mpmath.tanh(float(v)) / float(v)) for v in x])
    denominator = np.ones_like(y)
    weights = np.ones_like(y)
    best = (None, None, np.inf)
    for _ in range(600):
        # Linearised: P − values (Q − 1) = values, divided by the last round's Q.
        scale = np.sqrt(weights) / np.abs(values * denominator)
        s = 81.0
        matrix = np.stack(
            [(y / s) ** i for i in range(7)] + [-values * (y / s) ** i for i in range(1, 4)], axis=1
        )
        solved, *_ = np.linalg.lstsq(matrix * scale[:, None], values * scale, rcond=None)
        p = solved[:7] / s ** np.arange(7)
        q = np.concatenate([[1.0], solved[7:] / s ** np.arange(1, 4)])
        denominator = sum(c * y**i for i, c in enumerate(q))
        error = np.abs(sum(c * y**i for i, c in enumerate(p)) / denominator / values - 1)
        if error.max() < best[2]:
            best = (list(p), list(q), float(error.max()))
        weights = weights * (error + 1e-3 * error.max()) ** 0.5
        weights /= weights.mean()
    return best


def log1p(degree: int) -> tuple[list[float], float]:
    """log(1 + u) = 2w (1 + s (k₁ + k₂ s + …)) with w = u / (2 + u) and s = w², for 0 ≤ u ≤ 1."""
    s = chebyshev(0, 1 / 9)
    w = [mpmath.sqrt(float(x)) for x in s]
    values = np.array([float(mpmath.atanh(x) / x) for x in w])
    powers = s[:, None] ** np.arange(degree)
    k = fit((values - 1) / s, powers, s / values)
    return k, float(np.abs((1 + s * (powers @ k)) / values - 1).max())


def main() -> None:
    mpmath.mp.dps = 40
    for degree in (5, 6):
        k, error = exp2(degree)
        print("exp2, from degree 1:", *(f"{c:.9e}" for c in k), f"relative error {error:.1e}")
    k, error = log1p(4)
    print("log1p, from degree 1:", *(f"{c:.9e}" for c in k), f"relative error {error:.1e}")
    p, q, error = tanh()
    print("tanh, numerator:", *(f"{c:.9e}" for c in p))
    print("tanh, denominator:", *(f"{c:.9e}" for c in q), f"relative error {error:.1e}")


if __name__ == "__main__":
    main()
