"""Checks of values, which need to look at the numbers and so cannot run everywhere."""

import torch
from torch import Tensor
from torch._C._functorch import is_functorch_wrapped_tensor

from liquidtime.native import native


def values_are_visible(tensor: Tensor) -> bool:
    """Whether Python may branch on the values of a tensor here and now.

    Not while compiling or exporting, not on the meta device, and not inside `torch.func`
    transforms such as `vmap`; there the checks are left out.
    """
    return not (
        torch.compiler.is_compiling() or tensor.is_meta or is_functorch_wrapped_tensor(tensor)
    )


def check_values(x: Tensor, elapsed: Tensor, active: Tensor | None, *, from_times: bool) -> None:
    """Refuse numbers that would spoil the state without a word.

    Args:
        x: [B, T, D].
        elapsed: [B, T], 0 in the padding.
        active: [B, T], False where a step is skipped or padding, or None; there x may be anything.
        from_times: Whether the gaps were taken from absolute times.

    Raises:
        ValueError: If a gap is negative or not finite, or x is not finite at an active step.
    """
    if not (values_are_visible(x) and values_are_visible(elapsed)):
        return
    if _plainly_fine(x, elapsed, active):
        return
    # NaN compares false, so it is among what is not ≥ 0.
    wrong_gap = ~(elapsed >= 0) | elapsed.isinf()
    wrong_x = ~x.isfinite().all(-1)
    if active is not None:
        wrong_x = wrong_x & active
    if not bool((wrong_gap | wrong_x).any()):
        return
    if bool(wrong_gap.any()):
        series, step = (int(i) for i in wrong_gap.nonzero()[0])
        gap = float(elapsed[series, step])
        if from_times:
            raise ValueError(
                f"times go back or are not finite: series {series}, step {step} comes {gap:g} "
                "after the step before it; expected times that never fall. Sort each series by "
                "time, and continue a series only with later times."
            )
        raise ValueError(
            f"elapsed is {gap:g} in series {series}, step {step}; expected finite numbers ≥ 0: "
            "the time since the previous step."
        )
    series, step = (int(i) for i in wrong_x.nonzero()[0])
    raise ValueError(
        f"x is NaN or infinite in series {series}, step {step}; expected finite numbers. Fill "
        "missing values, or pass mask=[B, T] with False at the steps to skip."
    )


def _plainly_fine(x: Tensor, elapsed: Tensor, active: Tensor | None) -> bool:
    """The same by one pass of compiled code, where it can look; False says nothing."""
    extension = native()
    tensors = [x, elapsed] if active is None else [x, elapsed, active]
    if extension is None or not all(t.device.type == "cpu" for t in tensors):
        return False
    if x.dtype != torch.float32 or elapsed.dtype != torch.float32 or not x.is_contiguous():
        return False
    flags = None if active is None else active.contiguous().numpy()
    return extension.may_run(x.detach().numpy(), elapsed.detach().numpy(), flags)


def check_lengths(lengths: Tensor, batch: int, steps: int, batch_first: bool) -> None:
    """Refuse lengths that do not fit the batch."""
    if list(lengths.shape) != [batch]:
        turned = (
            f" x looks transposed: the layer has batch_first={batch_first}."
            if list(lengths.shape) == [steps]
            else ""
        )
        raise ValueError(
            f"lengths has shape {list(lengths.shape)}; expected [B]=[{batch}], one length a "
            f"series.{turned}"
        )
    if lengths.is_floating_point() or lengths.dtype == torch.bool:
        raise ValueError(f"lengths has dtype {lengths.dtype}; expected integers.")
    if values_are_visible(lengths) and bool(((lengths < 0) | (lengths > steps)).any()):
        raise ValueError(
            f"lengths are {lengths.tolist()}; expected values from 0 to the number of steps, "
            f"T={steps}."
        )
