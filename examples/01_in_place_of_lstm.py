"""CfC in the place of nn.LSTM: the same code, plus the time between observations.

The task: a damped pendulum is seen at irregular moments; say its angle half a second after the last
one. Both see the same numbers: the LSTM gets the gap as one more input, CfC takes it as `elapsed`.
Expect errors far below that of "it stays where it is"; which is ahead depends on task and size.
"""

import torch
from torch import Tensor, nn

from liquidtime.nn import CfC


def pendulums(count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Angles [B, T, 1], gaps [B, T] and the angle to predict [B, 1]."""
    times = torch.rand(count, 20).cumsum(1)
    phase = 6.28 * torch.rand(count, 1)

    def angle(at: Tensor) -> Tensor:
        return torch.exp(-0.1 * at) * torch.sin(2 * at + phase)

    gaps = torch.diff(times, dim=1, prepend=times[:, :1])
    return angle(times).unsqueeze(-1), gaps, angle(times[:, -1:] + 0.5)


class WithLSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(2, 32, batch_first=True)
        self.head = nn.Linear(32, 1)

    def forward(self, x: Tensor, gaps: Tensor) -> Tensor:
        output, _ = self.rnn(torch.cat([x, gaps.unsqueeze(-1)], dim=-1))
        return self.head(output[:, -1])


class WithCfC(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = CfC(1, 32, backbone_units=32)
        self.head = nn.Linear(32, 1)

    def forward(self, x: Tensor, gaps: Tensor) -> Tensor:
        output, _ = self.rnn(x, elapsed=gaps)
        return self.head(output[:, -1])


def main(steps: int = 250) -> dict[str, float]:
    torch.manual_seed(0)
    x, gaps, target = pendulums(512)
    errors = {"it stays": nn.functional.mse_loss(x[:, -1], target).item()}
    for name, model in (("LSTM", WithLSTM()), ("CfC", WithCfC())):
        optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
        for step in range(steps):
            chunk = pendulums(64)
            loss = nn.functional.mse_loss(model(*chunk[:2]), chunk[2])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if step % 50 == 0:
                print(f"{name:<9} step {step:>3} of {steps}  loss {loss.item():.4f}", flush=True)
        with torch.no_grad():
            errors[name] = nn.functional.mse_loss(model(x, gaps), target).item()
    for name, error in errors.items():
        print(f"{name:<9} mean squared error on unseen pendulums {error:.4f}")
    return errors


if __name__ == "__main__":
    main()
