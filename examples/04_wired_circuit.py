"""A liquid network one can draw: 19 neurons, wired as a neural circuit policy.

Inputs reach inter neurons, these command neurons, these one motor neuron, which is the output. The
network learns to follow a slow wave from two noisy ones. Expect the error to fall below half of
that of the mean, no weight outside the circuit, and a drawing that shows all of it.

    python examples/04_wired_circuit.py --out circuit.png
"""

import argparse
import tempfile
from pathlib import Path

import torch

from liquidtime import plot
from liquidtime.nn import LTC
from liquidtime.wirings import NCP


def main(out: Path | None = None, steps: int = 80) -> dict[str, float]:
    torch.manual_seed(0)
    circuit = NCP(
        inter_neurons=12,
        command_neurons=6,
        motor_neurons=1,
        sensory_fanout=6,
        inter_fanout=4,
        recurrent_command_synapses=6,
        motor_fanin=4,
    ).build(2)
    print(circuit.summary())

    rnn = LTC(2, wiring=circuit)
    at = torch.arange(32) * 0.2 + 6.28 * torch.rand(32, 1)
    x = torch.stack([at.sin(), at.cos()], dim=-1) + 0.1 * torch.randn(32, 32, 2)
    target = (0.5 * at).sin().square().unsqueeze(-1)
    optimiser = torch.optim.Adam(rnn.parameters(), lr=2e-2)
    for step in range(steps):
        output, _ = rnn(x, elapsed=0.2)
        loss = torch.nn.functional.mse_loss(output, target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 20 == 0:
            print(f"step {step:>2} of {steps}  loss {loss.item():.4f}", flush=True)
    figures = {"error": loss.item(), "error of the mean": target.var().item()}
    figures["synapses"] = circuit.synapse_count + circuit.sensory_synapse_count
    print(f"mean squared error {figures['error']:.4f}; the mean has {target.var():.4f}")

    out = out or Path(tempfile.mkdtemp()) / "circuit.png"
    figure = plot.wiring(circuit, input_names=["sine", "cosine"], output_names=["wave"])
    figure.savefig(out, dpi=150, bbox_inches="tight")
    print(f"drawing: {out}")
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    main(parser.parse_args().out)
