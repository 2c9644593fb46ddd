"""A run folder that was damaged: one clear line that names the file, whoever reads it."""

import copy
import itertools
import json
import pickle
import shutil

import numpy as np
import pytest
import torch
from made_series import make_series
from safetensors.numpy import load_file, save_file

from liquidtime.data.splits import split_by_series
from liquidtime.errors import InputError
from liquidtime.models import cfc
from liquidtime.runs.digests import DIGESTS
from liquidtime.train import FitConfig, Run, TrainConfig, fit, fitting, loop
from liquidtime.train.defaults import resolved
from liquidtime.train.folder.files import METRICS, RECORD, WEIGHTS

pytestmark = pytest.mark.usefixtures("undrawn")

DATA, SPLIT = make_series(40, longest=5), split_by_series(40, fractions=(0.6, 0.2, 0.2), seed=1)
CONFIG = FitConfig(
    model=cfc.Config(hidden_size=4, backbone_units=3),
    train=TrainConfig(epochs=2, batch_size=16, accelerator="cpu"),
)
OTHERS = (None, "other", [], {}, -1, True, 10**9, ["x"], {"x": 1})
DEEP = "[" * 50_000 + "]" * 50_000


class Reached(Exception):
    """The training goes on."""


def go_on(folder):
    return fit(DATA, SPLIT, CONFIG, folder, resume=True, progress=False, baselines="none")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished run as 0.1.0 left it: without digests, so that each file speaks for itself."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    fit(DATA, SPLIT, CONFIG, folder, progress=False, baselines="none")
    (folder / DIGESTS).unlink()
    return folder


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that was stopped after its first epoch."""
    folder, patch = tmp_path_factory.mktemp("stopped") / "run", pytest.MonkeyPatch()

    def stop(path, history):
        raise Reached

    patch.setattr(loop, "write_history", stop)
    with pytest.raises(Reached):
        fit(DATA, SPLIT, CONFIG, folder, progress=False, baselines="none")
    patch.undo()
    return folder


@pytest.fixture
def stays(monkeypatch):
    """Nothing is trained: whoever comes so far has found nothing wrong."""

    def reached(*_, **__):
        raise Reached

    monkeypatch.setattr(loop.Epochs, "run", reached)


def places(value, at=()):
    """Where in JSON something can be dropped or changed."""
    if at:
        yield at
    entries = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list) and value:
        entries = [(0, value[0])]
    for key, inner in entries:
        yield from places(inner, (*at, key))


def changed(value, at, new):
    """JSON with one place changed, or dropped."""
    value = copy.deepcopy(value)
    inner = value
    for key in at[:-1]:
        inner = inner[key]
    if new is Reached:
        del inner[at[-1]]
    else:
        inner[at[-1]] = new
    return value


def damaged(path, others=3):
    """The file with each place dropped or changed in turns, one after the other."""
    value, turns = json.loads(path.read_text()), itertools.cycle(OTHERS)
    for at in places(value):
        for new in (Reached, *itertools.islice(turns, others)):
            found = changed(value, at, new)
            if found != value:
                path.write_text(json.dumps(found))
                yield at, new, path
    path.write_text(json.dumps(value))


@pytest.mark.parametrize("name", [RECORD, METRICS])
def test_a_finished_run_is_read_or_refused_by_name(whole, tmp_path, name):
    """Whatever is dropped or changed in its JSON, nothing but an InputError comes of it."""
    folder = shutil.copytree(whole, tmp_path / "run")
    expected = Run.load(whole).predict(DATA).probabilities
    refused = accepted = 0
    for at, new, _ in damaged(folder / name):
        try:
            found = Run.load(folder).predict(DATA).probabilities
        except InputError as error:
            refused += 1
            told = str(error)
            assert "\n" not in told and len(told) < 1000, (at, new)
            # Other variables are a form that fits, which the data do not.
            assert str(folder) in told or at[:2] == ("preprocessor", "variables"), (at, new, told)
            continue
        accepted += 1
        # What changes predictions and has the right form is beyond what a form can tell.
        if at[0] not in ("preprocessor", "objective", "config"):
            np.testing.assert_array_equal(found, expected)
    assert refused > accepted


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\udcff", DEEP, '{"a": %s}', "NaN"])
def test_what_is_no_json_object_is_refused(whole, tmp_path, text):
    folder = shutil.copytree(whole, tmp_path / "run")
    if "%s" in text:
        text = text % ("9" * 5000)
    for name in (RECORD, METRICS):
        before = (folder / name).read_bytes()
        (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(InputError, match=f"{name} (cannot be read as JSON|holds a)"):
            Run.load(folder)
        (folder / name).write_bytes(before)


def test_a_number_that_is_none_is_refused(whole, tmp_path):
    folder = shutil.copytree(whole, tmp_path / "run")
    text = (folder / RECORD).read_text()
    for number in ("NaN", "Infinity", "1e999"):
        (folder / RECORD).write_text(
            text.replace('"time_scale": ', f'"time_scale": {number}, "x": ')
        )
        with pytest.raises(InputError, match=f"{RECORD} cannot be read as JSON.*no finite number"):
            Run.load(folder)


def test_sizes_that_no_machine_holds_are_refused_at_once(whole, tmp_path):
    folder = shutil.copytree(whole, tmp_path / "run")
    record = json.loads((folder / RECORD).read_text())
    for name, value in (("num_layers", 10**6), ("hidden_size", 10**9), ("hidden_size", 65536)):
        options = record["config"]["model"] | {name: value, "backbone_units": 65536}
        told = changed(record, ("config", "model"), options)
        (folder / RECORD).write_text(json.dumps(told))
        with pytest.raises(InputError, match=f"{RECORD}: .*({name} is {value}|GiB)"):
            Run.load(folder).model()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(b""), "is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:100]), "is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-4]), "is damaged"),
        (lambda path: path.write_bytes(pickle.dumps({"a": 1})), "is damaged"),
        (lambda path: path.write_bytes(b"\xff" * 8 + b"{}"), "is damaged"),
        (lambda path: path.unlink(), "is missing"),
        (lambda path: _tensors(path, lambda t: t * np.nan), "not finite"),
        (lambda path: _tensors(path, lambda t: t.astype(np.int32)), "of int32; the network"),
        (lambda path: _tensors(path, lambda t: t.astype(np.float64)), "of float64; the network"),
        (lambda path: _tensors(path, lambda t: t[..., :1]), r"is \[.*\] of float32; the network"),
        (lambda path: save_file({}, path), "lacks the tensor"),
        (lambda path: save_file({**load_file(path), "x": np.ones(1)}, path), "has the tensor 'x'"),
    ],
)
def test_weights_that_are_not_those_of_the_run(whole, tmp_path, damage, said):
    folder = shutil.copytree(whole, tmp_path / "run")
    damage(folder / WEIGHTS)
    with pytest.raises(InputError, match=f"{WEIGHTS}.*{said}"):
        Run.load(folder).predict(DATA)


def _tensors(path, change):
    save_file({name: np.ascontiguousarray(change(t)) for name, t in load_file(path).items()}, path)


@pytest.mark.parametrize("name", ["last.pt", "best-00000.safetensors"])
def test_a_checkpoint_is_checked_before_the_training_goes_on(stopped, tmp_path, stays, name):
    """Every cut and every flipped bit is found, and the way out works."""
    folder = shutil.copytree(stopped, tmp_path / "run")
    path = folder / "checkpoints" / name
    before = path.read_bytes()
    flips = np.random.default_rng(0).integers(0, 8 * len(before), 40)
    contents = [b"", before[: len(before) // 2], before[:-1], pickle.dumps({"a": 1}), b"PK\3\4"]
    for flip in flips:
        content = bytearray(before)
        content[flip // 8] ^= 1 << (flip % 8)
        contents.append(bytes(content))
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(InputError, match=rf"{name}.*delete .*checkpoints and go on") as found:
            go_on(folder)
        assert "\n" not in str(found.value)
    path.unlink()
    if name != "last.pt":
        with pytest.raises(InputError, match=f"{name} is missing"):
            go_on(folder)
    shutil.rmtree(folder / "checkpoints")
    with pytest.raises(Reached):
        go_on(folder)
    path.parent.mkdir()
    path.write_bytes(before)


def test_the_checkpoint_of_another_run_is_refused(stopped, tmp_path, stays):
    folder = shutil.copytree(stopped, tmp_path / "run")
    with pytest.raises(Reached):
        go_on(folder)
    record = json.loads((folder / RECORD).read_text())
    (folder / RECORD).write_text(json.dumps(record | {"created": "2020-01-01"}))
    with pytest.raises(InputError, match=r"last\.pt is not of the run of .*config\.json"):
        go_on(folder)


def test_a_checkpoint_without_digests_is_held_to_the_network(stopped, tmp_path, stays):
    """As version 0.1.0 wrote it."""
    folder = shutil.copytree(stopped, tmp_path / "run")
    path = folder / "checkpoints" / "last.pt"
    state = torch.load(path, weights_only=True)
    old = {name: state[name] for name in ("history", "best_epoch", "weights", "optimizer")}
    torch.save(old, path)
    with pytest.raises(Reached):
        go_on(folder)
    for change in (
        {"best_epoch": 7},
        {"history": []},
        {"weights": {}},
        {"optimizer": {"state": {}, "param_groups": [{"params": [0]}]}},
        {"weights": {name: tensor.double() for name, tensor in old["weights"].items()}},
    ):
        torch.save(old | change, path)
        with pytest.raises(InputError, match=r"last\.pt.*delete"):
            go_on(folder)


def test_the_record_of_a_stopped_run_is_checked_before_the_training(stopped, tmp_path, stays):
    folder = shutil.copytree(stopped, tmp_path / "run")
    for at, new, _ in damaged(folder / RECORD, others=1):
        with pytest.raises(InputError):
            go_on(folder)
            pytest.fail(f"{at} {new!r}")
    shutil.rmtree(folder / "checkpoints")
    (folder / RECORD).unlink()
    with pytest.raises(InputError, match="holds files, but no run"):
        go_on(folder)


def test_a_run_whose_report_dies_is_finished_without_training(tmp_path, monkeypatch, undrawn):
    class Killed(BaseException):
        pass

    def killed(folder):
        raise Killed

    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(fitting.report, "write", killed)
        with pytest.raises(Killed):
            fit(DATA, SPLIT, CONFIG, folder, progress=False, baselines="none")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(InputError, match="stopped before its end"):
        Run.load(folder)
    monkeypatch.setattr(loop.Epochs, "run", killed)
    monkeypatch.setattr(fitting.report, "write", undrawn)
    run = go_on(folder)
    assert run.report.stat().st_size > 10_000 and not (folder / "checkpoints").exists()
    assert {name: (folder / name).read_bytes() for name in before} == before


def test_a_report_that_cannot_be_drawn_costs_nothing_else(tmp_path, monkeypatch, undrawn):
    def broken(folder):
        raise OSError(28, "No space left on device", "report.html")

    folder = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(fitting.report, "write", broken)
        with pytest.raises(OSError, match="No space"):
            fit(DATA, SPLIT, CONFIG, folder, progress=False, baselines="none")
    Run.load(folder).predict(DATA)
    other = FitConfig(model=cfc.Config(hidden_size=5), train=CONFIG.train)
    with pytest.raises(InputError, match="holds another run: model"):
        fit(DATA, SPLIT, other, folder, resume=True, progress=False, baselines="none")
    monkeypatch.setattr(fitting.report, "write", undrawn)
    assert go_on(folder).report.stat().st_size > 10_000
    with pytest.raises(InputError, match="already holds a finished run"):
        go_on(folder)


def test_after_a_first_attempt_that_failed_another_one_may_begin(tmp_path):
    """The advice to lower the learning rate can be followed in the same folder."""
    folder = tmp_path / "run"
    wild = FitConfig(
        model=CONFIG.model,
        train=TrainConfig(
            epochs=2, batch_size=16, learning_rate=1e6, gradient_clip=0, accelerator="cpu"
        ),
    )
    huge = make_series(40, longest=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop.Epochs, "_learn", lambda *_: float("nan"))
        with pytest.raises(InputError, match=r"training loss is nan in epoch 1.*Lower learning"):
            fit(huge, SPLIT, wild, folder, progress=False, baselines="none")
    assert sorted(path.name for path in folder.iterdir()) == [RECORD, "split.csv"]
    run = fit(huge, SPLIT, CONFIG, folder, progress=False, baselines="none")
    assert run.config == resolved(CONFIG, huge.select(SPLIT.train))


def test_a_folder_that_is_removed_meanwhile_is_told(tmp_path, monkeypatch):
    folder, learn = tmp_path / "run", loop.Epochs._learn

    def removing(self, epoch, line):
        shutil.rmtree(folder)
        return learn(self, epoch, line)

    monkeypatch.setattr(loop.Epochs, "_learn", removing)
    with pytest.raises(OSError, match="folder is gone; was it removed"):
        fit(DATA, SPLIT, CONFIG, folder, progress=False, baselines="none")
    assert not folder.exists()
