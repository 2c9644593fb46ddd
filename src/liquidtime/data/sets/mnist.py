"""MNIST as series: 70,000 handwritten digits, read pixel by pixel, row by row, or as events.

60,000 images of 28 by 28 grey pixels to learn from and 10,000 to be tested on, drawn by other
people. `events` is the event-based task of Lechner and Hasani (2020): the image as one bit a
pixel, of which only the changes are written down, each with its time. `pixels` is sequential
MNIST, with a fixed permutation permuted MNIST, and `rows` the sequential MNIST of the LTC paper.

The files are fetched from a public copy and never shipped. Cite: Y. LeCun, L. Bottou, Y. Bengio,
P. Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998).
"""

import gzip
import struct
import zlib
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sources import Source, fetch
from liquidtime.data.splits import Split
from liquidtime.errors import InputError

_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
SIDE = 28
PIXELS = SIDE * SIDE
CLASSES = tuple(map(str, range(10)))
THRESHOLD = 128


def _source(file: str, sha256: str) -> Source:
    return Source("mnist", file, f"{_URL}{file}", sha256, digest="contents")


TRAIN = (
    _source(
        "train-images-idx3-ubyte.gz",
        "36f8d443f342eb9a964d52b8112b78b4776dbc51e28a7d7107ee6f4ea906bd1f",
    ),
    _source(
        "train-labels-idx1-ubyte.gz",
        "36610272510ba81a8935753821773b32b1ac61ab1056fdfe094214133b44c249",
    ),
)
TEST = (
    _source(
        "t10k-images-idx3-ubyte.gz",
        "00cb6f9dfa2aaa971ad829a94c32c451c5b16c2d25af504c64460bf5e5fd3c86",
    ),
    _source(
        "t10k-labels-idx1-ubyte.gz",
        "cfbee8b22cb25597031ab6712f2ea56dacaa1d3c815701d0f1f6c0b4380b9419",
    ),
)


class Digits(NamedTuple):
    """Images and what they show.

    Attributes:
        images: [N, 28, 28] uint8, 0 for paper and 255 for ink.
        labels: [N] int64, 0 to 9.
        part: "train" or "test"; it begins the ids of the series.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    part: str = "train"


def load(part: Literal["train", "test"] = "train") -> Digits:
    """The 60,000 images to learn from, or the 10,000 to be tested on; fetched (11 MB).

    Raises:
        InputError: If the part is unknown, or the files are not at hand.
    """
    sources = {"train": TRAIN, "test": TEST}
    if part not in sources:
        raise InputError(f'part is {part!r}; expected "train" or "test".')
    images, labels = map(fetch, sources[part])
    return read(images, labels, part)


def read(images: Path, labels: Path, part: str = "train") -> Digits:
    """Like `load`, from files of the IDX format, gzipped or not.

    Raises:
        InputError: If they are of another format, or do not belong together.
    """
    pictures, numbers = _idx(images, 3), _idx(labels, 1)
    if pictures.shape[1:] != (SIDE, SIDE):
        raise InputError(
            f"{images} holds images of {' x '.join(map(str, pictures.shape[1:]))} pixels; expected "
            f"{SIDE} x {SIDE}."
        )
    if len(pictures) != len(numbers):
        raise InputError(
            f"{images} holds {len(pictures)} images and {labels} {len(numbers)} labels; expected "
            "one label an image."
        )
    if len(numbers) and numbers.max() >= len(CLASSES):
        raise InputError(f"{labels} holds the label {numbers.max()}; expected 0 to 9.")
    return Digits(pictures, numbers.astype(np.int64), part)


def split(learn: int, test: int, *, validation: int = 5000) -> Split:
    """Parts of the images to learn from, followed by those to be tested on.

    Args:
        learn: How many images there are to learn from.
        test: How many to be tested on.
        validation: How many of the former choose the epoch; they are drawn once and for all.
    """
    order = np.random.default_rng(0).permutation(learn)
    return Split(
        np.sort(order[validation:]), np.sort(order[:validation]), np.arange(learn, learn + test)
    )


def events(digits: Digits, *, limit: int | None = None, closing: bool = True) -> IrregularSeries:
    """Each image as the changes of its pixels, black or white, row after row.

    A pixel is 1 above 128 and 0 otherwise. Going through the 784 of them, an event is written
    where a pixel is not what the one before it was, and for the first pixel. Its value is the new
    pixel, its time the number of pixels that were read, this one included: 1 for the first.

    Args:
        digits: From `load`.
        limit: Write no more events than this, as the published code does (256); None writes all.
        closing: Write one more event at time 784, the end of the image, with the value of the last
            pixel; the published code does not, so that the length of the last run is lost.

    Returns:
        One series an image, of the feature "pixel"; the target is the digit.
    """
    pixels = digits.images.reshape(len(digits.images), -1) > THRESHOLD
    change = np.ones_like(pixels)
    np.not_equal(pixels[:, 1:], pixels[:, :-1], out=change[:, 1:])
    if closing:
        # The last column of both is the end of the image, unless the last pixel was an event.
        change = np.concatenate([change, ~change[:, -1:]], axis=1)
        pixels = np.concatenate([pixels, pixels[:, -1:]], axis=1)
    if limit is not None:
        change &= np.cumsum(change, axis=1, dtype=np.int16) <= limit
    _, at = np.nonzero(change)
    return _series(
        digits,
        values=torch.from_numpy(pixels[change].astype(np.float32)).unsqueeze(1),
        times=np.minimum(at + 1.0, PIXELS),
        lengths=change.sum(1),
        features=("pixel",),
    )


def pixels(digits: Digits, *, order: NDArray[np.int64] | None = None) -> IrregularSeries:
    """Each image as 784 steps of one pixel, row after row: sequential MNIST.

    Args:
        digits: From `load`.
        order: Number of the pixel that is read at each step; None reads them as they lie. See
            `permutation`.

    Returns:
        One series an image, of the feature "pixel", 0 to 1, at times 1 to 784; the target is the
        digit. Of 60,000 images it takes 0.8 GB.
    """
    flat = digits.images.reshape(len(digits.images), -1)
    return _steps(digits, flat if order is None else flat[:, order], 1, ("pixel",))


def rows(digits: Digits) -> IrregularSeries:
    """Each image as 28 steps of one row of 28 pixels, as in the LTC paper.

    Returns:
        One series an image, of the features "column_1" to "column_28", 0 to 1, at times 1 to 28;
        the target is the digit.
    """
    return _steps(digits, digits.images, SIDE, tuple(f"column_{k + 1}" for k in range(SIDE)))


def permutation(seed: int = 0) -> NDArray[np.int64]:
    """The order of the pixels in permuted MNIST: one and the same for all images.

    It is `numpy.random.RandomState(seed).permutation(784)`. Papers draw one each, and few tell
    which, so that their figures are of other permutations.
    """
    return np.random.RandomState(seed).permutation(PIXELS)


def _steps(
    digits: Digits, images: NDArray[np.uint8], width: int, features: tuple[str, ...]
) -> IrregularSeries:
    count, steps = len(images), PIXELS // width
    values = images.reshape(-1, width).astype(np.float32)
    values /= 255
    return _series(
        digits,
        values=torch.from_numpy(values),
        times=np.tile(np.arange(1.0, steps + 1), count),
        lengths=np.full(count, steps),
        features=features,
    )


def _series(
    digits: Digits,
    *,
    values: torch.Tensor,
    times: NDArray[np.float64],
    lengths: NDArray[np.int64],
    features: tuple[str, ...],
) -> IrregularSeries:
    return IrregularSeries(
        values=values,
        times=torch.from_numpy(times),
        mask=torch.ones_like(values, dtype=torch.bool),
        lengths=torch.from_numpy(lengths),
        target=torch.from_numpy(digits.labels),
        ids=np.array([f"{digits.part}_{n:05d}" for n in range(len(digits.labels))], dtype=object),
        features=features,
        target_names=("digit",),
        classes=CLASSES,
    )


def _idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """An array of bytes in the IDX format: 0, 0, 8, dimensions, each size as 32 bits, the bytes."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} can not be read ({error}).") from error
    head = 4 + 4 * dimensions
    if data[:4] != bytes([0, 0, 8, dimensions]) or len(data) < head:
        raise InputError(
            f"{path} begins with {data[:4].hex(' ')}; expected 00 00 08 {dimensions:02x}: a file "
            f"of the IDX format, of bytes in {dimensions} dimensions."
        )
    sizes = struct.unpack(f">{dimensions}I", data[4:head])
    if len(data) - head != int(np.prod(sizes)):
        raise InputError(
            f"{path} holds {len(data) - head:,} bytes; expected {int(np.prod(sizes)):,}, which is "
            f"{' x '.join(map(str, sizes))}. Fetch it again."
        )
    return np.frombuffer(data, np.uint8, offset=head).reshape(sizes)
