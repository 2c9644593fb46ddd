"""What holds for every world: repeatable, each episode for itself, an end, nothing that is NaN."""

import numpy as np
import pytest

from liquidtime.control import WORLDS, ExpertPolicy, rollout

SEEDS = (3, 1, 4, 159)


class Waves:
    """Acts on what it sees, each episode for itself; `size` says how wildly."""

    def __init__(self, actions, size=1.0):
        self.actions, self.size = actions, size

    def start(self, batch):
        self.steps = 0

    def act(self, observation, elapsed):
        self.steps += 1
        first = observation.reshape(len(observation), -1)[:, :1]
        waves = np.sin(self.steps + first + elapsed[:, None] + np.arange(self.actions))
        return self.size * waves.astype(np.float32)


@pytest.fixture(params=list(WORLDS.entries()))
def make(request):
    return WORLDS.find(request.param).make


def played(world, seeds=SEEDS, size=1.0):
    return rollout(world, Waves(world.action_size, size), seeds)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(vars(one).values(), other, strict=True))


def test_an_entry_says_what_it_is():
    for name, entry in WORLDS.entries().items():
        assert entry.name == name
        assert entry.title


def test_shapes_and_types(make):
    world = make()
    first = world.reset(SEEDS)
    after = world.step(np.zeros((4, world.action_size), np.float32))
    for seen in (first, after):
        assert seen.observation.shape == (4, world.observation_size)
        assert seen.observation.dtype == seen.elapsed.dtype == np.float32
        for part in (seen.elapsed, seen.reward, seen.done, seen.truncated, *seen.info.values()):
            assert part.shape == (4,)
        assert seen.done.dtype == seen.truncated.dtype == bool
        assert not (seen.done & seen.truncated).any()
    assert world.expert().shape == (4, world.action_size)
    assert world.expert().dtype == np.float32
    assert not first.reward.any()
    assert not first.ended.any()


def test_the_same_seeds_give_the_same_episodes(make):
    one = played(make())
    assert same(one, vars(played(make())).values())
    assert not np.array_equal(one.observations[0, 0], one.observations[1, 0])


def test_a_reset_forgets_what_was_before(make):
    world = make()
    played(world, (7, 8))
    assert same(played(make()), vars(played(world)).values())


def test_side_by_side_is_one_by_one(make):
    together = played(make())
    for episode, seed in enumerate(SEEDS):
        alone = played(make(), (seed,))
        steps = together.lengths[episode]
        assert alone.lengths[0] == steps
        for name in ("observations", "elapsed", "actions", "rewards"):
            mine = getattr(together, name)[episode, :steps]
            assert np.array_equal(mine, getattr(alone, name)[0]), name


@pytest.mark.parametrize("size", [0.0, 1.0, 1e6])
def test_nothing_is_nan_whatever_is_done(make, size):
    episodes = played(make(), size=size)
    for part in vars(episodes).values():
        assert np.isfinite(part).all()


def test_time_goes_on_until_the_end(make):
    episodes = played(make())
    running = np.arange(episodes.elapsed.shape[1]) < episodes.lengths[:, None]
    assert (episodes.elapsed[running] > 0).all()
    assert not episodes.elapsed[~running].any()


def test_episodes_that_have_ended_stay_as_they_are(make):
    world = make()
    seen = world.reset(SEEDS)
    action = np.ones((len(SEEDS), world.action_size), np.float32)
    while not seen.ended.all():
        before, seen = seen, world.step(action)
        still = before.ended
        assert np.array_equal(seen.observation[still], before.observation[still])
        assert not seen.reward[still].any()
        assert not seen.elapsed[still].any()
        assert np.array_equal(seen.done[still], before.done[still])
        assert np.array_equal(seen.truncated[still], before.truncated[still])
    after = world.step(action)
    assert np.array_equal(after.observation, seen.observation)
    assert after.ended.all()


def test_the_expert_is_better_than_nothing(make):
    world, seeds = make(), range(20)
    expert = rollout(world, ExpertPolicy(world), seeds).returns
    assert expert.mean() > played(world, seeds, size=0.0).returns.mean()
