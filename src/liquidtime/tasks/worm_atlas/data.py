"""The measured signal propagation atlas of C. elegans: who answers whom, and how surely.

Cite: F. Randi, A. K. Sharma, S. Dvali and A. M. Leifer, "Neural signal propagation atlas of
Caenorhabditis elegans", Nature 623, 406 (2023), doi:10.1038/s41586-023-06683-4.
"""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.read.mirror import in_mirror
from liquidtime.data.sources import Source, fetch, members
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.tasks.worm_atlas.options import LEAST

PACKAGE = Source(
    "connectome/celegans",
    "wormneuroatlas-0.0.7.3-py3-none-any.whl",
    "https://files.pythonhosted.org/packages/b3/dc/"
    "634b2a009739f692bad83325e5c0f8fd5b1323ac1a9ce11df7d4c8ac40db/"
    "wormneuroatlas-0.0.7.3-py3-none-any.whl",
    "166289031784c9565f6b9205e30dc718bafbc092db3b46f1aef73d93dc4d1325",
)
"""Its authors' Python package (GPL-3), which holds the file; only the file is read."""
ATLAS = Source(
    "connectome/celegans",
    "funatlas.h5",
    PACKAGE.url,
    "53a99055667b853e1d3d6be573ec2613d38c9f6989f302ec38ecd38dd50c7975",
)
LIMIT = 1.0
"""dF/F beyond which a single response is cut off, either way.

Two in a thousand responses lie beyond, the farthest at -105: fluorescence divided by a baseline
near zero. One of them decides the mean of its pair.
"""


@dataclass(frozen=True, eq=False)
class Atlas:
    """Responses of neurons to the stimulation of others; always [responding, stimulated].

    Attributes:
        neurons: N names, of rows and columns.
        single: [N, N] of arrays: each response, dF/F averaged over the time window of the authors.
        q: [N, N], share of false discoveries at which the pair would count as connected; NaN where
            there is none.
    """

    neurons: tuple[str, ...]
    single: NDArray[np.object_]
    q: NDArray[np.float64]

    def occurrences(self) -> NDArray[np.int64]:
        """[N, N], number of finite responses."""
        return self._each(len).astype(np.int64)

    def mean(self, limit: float = LIMIT) -> NDArray[np.float64]:
        """[N, N], dF/F: mean of all responses, each cut off at ± `limit`; NaN where none is."""
        return self._each(lambda found: np.clip(found, -limit, limit).mean())

    def pairs(self, least: int = LEAST) -> NDArray[np.bool_]:
        """[N, N], pairs of two neurons with at least so many responses."""
        return (self.occurrences() >= least) & ~np.eye(len(self.neurons), dtype=bool)

    def aligned(self, neurons: Sequence[str]) -> "Atlas":
        """The same over other neurons, in their order; neurons it does not know have no responses.

        The two neurons AWCON and AWCOFF, which the file names by what they are, are known to no
        connectome, where they are AWCL and AWCR, either way around; so they are left out.
        """
        place = {name: number for number, name in enumerate(self.neurons)}
        known = [number for number, name in enumerate(neurons) if name in place]
        theirs = [place[neurons[number]] for number in known]
        size = len(neurons)
        single, q = _none(size), np.full((size, size), np.nan)
        single[np.ix_(known, known)] = self.single[np.ix_(theirs, theirs)]
        q[np.ix_(known, known)] = self.q[np.ix_(theirs, theirs)]
        return Atlas(tuple(neurons), single, q)

    def halves(
        self, pairs: NDArray[np.bool_], seed: int, limit: float = LIMIT
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """[P] twice: means over two random halves of the responses of each pair.

        Args:
            pairs: [N, N], which; each with two responses or more.
            seed: Of the halves.
            limit: As of `mean`.
        """
        generator = np.random.default_rng(seed)
        found = []
        for responses in self.single[pairs]:
            mixed = generator.permutation(np.clip(responses, -limit, limit))
            found.append((mixed[::2].mean(), mixed[1::2].mean()))
        one, other = np.array(found, dtype=np.float64).reshape(-1, 2).T
        return one, other

    def _each(self, function: Any) -> NDArray[np.float64]:
        flat = [function(found) if len(found) else np.nan for found in self.single.ravel().tolist()]
        numbers = np.array(flat, dtype=np.float64).reshape(self.single.shape)
        return np.nan_to_num(numbers) if function is len else numbers


def measured_atlas(strain: Literal["wt", "unc31"] = "wt") -> Atlas:
    """The atlas as published; fetches it (38 MB) where needed.

    Args:
        strain: "wt", the wild type, or "unc31", which releases no dense-core vesicles.

    Raises:
        InputError: If the strain is unknown or the file is not at hand.
    """
    listed = in_mirror(ATLAS)
    if listed is not None:
        return read_atlas(listed, strain)
    inside = (data for name, data in members(fetch(PACKAGE)) if name == ATLAS.file)
    return read_atlas(io.BytesIO(next(inside)), strain)


def read_atlas(file: str | os.PathLike[str] | IO[bytes], strain: str = "wt") -> Atlas:
    """Like `measured_atlas`, from a file of the same layout.

    Rows are responding neurons and columns stimulated ones. That is how the authors' package draws
    it, and the file itself proves it: only stimulations that the stimulated neuron answered
    count, so no pair has more responses than its column's entry on the diagonal.

    Args:
        file: HDF5: `neuron_ids` [N], and in the group of the strain `dFF_all` [N, N] of variable
            length and `q` [N, N].
        strain: Which group.

    Raises:
        InputError: If it is no HDF5 file, or lacks one of these, or shapes do not fit.
    """
    h5py = require("h5py", extra="brain")
    what = file if isinstance(file, str | os.PathLike) else "the atlas"
    try:
        opened = h5py.File(Path(file) if isinstance(file, str | os.PathLike) else file, "r")
    except OSError as error:
        raise InputError(
            f"{what} is no HDF5 file ({error}); expected {ATLAS.file} of {PACKAGE.url}."
        ) from error
    with opened as stored:
        wanted = ("neuron_ids", f"{strain}/dFF_all", f"{strain}/q")
        if missing := [name for name in wanted if name not in stored]:
            raise InputError(
                f"{what} has no {missing[0]!r}; it holds {', '.join(map(repr, stored))}. Expected "
                f"the layout of {ATLAS.file}, with the strains 'wt' and 'unc31'."
            )
        names = tuple(name.decode() for name in stored["neuron_ids"][:])
        raw, q = stored[f"{strain}/dFF_all"][:], stored[f"{strain}/q"][:].astype(np.float64)
    expected = (len(names), len(names))
    for name, shape in (("dFF_all", raw.shape), ("q", q.shape)):
        if shape != expected:
            raise InputError(
                f"{what}: {strain}/{name} has shape {list(shape)}; expected [N, N] = "
                f"{list(expected)}, as there are {len(names)} neuron_ids."
            )
    single = _none(len(names))
    for where in np.ndindex(expected):
        responses = np.asarray(raw[where], dtype=np.float64)
        single[where] = responses[np.isfinite(responses)]
    return Atlas(names, single, q)


def halves_by_class(
    types: Sequence[str] | NDArray[np.str_], stimulated: NDArray[np.bool_], seed: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Two halves of the stimulated neurons, no class in both.

    Left and right twins have nearly the same synapses and answers, so one of them must not be
    fitted where the other is tested.

    Args:
        types: [N], class of each neuron.
        stimulated: [N], which neurons there are to split.
        seed: Of the order in which classes go to either half.

    Returns:
        [N] twice: neurons to fit on, neurons to test on.

    Raises:
        InputError: If fewer than two classes were stimulated.
    """
    labels = np.asarray(types, dtype=str)
    kinds = np.unique(labels[stimulated])
    if len(kinds) < 2:
        raise InputError(
            f"{len(kinds)} classes of neurons were stimulated; expected two or more to split into "
            "halves. Lower `least`, or give more responses."
        )
    first = np.random.default_rng(seed).permutation(kinds)[: len(kinds) // 2]
    training = stimulated & np.isin(labels, first)
    return training, stimulated & ~training


def _none(size: int) -> NDArray[np.object_]:
    empty = np.empty((size, size), dtype=object)
    for where in np.ndindex(size, size):
        empty[where] = np.zeros(0)
    return empty
