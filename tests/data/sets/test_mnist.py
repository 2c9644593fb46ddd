"""Digits as series, from small IDX files that are written here."""

import gzip
import hashlib
import struct

import numpy as np
import pytest
import torch

from liquidtime.data.sets import mnist
from liquidtime.data.sources import Source, contents_sha256, fetch
from liquidtime.errors import InputError

COUNT = 12


def idx(array):
    """The bytes of an IDX file of bytes."""
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()


@pytest.fixture(scope="module")
def images():
    random = np.random.default_rng(0)
    strokes = random.random((COUNT, 28, 28)) < 0.15
    images = np.where(strokes, random.integers(129, 256, strokes.shape), 0)
    images[0] = 0
    images[1] = 255
    images[2, ::2] = 128  # the threshold itself is not above it
    images[3, 27, 27] = 200 if images[3, 27, 26] <= 128 else 0  # an event at the last pixel
    images[4].flat = np.arange(784) % 2 * 255  # as many events as there are pixels
    return images.astype(np.uint8)


@pytest.fixture(scope="module")
def files(images, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mnist")
    (folder / "images.gz").write_bytes(gzip.compress(idx(images)))
    (folder / "labels").write_bytes(idx(np.arange(COUNT) % 10))
    return folder / "images.gz", folder / "labels"


@pytest.fixture(scope="module")
def digits(files):
    return mnist.read(*files, "test")


def changes(image, limit, closing):
    """The description of the published data, pixel by pixel: (value, time) of each event."""
    written, last = [], None
    for number, pixel in enumerate(image.flatten(), start=1):
        bit = int(pixel > 128)
        if bit != last:
            written.append((bit, number))
            if limit is not None and len(written) >= limit:
                return written
        last = bit
    if closing and written[-1][1] < 784:
        written.append((last, 784))
    return written


def test_files_are_read_gzipped_or_not(digits, images):
    assert np.array_equal(digits.images, images)
    assert digits.labels.tolist() == [*range(10), 0, 1]


@pytest.mark.parametrize(("limit", "closing"), [(256, False), (None, True), (7, False), (1, False)])
def test_events_are_those_of_the_description(digits, images, limit, closing):
    series = mnist.events(digits, limit=limit, closing=closing)
    for image, one in zip(images, series, strict=True):
        wanted = changes(image, limit, closing)
        assert one.values[:, 0].tolist() == [bit for bit, _ in wanted]
        assert one.times.tolist() == [time for _, time in wanted]
    assert series.target.tolist() == digits.labels.tolist()
    assert series.ids[0] == "test_00000" and series.classes == tuple("0123456789")
    assert bool(series.mask.all())


def test_the_image_can_be_drawn_again_from_its_closed_events(digits, images):
    for image, one in zip(images, mnist.events(digits), strict=True):
        bits = np.zeros(785, dtype=int)
        times = one.times.long().tolist()
        for value, start, end in zip(one.values[:, 0], times, [*times[1:], 785], strict=True):
            bits[start:end] = int(value)
        assert np.array_equal(bits[1:].reshape(28, 28), image > 128)


def test_pixels_come_one_a_step_in_the_order_asked_for(digits, images):
    series = mnist.pixels(digits)
    assert series.lengths.tolist() == [784] * COUNT and series.features == ("pixel",)
    flat = torch.from_numpy(images.reshape(COUNT, 784) / 255).float()
    assert torch.equal(series.values.reshape(COUNT, 784), flat)
    assert series[5].times.tolist() == [*range(1, 785)]
    order = mnist.permutation()
    assert np.array_equal(np.sort(order), np.arange(784)) and order[:3].tolist() != [0, 1, 2]
    permuted = mnist.pixels(digits, order=order)
    assert torch.equal(permuted.values.reshape(COUNT, 784), flat[:, order])
    assert np.array_equal(order, mnist.permutation())


def test_rows_come_one_a_step(digits, images):
    series = mnist.rows(digits)
    assert series.lengths.tolist() == [28] * COUNT and len(series.features) == 28
    assert torch.equal(series[6].values, torch.from_numpy(images[6] / 255).float())


def test_the_validation_part_is_drawn_once_from_the_images_to_learn_from():
    split = mnist.split(100, 20, validation=30)
    assert (len(split.train), len(split.validation)) == (70, 30)
    assert split.test.tolist() == [*range(100, 120)]
    assert np.array_equal(split.validation, mnist.split(100, 20, validation=30).validation)


def test_a_file_that_was_compressed_again_passes(files, tmp_path):
    raw = gzip.decompress(files[0].read_bytes())
    again = tmp_path / "images.gz"
    again.write_bytes(gzip.compress(raw, compresslevel=1))
    line = f"{hashlib.sha256(raw).hexdigest()}  images\n"
    assert contents_sha256(again) == hashlib.sha256(line.encode()).hexdigest()
    again.write_bytes(again.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a whole"):
        contents_sha256(again)


def test_the_files_come_from_a_mirror(files, tmp_path, monkeypatch):
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path))
    sources = []
    (tmp_path / "mnist").mkdir()
    for path, known in zip(files, mnist.TEST, strict=True):
        (tmp_path / "mnist" / known.file).write_bytes(gzip.compress(_plain(path)))
        digest = contents_sha256(tmp_path / "mnist" / known.file)
        sources.append(Source(known.set, known.file, known.url, digest, digest="contents"))
    monkeypatch.setattr(mnist, "TEST", tuple(sources))
    assert len(mnist.load("test").labels) == COUNT
    with pytest.raises(InputError, match="SHA-256"):
        fetch(sources[0].__class__("mnist", sources[0].file, "https://x", "0" * 64, "contents"))
    with pytest.raises(InputError, match="'validation'; expected"):
        mnist.load("validation")


def _plain(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (b"not a file of images", None, "begins with 6e 6f 74 20; expected 00 00 08 03"),
        (idx(np.zeros((2, 28, 28)))[:-1], None, "1,567 bytes; expected 1,568"),
        (idx(np.zeros((2, 20, 28))), None, "20 x 28 pixels"),
        (idx(np.zeros((3, 28, 28))), None, "3 images and .* 2 labels"),
        (None, idx(np.array([3, 10])), "the label 10"),
        (b"\x1f\x8b" + b"torn", None, "can not be read"),
    ],
)
def test_other_files_are_refused_by_what_is_wrong(tmp_path, images, labels, message):
    paths = tmp_path / "images", tmp_path / "labels"
    paths[0].write_bytes(idx(np.zeros((2, 28, 28))) if images is None else images)
    paths[1].write_bytes(idx(np.zeros(2)) if labels is None else labels)
    with pytest.raises(InputError, match=message):
        mnist.read(*paths)
