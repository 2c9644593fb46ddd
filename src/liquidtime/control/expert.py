"""The world's own expert as a policy: the ceiling of a comparison, the teacher of an imitation."""

from liquidtime.control.contract import Array, World


class ExpertPolicy:
    """Does what the expert of a world does.

    Args:
        world: The one it acts in: it looks at what is hidden there, not at the observation.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def start(self, batch: int) -> None:
        """Nothing to forget."""

    def act(self, observation: Array, elapsed: Array) -> Array:
        """The expert's actions, [B, A]."""
        return self._world.expert()
