"""A live stream: one observation at a time, and the same numbers as over the whole series.

`rnn.step` takes one observation, the state and the time since the last one. In between the state
can go to a file and come back. Expect the outputs of the stream to equal those of the whole
sequence to rounding. It works for wired and stacked networks, LTC and CfC alike, but not for
bidirectional ones, which need the future.
"""

import tempfile
from pathlib import Path

import torch

from liquidtime.nn import LTC, CfC, RecurrentState
from liquidtime.wirings import AutoNCP


def main() -> dict[str, float]:
    torch.manual_seed(0)
    x, gaps = torch.randn(40, 3), torch.rand(40)
    networks = {
        "CfC, two layers": CfC(3, 16, num_layers=2),
        "CfC, mixed memory": CfC(3, 16, mixed_memory=True),
        "LTC over an NCP": LTC(3, wiring=AutoNCP(16, 4)),
    }
    differences = {}
    for name, rnn in networks.items():
        rnn.eval()
        with torch.inference_mode(), tempfile.TemporaryDirectory() as folder:
            whole, _ = rnn(x, elapsed=gaps)
            state, outputs = None, []
            for moment, (observation, gap) in enumerate(zip(x, gaps, strict=True)):
                output, state = rnn.step(observation, state, gap)
                outputs.append(output)
                if moment == 20:  # the program ends here and starts again
                    file = Path(folder) / "state.pt"
                    torch.save(tuple(state), file)
                    state = RecurrentState(*torch.load(file))
        differences[name] = (torch.stack(outputs) - whole).abs().max().item()
        print(f"{name:<18} stream and sequence differ by {differences[name]:.1e}")
    return differences


if __name__ == "__main__":
    main()
