"""What the machine can do at this moment: multiply-adds from registers, as fast as they go."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from liquidtime.native import native

Peak = Callable[[bool], float]
"""Reads FLOP/s of all threads together; True for products of bfloat16."""

_SECONDS = 0.002


@contextlib.contextmanager
def peak_reader(threads: int, seconds: float = _SECONDS) -> Iterator[Peak | None]:
    """A function that reads the peak; None without the compiled kernels.

    Args:
        threads: They run at the same time, for two threads of one core are not two cores.
        seconds: Of a reading: the best of what fits in.
    """
    extension = native()
    if extension is None:
        yield None
        return
    with ThreadPoolExecutor(threads) as pool:

        def read(bfloat16: bool) -> float:
            jobs = [pool.submit(extension.fma_peak, seconds, bfloat16) for _ in range(threads)]
            return 1e9 * sum(job.result() for job in jobs)

        yield read
