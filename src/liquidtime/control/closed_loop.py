"""The closed loop: a policy acts in a world, and sees what comes of it."""

from collections.abc import Sequence

import numpy as np

from liquidtime.control.contract import Array, Policy, Seen, World
from liquidtime.control.episodes import Episodes


def rollout(world: World, policy: Policy, seeds: Sequence[int]) -> Episodes:
    """Run episodes side by side until each has ended.

    Args:
        world: The world.
        policy: The policy; it is started anew.
        seeds: One an episode. The same seeds give the same episodes, as far as the policy acts the
            same.

    Raises:
        ValueError: If there is no seed, or the policy's actions do not fit or are not finite.
    """
    if not len(seeds):
        raise ValueError("seeds is empty; expected one seed an episode.")
    seen = world.reset(seeds)
    policy.start(len(seeds))
    steps: list[tuple[Seen, Array, Seen]] = []
    while not seen.ended.all():
        action = np.asarray(policy.act(seen.observation, seen.elapsed), np.float32)
        _check(action, (len(seeds), world.action_size), len(steps))
        before, seen = seen, world.step(action)
        steps.append((before, action, seen))
    running = np.stack([~before.ended for before, _, _ in steps], axis=1)

    def recorded(columns: list[np.ndarray]) -> np.ndarray:
        every = np.stack(columns, axis=1)
        return np.where(running.reshape(running.shape + (1,) * (every.ndim - 2)), every, 0)

    return Episodes(
        observations=recorded([before.observation for before, _, _ in steps]),
        elapsed=recorded([before.elapsed for before, _, _ in steps]),
        actions=recorded([action for _, action, _ in steps]),
        rewards=recorded([after.reward for _, _, after in steps]),
        lengths=running.sum(axis=1),
        done=seen.done.copy(),
    )


def _check(action: Array, shape: tuple[int, int], step: int) -> None:
    if action.shape != shape:
        raise ValueError(
            f"the policy's actions have shape {list(action.shape)}; expected [episodes, actions]="
            f"{list(shape)}."
        )
    finite = np.isfinite(action).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"the policy's action in step {step} of episode {int(np.argmin(finite))} is NaN or "
            "infinite; expected finite numbers."
        )
