"""How much arithmetic a recurrence asks for, whoever does it; forward, one sample, one step."""

HEADS = 4
"""Of a gated CfC: two candidates and the two halves of the time gate."""
FOLDED_HEADS = 3
"""Of the same where all elapsed times are one number: the halves of the gate are then one map."""
TRAINING = 3
"""Forward and backward in units of forward: gradients of states and of weights cost one each."""


def cfc_flops(inputs: int, hidden: int, backbone: int, *, heads: int = HEADS) -> int:
    """Multiplications and additions of a dense CfC with one backbone layer.

    2·U·(I + H) into the backbone and 2·U·K·H out of it. Activations are not counted: U + 3·H of
    them, next to nothing where they are computed well.

    Args:
        inputs: Features I.
        hidden: Hidden units H.
        backbone: Backbone units U.
        heads: K; `FOLDED_HEADS` where one elapsed time holds for all steps.
    """
    return 2 * backbone * (inputs + hidden) + 2 * backbone * heads * hidden


def lstm_flops(inputs: int, hidden: int) -> int:
    """Multiplications and additions of an LSTM: four gates that read input and state."""
    return 2 * 4 * hidden * (inputs + hidden)


def gru_flops(inputs: int, hidden: int) -> int:
    """Multiplications and additions of a GRU: three gates that read input and state."""
    return 2 * 3 * hidden * (inputs + hidden)


def ltc_sigmoids(recurrent: int, sensory: int, unfolds: int) -> int:
    """Sigmoids of an LTC whose input stands still during a step.

    Args:
        recurrent: Synapses among neurons, evaluated in every sub-step.
        sensory: Synapses from inputs, evaluated once a step.
        unfolds: Sub-steps.
    """
    return recurrent * unfolds + sensory
