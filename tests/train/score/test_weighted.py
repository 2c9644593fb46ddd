import numpy as np
import pytest
from sklearn import metrics as peer

from liquidtime.errors import InputError
from liquidtime.train.config import TrainConfig
from liquidtime.train.objectives.classes import Classes
from liquidtime.train.objectives.values import Numbers
from liquidtime.train.score import weighted as scores
from liquidtime.train.score.bootstrap import OfSums, draw, intervals
from liquidtime.train.score.metrics import Scored, higher_is_better, measure, measures, point
from liquidtime.train.selection import selection

NUMBERS = Numbers(per_step=False, labels=("a", "b"), mean=(0.0, 0.0), scale=(1.0, 1.0))


@pytest.fixture
def binary():
    random = np.random.default_rng(0)
    truth = random.random(200) < 0.3
    score = np.round(random.normal(size=200) + truth, 1)  # many ties
    counts = random.integers(0, 4, size=(5, 200)).astype(float)
    return truth, score, counts


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (scores.auroc, peer.roc_auc_score),
        (scores.average_precision, peer.average_precision_score),
    ],
)
def test_ranking_scores_equal_sklearn_weighted_and_repeated(binary, ours, theirs):
    truth, score, counts = binary
    found = ours(truth, score, counts)
    for row, value in zip(counts, found, strict=True):
        assert value == pytest.approx(theirs(truth, score, sample_weight=row), abs=1e-12)
        again = np.repeat(np.arange(200), row.astype(int))
        assert value == pytest.approx(theirs(truth[again], score[again]), abs=1e-12)


def test_one_class_is_undefined_not_wrong():
    ones = np.ones((1, 4))
    assert np.isnan(scores.auroc(np.ones(4, bool), np.arange(4.0), ones)).all()
    assert np.isnan(scores.average_precision(np.zeros(4, bool), np.arange(4.0), ones)).all()


def test_r2_equals_sklearn_far_from_zero():
    random = np.random.default_rng(1)
    target = random.normal(size=50) + 1e6
    guess = target + random.normal(size=50)
    weights = random.integers(0, 3, size=(3, 50)).astype(float)
    found = scores.explained(target[:, None], guess[:, None])(weights)
    for row, value in zip(weights, found, strict=True):
        assert value == pytest.approx(peer.r2_score(target, guess, sample_weight=row), abs=1e-6)
    level = scores.explained(np.full((4, 1), 3.0), np.zeros((4, 1)))
    assert np.isnan(level(np.ones((1, 4)))).all()


def classes_scored(n=300, k=3, seed=2):
    random = np.random.default_rng(seed)
    target = random.integers(0, k, size=n)
    logits = random.normal(size=(n, k)) + 1.5 * np.eye(k)[target]
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = tuple("abc"[:k])
    return Scored(target, probability, np.arange(n), Classes(per_step=False, labels=labels))


def test_class_metrics_equal_sklearn():
    three, two = classes_scored(), classes_scored(k=2)
    found = {name: entry["value"] for name, entry in measure(three, resamples=20).items()}
    y, p = three.target, three.prediction
    assert found["auroc"] == pytest.approx(peer.roc_auc_score(y, p, multi_class="ovr"))
    assert found["accuracy"] == pytest.approx(peer.accuracy_score(y, p.argmax(1)))
    assert found["log_loss"] == pytest.approx(peer.log_loss(y, p))
    y, p = two.target, two.prediction[:, 1]
    assert point(two, "auroc") == pytest.approx(peer.roc_auc_score(y, p))
    assert point(two, "auprc") == pytest.approx(peer.average_precision_score(y, p))
    assert point(two, "brier") == pytest.approx(peer.brier_score_loss(y, p))


def test_f1_equals_sklearn_on_all_rows_and_on_resamples():
    two, three = classes_scored(k=2), classes_scored()
    assert point(two, "f1") == pytest.approx(peer.f1_score(two.target, two.prediction[:, 1] > 0.5))
    assert "f1" not in measures(three)
    for scored in (two, three):
        said = scored.prediction.argmax(1)
        assert point(scored, "macro_f1") == pytest.approx(
            peer.f1_score(scored.target, said, average="macro")
        )
        weights = np.random.default_rng(1).integers(0, 4, size=(5, len(said))).astype(float)
        expected = [
            peer.f1_score(scored.target, said, average="macro", sample_weight=w) for w in weights
        ]
        assert measures(scored)["macro_f1"](weights) == pytest.approx(expected)


def test_f1_of_a_rare_class_is_nought_where_it_is_missed_and_undefined_where_it_is_not_there():
    objective = Classes(per_step=False, labels=("no", "yes"))
    quiet = np.tile([0.9, 0.1], (4, 1))
    missed = Scored(np.array([0, 0, 0, 1]), quiet, np.arange(4), objective)
    assert point(missed, "f1") == 0
    assert point(missed, "macro_f1") == pytest.approx(0.5 * (2 * 3 / (2 * 3 + 1)))
    absent = Scored(np.zeros(4, int), quiet, np.arange(4), objective)
    assert np.isnan(point(absent, "f1")) and point(absent, "macro_f1") == 1
    found = measure(missed, resamples=200)["f1"]
    assert (found["value"], found["low"], found["high"]) == (0, 0, 0)


def test_value_metrics_skip_missing_entries():
    target = np.array([[1.0, np.nan], [3.0, 5.0], [4.0, 9.0]])
    guess = np.array([[2.0, 7.0], [3.0, 4.0], [2.0, 9.0]])
    scored = Scored(target, guess, np.arange(3), NUMBERS)
    assert point(scored, "mse") == pytest.approx((1 + 0 + 4 + 1 + 0) / 5)
    assert point(scored, "mae") == pytest.approx((1 + 0 + 2 + 1 + 0) / 5)
    expected = np.mean([peer.r2_score([1, 3, 4], [2, 3, 2]), peer.r2_score([5, 9], [4, 9])])
    assert point(scored, "r2") == pytest.approx(expected)


@pytest.mark.parametrize("outputs", [1, 3])
def test_sums_a_series_give_what_rows_give(outputs):
    """Scores of sums are drawn by series, never by row, and come to the same."""
    random = np.random.default_rng(5)
    member = np.sort(random.integers(0, 30, size=200)) * 7
    target = random.normal(size=(200, outputs)) + 1e4
    target[random.random(target.shape) < 0.2] = np.nan
    guess = target + random.normal(size=target.shape)
    guess[np.isnan(guess)] = 3.0
    functions = measures(Scored(target, guess, member, NUMBERS))
    by_series = draw(functions, member, resamples=40)
    by_row = draw(
        {name: lambda w, f=f: f(w) for name, f in functions.items()}, member, resamples=40
    )
    for name, found in by_series.items():
        assert isinstance(functions[name], OfSums)
        assert found == pytest.approx(by_row[name], rel=1e-9), name


def test_interval_of_a_mean_is_the_textbook_one():
    values = np.random.default_rng(3).normal(size=400)
    found = intervals({"mean": scores.mean_of(values)}, np.arange(400))
    half = 1.96 * values.std() / 20
    assert found["mean"] == pytest.approx((values.mean() - half, values.mean() + half), abs=0.012)


def test_rows_of_one_series_are_drawn_together():
    """Ten copies of each row tell no more than one; drawing rows would shrink the interval."""
    values = np.random.default_rng(4).normal(size=60)
    alone = intervals({"m": scores.mean_of(values)}, np.arange(60))["m"]
    copies = np.repeat(values, 10)
    member = np.repeat(np.arange(60), 10) + 1000
    together = intervals({"m": scores.mean_of(copies)}, member)["m"]
    assert together == pytest.approx(alone)


def test_intervals_repeat_and_give_up_when_undefined():
    scored = classes_scored(60, 2)
    assert measure(scored, resamples=50) == measure(scored, resamples=50)
    target = np.zeros(40, dtype=int)
    target[0] = 1
    one = Scored(target, scored.prediction[:40], np.arange(40), scored.objective)
    table = measure(one, resamples=200)
    assert table["auroc"]["value"] is not None
    none = Scored(np.zeros(40, dtype=int), scored.prediction[:40], np.arange(40), scored.objective)
    table = measure(none, resamples=50)
    assert table["auroc"] == {"value": None, "low": None, "high": None}


def test_the_metric_that_chooses():
    def chosen(objective, target, **options):
        return selection(TrainConfig(**options), objective, np.asarray(target)).metric

    two, three = (Classes(per_step=False, labels=tuple("abc"[:k])) for k in (2, 3))
    assert chosen(two, [0, 1] * 10) == "auroc"
    # Few of a class: an AUROC would be noise.
    assert chosen(two, [0] * 50 + [1] * 9) == "log_loss"
    assert chosen(three, [0, 1, 2] * 10) == "accuracy"
    assert chosen(three, [0, 1, 2] * 9) == "log_loss"
    weighted = Classes(per_step=False, labels=("a", "b"), weights=(1.0, 9.0))
    assert chosen(weighted, [0, 1]) == "loss"
    assert chosen(NUMBERS, np.zeros((3, 2))) == "mse"
    assert chosen(two, [0, 1], select="auprc") == "auprc"
    with pytest.raises(InputError, match="select is 'mse'; classes have 'auroc'"):
        chosen(two, [0, 1], select="mse")
    assert higher_is_better("auroc") and not higher_is_better("mse")
