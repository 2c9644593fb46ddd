"""Policies in a closed loop, and worlds from outside."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from liquidtime.control import WORLDS, Entry, RecurrentPolicy, Seen, StreamPolicy, rollout
from liquidtime.control.envs.drift import Drift, Settings
from liquidtime.deploy import Stream
from liquidtime.nn import LTC, CfC
from liquidtime.wirings import AutoNCP

SHORT = Settings(duration=2.0)


class Counting:
    """Ends each episode after as many steps as its seed says; shows the step."""

    observation_size = action_size = 1

    def reset(self, seeds):
        self.ends, self.at = np.array(seeds), np.zeros(len(seeds), int)
        return self._seen(np.ones(len(seeds)))

    def step(self, action):
        running = self.at < self.ends
        self.at = self.at + running
        return self._seen(running * 0.5)

    def expert(self):
        return np.zeros((len(self.at), 1), np.float32)

    def _seen(self, elapsed):
        return Seen(
            self.at[:, None].astype(np.float32),
            elapsed.astype(np.float32),
            2 * elapsed * (self.at > 0),
            self.at == self.ends,
            np.zeros(len(self.at), bool),
            {},
        )


class Given:
    """Does the same all the time."""

    def __init__(self, action):
        self.action = action

    def start(self, batch):
        self.batch = batch

    def act(self, observation, elapsed):
        return np.tile(self.action, (self.batch, 1))


def test_a_record_ends_with_its_episode():
    episodes = rollout(Counting(), Given([7.0]), [1, 3])
    assert episodes.lengths.tolist() == [1, 3]
    assert episodes.observations[..., 0].tolist() == [[0, 0, 0], [0, 1, 2]]
    assert episodes.elapsed.tolist() == [[1, 0, 0], [1, 0.5, 0.5]]
    assert episodes.actions[..., 0].tolist() == [[7, 0, 0], [7, 7, 7]]
    assert episodes.rewards.tolist() == [[1, 0, 0], [1, 1, 1]]
    assert episodes.returns.tolist() == [1, 3]
    assert episodes.done.all()


def test_a_world_from_outside(monkeypatch):
    monkeypatch.setattr(WORLDS, "_registered", {})
    WORLDS.register(Entry("counting", "count", Counting))
    world = WORLDS.find("counting").make()
    assert rollout(world, Given([0.0]), [2]).lengths.tolist() == [2]
    with pytest.raises(ValueError, match="named 'counting' already"):
        WORLDS.register(Entry("counting", "count", Counting))
    with pytest.raises(ValueError, match=r"'moon' is no world; expected one of .*drift.*counting"):
        WORLDS.find("moon")


def test_actions_must_fit():
    with pytest.raises(ValueError, match=r"shape \[2, 3\]; expected .*=\[2, 1\]"):
        rollout(Counting(), Given([0.0, 0.0, 0.0]), [2, 2])
    with pytest.raises(ValueError, match="step 0 of episode 0 is NaN"):
        rollout(Counting(), Given([np.nan]), [2, 2])
    with pytest.raises(ValueError, match="seeds is empty"):
        rollout(Counting(), Given([0.0]), [])


LAYERS = {
    "cfc": lambda: CfC(4, 8, proj_size=2),
    "memory": lambda: CfC(4, wiring=AutoNCP(9, 2), mixed_memory=True),
    "ltc": lambda: LTC(4, 6, proj_size=2),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_and_streams_act_alike(name):
    torch.manual_seed(0)
    layer, seeds = LAYERS[name]().eval(), [1, 2, 3]
    mine = rollout(Drift(SHORT), RecurrentPolicy(layer), seeds)
    streamed = rollout(Drift(SHORT), StreamPolicy(Stream.from_module(layer, streams=3)), seeds)
    assert np.array_equal(mine.lengths, streamed.lengths)
    np.testing.assert_allclose(mine.actions, streamed.actions, atol=1e-5)
    np.testing.assert_allclose(mine.observations, streamed.observations, atol=1e-5)


def test_policies_begin_anew():
    torch.manual_seed(0)
    layer = CfC(4, 8, proj_size=2).eval()
    for policy in (RecurrentPolicy(layer), StreamPolicy(Stream.from_module(layer, streams=2))):
        first = rollout(Drift(SHORT), policy, [1, 2])
        rollout(Drift(SHORT), policy, [3, 4])
        again = rollout(Drift(SHORT), policy, [1, 2])
        assert np.array_equal(first.actions, again.actions)


def test_what_acts_step_by_step_learns_from_whole_episodes():
    torch.manual_seed(0)
    policy = RecurrentPolicy(CfC(4, 8), torch.nn.Linear(8, 2)).eval()
    episodes = rollout(Drift(SHORT), policy, [1, 2, 3])
    with torch.no_grad():
        actions = policy(
            *map(torch.from_numpy, (episodes.observations, episodes.elapsed, episodes.lengths))
        )
    for episode, steps in enumerate(episodes.lengths):
        wanted = episodes.actions[episode, :steps]
        np.testing.assert_allclose(actions[episode, :steps], wanted, atol=1e-5)


def test_a_stream_has_as_many_places_as_there_are_episodes():
    policy = StreamPolicy(Stream.from_module(CfC(4, 8, proj_size=2), streams=2))
    with pytest.raises(ValueError, match="with streams=3"):
        rollout(Drift(SHORT), policy, [1, 2, 3])


NO_TORCH = """
import sys
sys.modules["torch"] = None
from liquidtime.control import WORLDS, ExpertPolicy, StreamPolicy, rollout
from liquidtime.deploy import Stream
world = WORLDS.find("drift").make()
rollout(world, ExpertPolicy(world), [1])
policy = StreamPolicy(Stream.load(sys.argv[1], streams=2))
print(rollout(world, policy, [1, 2]).returns.sum())
"""


def test_streams_fly_without_torch(tmp_path):
    layer = CfC(4, 8, proj_size=2)
    Stream.from_module(layer).save(tmp_path / "pilot.safetensors")
    done = subprocess.run(
        [sys.executable, "-c", NO_TORCH, str(tmp_path / "pilot.safetensors")],
        check=True,
        capture_output=True,
        text=True,
    )
    policy = StreamPolicy(Stream.from_module(layer, streams=2))
    assert float(done.stdout) == pytest.approx(rollout(Drift(), policy, [1, 2]).returns.sum())
