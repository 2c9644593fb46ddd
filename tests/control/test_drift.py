"""Holding a point against the wind: what each policy is worth, and the physics."""

import numpy as np
import pytest

from liquidtime.control import ExpertPolicy, rollout
from liquidtime.control.envs.drift import Drift, Settings

SEEDS = range(40)


class Told:
    """The same command all the time."""

    def __init__(self, *command):
        self.command = np.array(command, np.float32)

    def start(self, batch):
        self.batch = batch

    def act(self, observation, elapsed):
        return np.tile(self.command, (self.batch, 1))


class Proportional:
    """Back towards the origin, by what is seen now."""

    def start(self, batch):
        pass

    def act(self, observation, elapsed):
        return -2 * observation[:, :2]


class Integral:
    """The same, and against the wind, which it finds out from two sights and the time between."""

    def start(self, batch):
        self.wind = np.zeros((batch, 2))
        self.before = None

    def act(self, observation, elapsed):
        position, told = observation[:, :2], observation[:, 2:]
        if self.before is not None:
            gap = np.maximum(elapsed, 1e-3)[:, None]
            wind = (position - self.before) / gap - told
            self.wind += np.minimum(gap, 0.5) * (np.clip(wind, -1, 1) - self.wind)
        self.before = position
        return np.clip(-self.wind - 2 * position, -1, 1).astype(np.float32)


def off(policy, settings=None):
    """Root mean square distance from the origin, m."""
    world = Drift(settings)
    return np.sqrt(-rollout(world, policy, SEEDS).returns.mean() / world.settings.duration)


def test_a_policy_solves_it_and_nothing_does_not():
    nothing, proportional, integral = off(Told(0, 0)), off(Proportional()), off(Integral())
    assert nothing > 1.5
    assert proportional < 0.4
    assert integral < 0.8 * proportional
    world = Drift()
    expert = rollout(world, ExpertPolicy(world), SEEDS).returns.mean()
    assert np.sqrt(-expert / 10) < integral


def test_an_episode_lasts_as_long_as_it_was_told():
    episodes = rollout(Drift(Settings(duration=3.0)), Proportional(), SEEDS)
    # The time before the first sight is none of it.
    spent = episodes.elapsed[:, 1:].astype(float).sum(axis=1)
    assert (spent < 3.0).all()
    assert (spent > 2.4).all()
    assert not episodes.done.any()
    assert episodes.elapsed[:, 0].min() > 0


def test_what_is_lost_is_done():
    episodes = rollout(Drift(), Told(1, 1), SEEDS)
    assert episodes.done.all()
    assert (np.hypot(*episodes.observations[:, 0, :2].T) < 2).all()
    assert episodes.lengths.max() < rollout(Drift(), Proportional(), SEEDS).lengths.max()


def test_the_reward_is_the_integral_of_the_squared_distance():
    world = Drift(Settings(noise=0.0, wind=0.0))
    before = world.reset([5])
    after = world.step(np.array([[0.5, -0.25]], np.float32))
    gap = float(after.elapsed[0])
    times = (np.arange(10_000) + 0.5) / 10_000 * gap
    path = before.observation[:, :2].astype(float) + times[:, None] * np.array([0.5, -0.25])
    assert after.reward[0] == pytest.approx(-(path**2).sum(axis=1).mean() * gap, rel=1e-5)
    ahead = before.observation[0, :2] + gap * np.array([0.5, -0.25])
    assert np.allclose(after.observation[0], [*ahead, 0.5, -0.25])


def test_commands_beyond_its_strength_are_cut_off():
    one, other = Drift(), Drift()
    one.reset([1])
    other.reset([1])
    at_most = one.step(np.array([[1.0, -1.0]], np.float32))
    beyond = other.step(np.array([[9.0, -1e9]], np.float32))
    assert np.array_equal(at_most.observation, beyond.observation)


def test_time_has_to_pass():
    with pytest.raises(ValueError, match="seconds above 0"):
        Settings(gap=0.0)
