"""A CfC learns to hold a point against a wind that it cannot see, at irregular times.

The teacher knows the wind; the pilot has to find it out from where the point was and how long ago.
The pilot flies, the teacher says at each step what it would have done there, the pilot learns that,
and flies again. Expect it several times closer to the origin than who steers by position alone.
"""

import numpy as np
import torch

from liquidtime.control import ExpertPolicy, RecurrentPolicy, StreamPolicy, rollout
from liquidtime.control.envs.drift import Drift, Settings
from liquidtime.deploy import Stream
from liquidtime.nn import CfC


class Watched:
    """A pilot whose teacher writes down what it would have done."""

    def __init__(self, world: Drift, pilot: RecurrentPolicy) -> None:
        self.world, self.pilot, self.start = world, pilot, pilot.start
        self.wanted = []

    def act(self, observation: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
        self.wanted.append(self.world.expert())
        return self.pilot.act(observation, elapsed)


class PositionAlone:
    def start(self, batch: int) -> None:
        pass

    def act(self, observation: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
        return -2 * observation[:, :2]


def learn(world: Drift, pilot: RecurrentPolicy, rounds: int, passes: int) -> None:
    optimiser = torch.optim.Adam(pilot.parameters(), 0.01)
    for number in range(rounds):
        watched = Watched(world, pilot)
        flown = rollout(world, watched, range(64 * number, 64 * number + 64))
        given = list(map(torch.from_numpy, (flown.observations, flown.elapsed, flown.lengths)))
        wanted = torch.from_numpy(np.stack(watched.wanted, axis=1))
        there = torch.arange(wanted.shape[1]) < given[2].unsqueeze(1)
        for _ in range(passes):
            loss = (pilot(*given) - wanted)[there].square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        print(f"round {number + 1} of {rounds}  loss {loss.item():.4f}", flush=True)


def main(rounds: int = 8, passes: int = 25) -> dict[str, float]:
    torch.manual_seed(0)
    world = Drift(Settings(start=0.0))
    layer = CfC(4, 24, backbone_units=32, proj_size=2)
    pilot = RecurrentPolicy(layer)
    learn(world, pilot, rounds, passes)
    policies = {"position alone": PositionAlone(), "CfC": pilot}
    policies["CfC as a stream"] = StreamPolicy(Stream.from_module(layer, streams=32))
    off = {}
    for name, policy in (policies | {"teacher": ExpertPolicy(world)}).items():
        flown = rollout(world, policy, range(1000, 1032))
        off[name] = float(np.sqrt(-flown.returns.mean() / world.settings.duration))
        print(f"{name:15}  {off[name]:.3f} m off (root mean square)")
    return off


if __name__ == "__main__":
    main()
