"""The extension with its graphs laid out in blocks and tiles of chosen sizes."""

import functools
from types import SimpleNamespace

from liquidtime.native import native


def cut_into(emitters_a_block, rows_a_tile):
    """In the place of `native`."""
    extension = native()
    layout = functools.partial(
        extension.Graph, emitters_a_block=emitters_a_block, rows_a_tile=rows_a_tile
    )
    return lambda: SimpleNamespace(Graph=layout, Network=extension.Network)
