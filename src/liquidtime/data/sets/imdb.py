"""Film reviews (Maas and others, 2011): 50,000 texts, half of them praise and half blame.

25,000 to learn from and 25,000 to be tested on, of other films. A review becomes the numbers of
its words by how frequent they are in the reviews to learn from, as in the set that ships with
Keras: 0 is padding, 1 the start of a review, 2 a word that is none of the most frequent, and the
most frequent word has the number 4. `read` says where this differs from that set.

The archive (84 MB) is fetched from its source and never shipped. Cite: A. Maas, R. Daly, P. Pham,
D. Huang, A. Ng, C. Potts, "Learning word vectors for sentiment analysis", ACL 2011.
"""

import tarfile
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sources import Source, cache_folder, fetch
from liquidtime.data.splits import Split
from liquidtime.errors import InputError
from liquidtime.runs.write import write_atomically

REVIEWS = Source(
    "imdb",
    "aclImdb_v1.tar.gz",
    "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    "3591f2b2dff6fc9c7d074b18c433d12fcb0972025eb4d79400f87b3ede2aa6d8",
    digest="contents",
    folder=("pos", "neg"),
)
CLASSES = ("negative", "positive")
PADDING, START, UNKNOWN, FIRST = 0, 1, 2, 4
"""Numbers that are no words, and that of the most frequent word."""
_PARTS, _SIDES = ("train", "test"), ("neg", "pos")
# What parts words: all of ASCII that is neither letter, digit nor apostrophe, as Keras has it.
_BETWEEN = str.maketrans(dict.fromkeys('!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', " "))


class Reviews(NamedTuple):
    """Reviews as numbers of words; N of them, W words in all.

    Attributes:
        words: int32 [W], review after review, each beginning with `START`; all words, however rare.
        lengths: int64 [N].
        labels: int64 [N], 1 for praise.
        learnt: How many of the N, the first ones, are to learn from.
        vocabulary: The words, the most frequent first; the number of word k is k + `FIRST`.
    """

    words: NDArray[np.int32]
    lengths: NDArray[np.int64]
    labels: NDArray[np.int64]
    learnt: int
    vocabulary: tuple[str, ...]


def load() -> Reviews:
    """All reviews; the archive is parsed once, and what came of it kept in the cache folder.

    Raises:
        InputError: If the archive is not at hand, or is not that of the source.
    """
    kept = cache_folder() / REVIEWS.set / f"words-{REVIEWS.sha256[:16]}.npz"
    if kept.is_file():
        try:
            return _kept(kept)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            # Whatever is wrong with it, it can be made again.
            kept.unlink()
    reviews = read(fetch(REVIEWS))
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(kept, lambda beside: _keep(reviews, beside))
    return reviews


def read(path: Path) -> Reviews:
    """Like `load`, from an archive of the same layout: `train/pos/*.txt`, … in a .tar.gz.

    Words are what is left of the text in small letters where the signs of Keras's `Tokenizer`
    separate them; "<br />" leaves the word "br", as there. They are counted in the reviews to learn
    from, praise first, and of equally frequent words the one that came first has the smaller
    number. Words of the other reviews that are none of these have no number and are left out, as
    in the set of Keras. Its order of equally frequent words and of the reviews is not known, so
    that rare words have other numbers here and some at the edge of the most frequent ones others'
    places; reviews keep the order of their names.

    Raises:
        InputError: If it is of another layout.
    """
    texts: dict[tuple[str, str], list[tuple[int, str]]] = {}
    try:
        with tarfile.open(path, "r:*") as archive:
            for entry in archive:
                place = PurePosixPath(entry.name)
                where = place.parent.parent.name, place.parent.name
                stream = archive.extractfile(entry) if entry.isfile() else None
                if stream is None or place.suffix != ".txt" or where[1] not in _SIDES:
                    continue
                number, _, _ = place.stem.partition("_")
                text = stream.read().decode("utf-8")
                texts.setdefault(where, []).append((int(number), text))
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise InputError(f"{path} is no archive of reviews ({error}). Fetch it again.") from error
    missing = [f"{part}/{side}" for part in _PARTS for side in _SIDES if (part, side) not in texts]
    if missing:
        raise InputError(
            f"{path} holds no reviews in {', '.join(missing)}; expected files such as "
            "train/pos/0_9.txt."
        )
    found: dict[str, list[list[str]]] = {part: [] for part in _PARTS}
    labels: dict[str, list[int]] = {part: [] for part in _PARTS}
    for part in _PARTS:
        for side in reversed(_SIDES):
            every = [words_of(text) for _, text in sorted(texts[part, side])]
            found[part] += every
            labels[part] += [_SIDES.index(side)] * len(every)
    counts = Counter(word for review in found["train"] for word in review)
    # Of equal counts those stay in the order in which they came: sorting is stable.
    vocabulary = tuple(sorted(counts, key=lambda word: -counts[word]))
    number = {word: at + FIRST for at, word in enumerate(vocabulary)}
    numbered = [
        [START, *(number[word] for word in review if word in number)]
        for part in _PARTS
        for review in found[part]
    ]
    lengths = np.array([len(review) for review in numbered], np.int64)
    words = np.fromiter((word for review in numbered for word in review), np.int32, lengths.sum())
    every = np.array(labels["train"] + labels["test"], np.int64)
    return Reviews(words, lengths, every, len(labels["train"]), vocabulary)


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return text.lower().translate(_BETWEEN).split()


def tokens(
    reviews: Reviews, *, most: int = 20_000, last: int | None = 200, pad: bool = False
) -> IrregularSeries:
    """Each review as the numbers of its words, one a step.

    Args:
        reviews: From `load`.
        most: Numbers below this are words of their own; others become `UNKNOWN`. As in Keras, it
            counts the three numbers that are no words, and one that nothing has.
        last: Only the last so many words of each; None for all.
        pad: Put `PADDING` before reviews that are shorter than `last`, so that all are as long, as
            published work does, whose networks read it like a word.

    Returns:
        One series a review, of the feature "word", whose categories are "padding", "start",
        "unknown" and the words; times 0, 1, …; the target is whether it is praise.

    Raises:
        InputError: If `most` leaves no word, or there is nothing to pad to.
    """
    if most <= FIRST:
        raise InputError(f"most is {most}; expected {FIRST + 1} or more.")
    if pad and last is None:
        raise InputError("pad=True needs a length to pad to; expected last=200, or the like.")
    words = np.where(reviews.words < most, reviews.words, UNKNOWN)
    ends = np.cumsum(reviews.lengths)
    kept = reviews.lengths if last is None else np.minimum(reviews.lengths, last)
    lengths = np.full(len(kept), last) if pad and last is not None else kept
    # Counted from the end of its series, each row is a word of the review or stands before it.
    new = np.cumsum(lengths)
    back = np.repeat(new, lengths) - np.arange(new[-1] if len(new) else 0)
    there = back <= np.repeat(kept, lengths)
    numbers = np.full(len(back), PADDING, np.int64)
    numbers[there] = words[(np.repeat(ends, lengths) - back)[there]]
    # The number that nothing has is no category.
    codes = np.where(numbers >= FIRST, numbers - 1, numbers)
    values = torch.from_numpy(codes.astype(np.float32)).unsqueeze(1)
    count, learnt = len(lengths), reviews.learnt
    names = [f"train_{n:05d}" for n in range(learnt)]
    names += [f"test_{n:05d}" for n in range(count - learnt)]
    return IrregularSeries(
        values=values,
        times=torch.from_numpy((np.repeat(lengths, lengths) - back).astype(np.float64)),
        mask=torch.ones_like(values, dtype=torch.bool),
        lengths=torch.from_numpy(lengths),
        target=torch.from_numpy(reviews.labels),
        ids=np.array(names, dtype=object),
        features=("word",),
        categories={"word": categories(reviews, most)},
        target_names=("praise",),
        classes=CLASSES,
    )


def categories(reviews: Reviews, most: int = 20_000) -> tuple[str, ...]:
    """What the numbers below `most` stand for; what is no word is in brackets."""
    return ("[padding]", "[start]", "[unknown]", *reviews.vocabulary[: most - FIRST])


def split(reviews: Reviews, *, validation: int = 2500) -> Split:
    """Parts: of the reviews to learn from some, drawn once and for all, choose the epoch."""
    order = np.random.default_rng(0).permutation(reviews.learnt)
    return Split(
        np.sort(order[validation:]),
        np.sort(order[:validation]),
        np.arange(reviews.learnt, len(reviews.lengths)),
    )


def _keep(reviews: Reviews, path: Path) -> None:
    vocabulary = np.frombuffer("\n".join(reviews.vocabulary).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez(
            file,
            words=reviews.words,
            lengths=reviews.lengths,
            labels=reviews.labels,
            learnt=reviews.learnt,
            vocabulary=vocabulary,
        )


def _kept(path: Path) -> Reviews:
    with np.load(path, allow_pickle=False) as file:
        vocabulary = tuple(file["vocabulary"].tobytes().decode().split("\n"))
        found = Reviews(
            file["words"], file["lengths"], file["labels"], int(file["learnt"]), vocabulary
        )
    if found.lengths.sum() != len(found.words):
        raise ValueError("it holds other words than it says")
    return found
