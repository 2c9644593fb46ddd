"""The LTC recurrence along a line: the input moves evenly from one observation to the next."""

from torch import Tensor

from liquidtime.dynamics import sources
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.ltc.past import recall, remember


def ltc_line_step(
    x: Tensor, v: Tensor, past: Tensor, elapsed: Tensor, weights: LTCWeights, spec: LTCSpec
) -> tuple[Tensor, Tensor]:
    """Integrate the network over one interval in which the input goes evenly to x.

    C dv/dt = g (v_leak − v) + Σ_j w_j sigmoid(σ_j (v_j − μ_j)) (E_j − v), inputs alike, by the
    closed form of `liquidtime.dynamics.closed_form_linear`. Each sub-step takes its share of the
    line.

    Args:
        x: Inputs at the end of the interval, [B, M].
        v: Potentials at its start, [B, N].
        past: As `liquidtime.kernels.ltc.past` has it, [B, K].
        elapsed: [B].
        weights: The network.
        spec: Number of sub-steps and nodes, and what the recurrent sources do.

    Returns:
        Potentials after `elapsed`, [B, N], and the past of the next step, [B, K].
    """
    before, slope = recall(past, x)
    start = weights.map_input(before)
    # The map is affine, so a line between inputs is one between mapped inputs, too.
    moved = weights.map_input(x) - start
    network = sources.Network(
        weights.membrane_capacitance,
        weights.leak_conductance,
        weights.leak_potential,
        weights.recurrent,
        weights.sensory,
    )
    interval = elapsed.unsqueeze(-1) / spec.unfolds
    for k in range(spec.unfolds):
        line = start + k / spec.unfolds * moved, start + (k + 1) / spec.unfolds * moved
        match spec.sources:
            case "frozen":
                v = sources.frozen(v, interval, *line, network, spec.nodes)
            case "extrapolated":
                v, slope = sources.extrapolated(v, interval, *line, network, slope, spec.nodes)
            case "iterated":
                v = sources.iterated(v, interval, *line, network, spec.nodes, spec.sweeps)
    return v, remember(x, slope if spec.sources == "extrapolated" else None)
