"""One layer three ways: the reference in double and in single precision, and the compiled kernels.

The reference in float64 is the truth. A kernel may be as far from it as rounding puts the reference
in float32 itself, a few times over: sums are taken in another order, and short ones of large terms
that cancel leave what rounding left. Errors are relative to the largest entry of each array.
"""

import copy

import torch

FLOOR = 1e-5
TIMES = 4


def outcome(layer, backend, dtype, x, elapsed, mask, lengths, seed=0):
    """Outputs, state and gradients of a random functional of them, by name."""
    layer.backend = backend
    layer.zero_grad()
    x = x.to(dtype).detach().requires_grad_()
    if isinstance(elapsed, torch.Tensor):
        elapsed = elapsed.to(dtype).detach().requires_grad_(elapsed.requires_grad)
    torch.manual_seed(seed)  # of the dropout
    output, state = layer(x, elapsed=elapsed, mask=mask, lengths=lengths)
    generator = torch.Generator().manual_seed(seed)
    loss = 0
    for part in (output, state.h, state.c):
        if part is not None:
            weights = torch.randn(part.shape, generator=generator)
            loss = loss + (part * weights.to(part.dtype)).sum()
    loss.backward()
    found = {"output": output, "h": state.h, "c": state.c, "of x": x.grad}
    if isinstance(elapsed, torch.Tensor):
        found["of elapsed"] = elapsed.grad
    found |= {f"of {name}": p.grad for name, p in layer.named_parameters()}
    return {name: part.detach() for name, part in found.items() if part is not None}


def relative(part, truth):
    return (
        float((part - truth).abs().max() / truth.abs().max().clamp_min(1e-6))
        if part.numel()
        else 0.0
    )


def check(layer, x, elapsed=0.7, mask=None, lengths=None, **options):
    """Compare; returns what the kernels gave."""
    double = copy.deepcopy(layer).double()
    truth = outcome(double, "reference", torch.float64, x, elapsed, mask, lengths, **options)
    single = outcome(layer, "reference", torch.float32, x, elapsed, mask, lengths, **options)
    ours = outcome(layer, "cpu", torch.float32, x, elapsed, mask, lengths, **options)
    assert ours.keys() == truth.keys()
    for name, part in ours.items():
        assert part.isfinite().all(), name
        allowed = max(FLOOR, TIMES * relative(single[name], truth[name]))
        error = relative(part, truth[name])
        assert error <= allowed, f"{name}: {error:.1e}, allowed {allowed:.1e}"
    return ours
