"""Film reviews as numbers of words, from a small archive in the public layout."""

import io
import tarfile

import numpy as np
import pytest

from liquidtime.data import Preprocessor
from liquidtime.data.sets import imdb
from liquidtime.data.sources import Source, contents_sha256
from liquidtime.errors import InputError

# By how often they come in the reviews to learn from: the 4, film 3, is 2, good 2, br 2, ...
TEXTS = {
    "train/pos/1_9.txt": "The film is good.<br /><br />The THE end!",
    "train/pos/0_10.txt": "Good film",
    "train/neg/0_1.txt": "the film isn't; it is bad",
    "train/unsup/0_0.txt": "never never never read",
    "test/pos/0_8.txt": "A good unheard-of film",
    "test/neg/2_2.txt": "the the bad",
    "README": "no review",
}


def write_archive(path, texts=TEXTS):
    with tarfile.open(path, "w:gz") as archive:
        for name, text in texts.items():
            entry = tarfile.TarInfo(f"aclImdb/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return write_archive(tmp_path_factory.mktemp("imdb") / "aclImdb_v1.tar.gz")


@pytest.fixture(scope="module")
def reviews(archive):
    return imdb.read(archive)


def spelt(reviews, n, most=None):
    start = int(reviews.lengths[:n].sum())
    numbers = reviews.words[start : start + int(reviews.lengths[n])].tolist()
    assert numbers[0] == imdb.START
    return [reviews.vocabulary[number - imdb.FIRST] for number in numbers[1:]]


def test_words_are_parted_as_in_keras():
    text = "Don't stop!\t(It's 1st-rate)<br />\nfive_six"
    wanted = ["don't", "stop", "it's", "1st", "rate", "br", "five", "six"]
    assert imdb.words_of(text) == wanted


def test_words_are_numbered_by_how_often_they_come_in_what_is_learnt_from(reviews):
    counts = {"the": 4, "film": 3, "good": 2, "is": 2, "br": 2}
    assert reviews.vocabulary[:2] == ("the", "film")
    assert set(reviews.vocabulary[2:5]) == {"good", "is", "br"}
    # Equally frequent: as they came, of reviews in the order of their numbers.
    assert reviews.vocabulary[2:5] == ("good", "is", "br")
    assert len(set(reviews.vocabulary)) == len(reviews.vocabulary) == len(counts) + 4
    assert "never" not in reviews.vocabulary and "unheard" not in reviews.vocabulary


def test_reviews_keep_their_order_and_labels(reviews):
    assert reviews.learnt == 3 and reviews.labels.tolist() == [1, 1, 0, 1, 0]
    assert spelt(reviews, 0) == ["good", "film"]
    assert spelt(reviews, 1) == ["the", "film", "is", "good", "br", "br", "the", "the", "end"]
    # What was never met in what is learnt from is skipped.
    assert spelt(reviews, 3) == ["good", "film"]


def test_the_last_words_are_kept_and_rare_ones_are_unknown(reviews):
    series = imdb.tokens(reviews, most=6, last=4)
    names = series.categories["word"]
    assert names == ("[padding]", "[start]", "[unknown]", "the", "film")
    said = [[names[int(code)] for code in one.values[:, 0]] for one in series]
    assert said[0] == ["[start]", "[unknown]", "film"]
    assert said[1] == ["[unknown]", "the", "the", "[unknown]"]
    assert said[4] == ["[start]", "the", "the", "[unknown]"]
    assert series[1].times.tolist() == [0, 1, 2, 3]
    assert series.ids.tolist() == ["train_00000", "train_00001", "train_00002"] + [
        "test_00000",
        "test_00001",
    ]


def test_padding_stands_before_short_reviews_and_is_read(reviews):
    series = imdb.tokens(reviews, most=6, last=4, pad=True)
    assert series.lengths.tolist() == [4] * 5
    assert series[0].values[:, 0].tolist() == [0, 1, 2, 4]
    assert bool(series.mask.all())
    whole = imdb.tokens(reviews, last=None)
    assert whole.lengths.tolist() == reviews.lengths.tolist()
    with pytest.raises(InputError, match="a length to pad to"):
        imdb.tokens(reviews, last=None, pad=True)
    with pytest.raises(InputError, match="most is 4; expected 5"):
        imdb.tokens(reviews, most=4)


def test_a_preprocessor_looks_its_words_up(reviews):
    series = imdb.tokens(reviews)
    known = Preprocessor.fit(series, features=("values",), embed=["word"])
    assert known.input_names == ("word",)
    wanted = series.values[:, 0]
    met = [known.categories["word"][int(code) - 1] for code in known.encode(series).inputs[:, 0]]
    assert met == [series.categories["word"][int(code)] for code in wanted]


def test_the_archive_is_parsed_once(archive, tmp_path, monkeypatch):
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path))
    monkeypatch.setenv("LIQUIDTIME_CACHE", str(tmp_path / "cache"))
    (tmp_path / "imdb").mkdir()
    (tmp_path / "imdb" / archive.name).write_bytes(archive.read_bytes())
    digest = contents_sha256(archive, ("pos", "neg"))
    source = Source("imdb", archive.name, "https://x", digest, "contents", ("pos", "neg"))
    monkeypatch.setattr(imdb, "REVIEWS", source)
    first = imdb.load()
    monkeypatch.setattr(imdb, "read", None)
    again = imdb.load()
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)
    (kept,) = (tmp_path / "cache" / "imdb").iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    monkeypatch.undo()
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path))
    monkeypatch.setenv("LIQUIDTIME_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(imdb, "REVIEWS", source)
    assert imdb.load().vocabulary == first.vocabulary


def test_another_archive_is_refused(tmp_path):
    texts = {name: text for name, text in TEXTS.items() if not name.startswith("test/neg")}
    with pytest.raises(InputError, match="no reviews in test/neg"):
        imdb.read(write_archive(tmp_path / "some.tar.gz", texts))
    (tmp_path / "none.tar.gz").write_bytes(b"no archive")
    with pytest.raises(InputError, match="no archive of reviews"):
        imdb.read(tmp_path / "none.tar.gz")


def test_parts_are_drawn_once(reviews):
    split = imdb.split(reviews, validation=1)
    assert (len(split.train), len(split.validation)) == (2, 1)
    assert split.test.tolist() == [3, 4]
