"""How far from the truth a layer in single precision may be.

The others' own code in float64 is the truth. Ours in float32, on the backend that users get, may be
as far from it as rounding puts the others' code in float32, a few times over.
"""

FLOOR = 1e-5
TIMES = 4


def relative(part, truth):
    """The largest difference, relative to the largest entry."""
    part, truth = part.detach().double(), truth.detach()
    difference = (part - truth).abs().max()
    return float(difference / truth.abs().max().clamp_min(1e-6))


def near(ours, theirs, truth):
    """Ours within the bound, tensor by tensor; theirs are those in the lower precision."""
    for place, (a, b, exact) in enumerate(zip(ours, theirs, truth, strict=True)):
        allowed = max(FLOOR, TIMES * relative(b, exact))
        error = relative(a, exact)
        assert error <= allowed, f"{place}: {error:.1e}, allowed {allowed:.1e}"
