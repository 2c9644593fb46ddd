"""Read-outs against what they say they are, worked out series by series."""

from typing import get_args

import pytest
import torch

from liquidtime.models.common import checks
from liquidtime.models.common.readouts.catalogue import READOUTS
from liquidtime.models.common.readouts.contract import Outputs

LENGTHS = (5, 1, 0, 3)
every_readout = pytest.mark.parametrize("name", READOUTS)
both_ways = pytest.mark.parametrize("bidirectional", [False, True], ids=["forwards", "both ways"])


def outputs(bidirectional=False, seed=0):
    torch.manual_seed(seed)
    lengths = torch.tensor(LENGTHS)
    there = (torch.arange(5) < lengths[:, None]).double()
    output = torch.randn(len(lengths), 5, 4, dtype=torch.float64) * there[..., None]
    elapsed = torch.rand(len(lengths), 5, dtype=torch.float64) * there
    elapsed[:, 0] = 0
    return Outputs(output, lengths, elapsed, bidirectional)


def made(name):
    torch.manual_seed(1)
    return READOUTS[name](4, 3).double()


def alone(seen, number, end):
    """The series cut after `end` steps, without padding."""
    one = slice(number, number + 1)
    length = torch.tensor([end])
    return Outputs(seen.output[one, :end], length, seen.elapsed[one, :end], seen.bidirectional)


def test_checks_name_those_that_there_are():
    assert get_args(checks.Readout) == tuple(READOUTS)
    assert get_args(checks.AnyReadout) == ("auto", *READOUTS)


@every_readout
@both_ways
def test_padding_leaves_no_trace_and_nothing_is_read_as_zeros(name, bidirectional):
    seen, readout = outputs(bidirectional), made(name)
    found = readout(seen)
    assert found.shape == (4, readout.size)
    assert torch.equal(found[2], torch.zeros(readout.size, dtype=torch.float64))
    for number, length in enumerate(LENGTHS):
        if length:
            one = readout(alone(seen, number, length))
            torch.testing.assert_close(found[number : number + 1], one, rtol=0, atol=1e-12)


@every_readout
def test_so_far_is_what_is_read_of_the_series_cut_there(name):
    seen, readout = outputs(), made(name)
    so_far = readout.so_far(seen)
    for number, length in enumerate(LENGTHS):
        for end in range(1, length + 1):
            cut = readout(alone(seen, number, end))[0]
            torch.testing.assert_close(so_far[number, end - 1], cut, rtol=0, atol=1e-12)


@every_readout
def test_gradients_are_finite_and_those_of_differences(name):
    seen, readout = outputs(), made(name)

    def read(output):
        return readout(seen._replace(output=output * seen.there[..., None]))

    leaf = seen.output.clone().requires_grad_()
    assert torch.autograd.gradcheck(read, (leaf,))
    read(leaf).square().sum().backward()
    assert all(part.grad.isfinite().all() for part in readout.parameters())


def test_largest_is_that_of_the_steps_not_of_the_padding():
    seen = outputs()
    seen = seen._replace(output=torch.where(seen.there[..., None], seen.output - 9, 0.0))
    found = made("max")(seen)
    assert (found[[0, 1, 3]] < -4).all()
    assert torch.equal(found[0], seen.output[0].max(0).values)


def test_attention_is_a_mean_weighed_by_the_answers_to_each_query():
    seen, readout = outputs(), made("attention")
    with torch.no_grad():
        readout.gap.copy_(torch.tensor([0.5, -1.0, 0.0]))
    found = readout(seen)[0].reshape(3, 4).detach()
    queries, gaps_matter = readout.query.detach(), readout.gap.detach()
    for query in range(3):
        weights = [
            float((queries[query] @ h + gaps_matter[query] * (1 + gap).log()).exp())
            for h, gap in zip(seen.output[0], seen.elapsed[0], strict=True)
        ]
        total = sum(w * h for w, h in zip(weights, seen.output[0], strict=True)) / sum(weights)
        torch.testing.assert_close(found[query], total)


def test_a_sharp_grid_holds_the_outputs_nearest_to_its_points():
    output = torch.arange(5.0).reshape(1, 5, 1)
    # At 0, 1, 5, 9 and 10: of span 10 the points 0, 5 and 10.
    elapsed = torch.tensor([[0.0, 1.0, 4.0, 4.0, 1.0]])
    readout = READOUTS["grid"](1, 3)
    with torch.no_grad():
        readout.raw_sharpness.fill_(500.0)
    found = readout(Outputs(output, torch.tensor([5]), elapsed))
    torch.testing.assert_close(found, torch.tensor([[0.0, 2.0, 4.0]]))


def test_a_grid_does_not_hang_on_the_unit_of_time_nor_on_when_the_series_began():
    seen, readout = outputs(), made("grid")
    later = seen.elapsed * 24
    later[:, 0] = 7
    torch.testing.assert_close(readout(seen), readout(seen._replace(elapsed=later)))


def test_a_grid_counts_time_and_not_steps():
    output = torch.tensor([[[0.0], [1.0], [1.0], [1.0], [1.0]]])
    quiet = torch.tensor([[0.0, 8.0, 0.1, 0.1, 0.1]])
    even = torch.full_like(quiet, 1.0)
    readout, lengths = READOUTS["grid"](1, 5), torch.tensor([5])
    middle = [readout(Outputs(output, lengths, gaps))[0, 1] for gaps in (quiet, even)]
    assert middle[0] < middle[1]
