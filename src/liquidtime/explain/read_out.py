"""What each neuron adds to an output: the linear read-out taken apart, over time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor, nn

from liquidtime.data.series import IrregularSeries
from liquidtime.explain.layer import read_out_of
from liquidtime.explain.output import Output
from liquidtime.explain.question import ask
from liquidtime.explain.synapses import Synapses, synapses_of


@dataclass(frozen=True, eq=False)
class Neurons:
    """The neurons of one network along one series; T steps, M neurons that the read-out sees.

    The score is the value itself, of two classes the log-odds, of more the logit over the mean of
    all logits: what is linear in the read-out. So it is the sum of what the neurons add.

    Attributes:
        id: The series' id.
        output: Whose score it is.
        times: [T], in the unit of the data.
        activity: [T, N], the state of all N neurons after each step; the first M are those that
            the read-out sees. Of a bidirectional network these are the outputs of both directions.
        so_far: [T, M], what each neuron adds to the score if the series ended at that step.
        adds: [M], what each adds to the score after the step that was asked for.
        rest: What is left of the score without neurons: the read-out's offset, and what summaries
            of the series add where it sees them.
        score: adds.sum() + rest.
        synapses: What each synapse did, of a wired network or LTC of one layer and direction;
            otherwise None.
    """

    id: str
    output: Output
    times: np.ndarray
    activity: np.ndarray
    so_far: np.ndarray
    adds: np.ndarray
    rest: float
    score: float
    synapses: Synapses | None


def neurons(
    given: Any, series: IrregularSeries, *, output: str | None = None, step: int | None = None
) -> Neurons:
    """What each neuron adds to what the network says of one series.

    Of a wired network the read-out sees its motor neurons, and the others act through them: what
    they did is told by their synapses.

    Args:
        given: A run, a fitted estimator or an `Explainable`, whose network has a linear read-out.
        series: Exactly one.
        output: Name of the class or value; None is the second of two classes, the likeliest of
            more, or the only value.
        step: Row after which the network is asked; None is the last.

    Raises:
        InputError: If a name or number is unknown, or the network is of another kind.

    References:
        Lechner, Hasani, Amini, Henzinger, Rus, Grosu: Neural circuit policies enabling auditable
        autonomy. Nature Machine Intelligence 2, 642 (2020).
    """
    asked = ask(given, series, output=output, step=step)
    network = read_out_of(asked.about)
    batch = asked.encoded.batch([0])
    if step is not None and network.per_step:
        end = int(asked.steps[0]) + 1
        if not network.bidirectional:
            batch = batch._replace(
                inputs=batch.inputs[:, :end],
                elapsed=batch.elapsed[:, :end],
                lengths=batch.lengths.clamp(max=end),
            )
    so_far, whole = network.seen_by_head(batch)
    if network.per_step:
        whole = so_far[:, int(asked.steps[0])]
    factors, offset = asked.output.linear(asked.about.model.shape.outputs)
    head = network.head
    assert isinstance(head, nn.Linear), "`read_out_of` has asked"
    weight = factors @ head.weight.detach().double().numpy()
    rest = float(factors @ head.bias.detach().double().numpy()) + offset
    units, states = network.recurrent.output_size, network.reader.size
    # Summaries of the series, where the head sees them, are no neurons.
    rest += float(whole[0, states:].double().numpy() @ weight[states:])
    so_far, whole, weight = so_far[..., :states], whole[:, :states], weight[:states]
    adds = _shares(whole[0], weight, units)
    trace = asked.about.model.trace
    assert trace is not None, "a predictor can be traced"
    hidden = trace(batch).hidden[0].double().numpy()
    return Neurons(
        id=str(series.ids[0]),
        output=asked.output,
        times=asked.series.times.numpy()[: len(hidden)],
        activity=hidden,
        so_far=_shares(so_far[0], weight, units),
        adds=adds,
        rest=rest,
        score=float(adds.sum()) + rest,
        synapses=synapses_of(asked),
    )


def _shares(seen: Tensor, weight: np.ndarray, units: int) -> np.ndarray:
    """Amounts [..., M] of what the head sees of states [..., S], all of one neuron together."""
    amounts = seen.double().numpy() * weight
    return amounts.reshape(*amounts.shape[:-1], -1, units).sum(-2)
