"""How many threads a fit or a prediction may take."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

from liquidtime.errors import InputError


@contextmanager
def threads(count: int | None) -> Iterator[None]:
    """Limit the threads of torch, of the kernels and of linear algebra; as before afterwards.

    Args:
        count: 1 or more; None leaves them alone.

    Raises:
        InputError: If it is no such number.
    """
    if count is None:
        yield
        return
    if not isinstance(count, int) or count < 1:
        raise InputError(f"n_threads is {count!r}; expected a whole number from 1, or None.")
    before = torch.get_num_threads()
    with threadpool_limits(limits=count):
        torch.set_num_threads(count)
        try:
            yield
        finally:
            torch.set_num_threads(before)
