"""Numbers near zero do not slow a training down."""

import pytest
import torch

from liquidtime.train.denormals import no_denormals


def tiny():
    return float((torch.full((1,), 1e-39) * 1.0).double())


@pytest.mark.skipif(not torch.set_flush_denormal(False), reason="the processor cannot")
@pytest.mark.parametrize("before", [False, True])
def test_denormals_are_nothing_meanwhile_and_what_they_were_afterwards(before):
    torch.set_flush_denormal(before)
    try:
        with no_denormals():
            assert tiny() == 0
            with no_denormals():
                assert tiny() == 0
            assert tiny() == 0
        assert (tiny() == 0) == before
        with pytest.raises(ZeroDivisionError), no_denormals():
            _ = 1 / 0
        assert (tiny() == 0) == before
    finally:
        torch.set_flush_denormal(False)
