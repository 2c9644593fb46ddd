"""A policy without PyTorch."""

from liquidtime.control.contract import Array
from liquidtime.deploy import Stream


class StreamPolicy:
    """A `liquidtime.deploy.Stream` whose outputs are the actions.

    Args:
        stream: With as many streams as there are episodes side by side, and without
            `fixed_elapsed`.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def start(self, batch: int) -> None:
        """Forget everything.

        Raises:
            ValueError: If the stream was made for another number of episodes.
        """
        if batch != self._stream.streams:
            raise ValueError(
                f"{batch} episodes begin; the stream was made for {self._stream.streams}. Make it "
                f"with streams={batch}."
            )
        self._stream.reset()

    def act(self, observation: Array, elapsed: Array) -> Array:
        """The actions, [B, A], after one more step of the stream."""
        return self._stream.step(observation, elapsed=elapsed)
