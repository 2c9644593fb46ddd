"""Death in intensive care from a long table: five folds over the 4,000 stays of PhysioNet 2012."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from _command import Tried, first_and_recommended
from _compare import seeds
from _stays import folds, summaries, write_tables
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedShuffleSplit

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets import physionet2012


def _stays(setting: Setting) -> IrregularSeries:
    every = physionet2012.load()
    return every.select(np.arange(0, 4000, 25)) if setting.quick else every


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    stays = _stays(setting)
    assert stays.target is not None
    missing = float(160 - len(stays)) if setting.quick else float(4000 - len(stays))
    yield Check("stays", "data", 1, 0.0, {"missing": abs(missing)})


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    stays = _stays(setting)
    assert stays.target is not None
    died, numbers = stays.target.numpy(), summaries(stays)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table, outcomes = write_tables(stays, folder)
        base = [str(table), "--id", "id", "--time", "time", "--variable", "variable"]
        base += ["--value", "value", "--targets", str(outcomes), "--target", "died"]
        # Three times five folds, each with a seed of its own.
        for cut in seeds(setting):
            for fold, (teach, ask) in enumerate(folds(died, cut)):
                seed = 5 * cut + fold
                tell(f"Stays, folds {cut + 1} of 3, fold {fold + 1} of 5")
                split = folder / f"split-{seed}-{fold}.csv"
                _write_split(split, stays, died, teach, ask, seed)
                varied = numbers[:, np.nanstd(numbers[teach], axis=0) > 0]
                rival = HistGradientBoostingClassifier(random_state=seed)
                rival.fit(varied[teach], died[teach])
                theirs = rival.predict_proba(varied[ask])[:, 1]
                yield _group("boosting", seed, fold, died[ask], theirs)
                arguments = [*base, "--split", str(split), "--train.seed", str(seed)]
                tried = first_and_recommended(arguments, folder / f"run-{seed}-{fold}")
                asked = stays_of(tried[0].run, stays, ask)
                own = tried[0].run.predict(asked).probabilities[:, 1]
                yield _group("liquidtime, first try", seed, fold, died[ask], own)
                found, how = recommended(tried, asked)
                yield _group("liquidtime, as it recommends", seed, fold, died[ask], found, how)
                stack = rankdata(theirs) + rankdata(found)
                yield _group("that and boosting, mean of ranks", seed, fold, died[ask], stack)
                if setting.quick:
                    break


def recommended(tried: Sequence[Tried], asked: IrregularSeries) -> tuple[np.ndarray, str]:
    """Risks as the first run says they are best had, and how that was."""
    last = tried[-1]
    found = last.run.predict(asked, by=last.by).probabilities[:, 1]
    if last.run is tried[0].run or not tried[0].run.metrics["recommendation"].get("together"):
        return found, last.how
    own = tried[0].run.predict(asked).probabilities[:, 1]
    return (own + found) / 2, f"mean with {last.how}"


def stays_of(run, stays: IrregularSeries, ask: np.ndarray) -> IrregularSeries:
    """The stays that are asked about, with the variables in the run's order."""
    names = list(stays.features)
    columns = [names.index(name) for name in run.preprocessor.variables]
    from dataclasses import replace

    part = stays.select(ask)
    return replace(
        part,
        values=part.values[:, columns],
        mask=part.mask[:, columns],
        features=tuple(run.preprocessor.variables),
        target=None,
        classes=None,
    )


def _write_split(
    path: Path,
    stays: IrregularSeries,
    died: np.ndarray,
    teach: np.ndarray,
    ask: np.ndarray,
    seed: int,
) -> None:
    """A table of ids and parts: 15 % of those that teach choose."""
    cut = StratifiedShuffleSplit(1, test_size=0.15, random_state=seed)
    _, chosen = next(cut.split(teach, died[teach]))
    parts = np.full(len(stays), "train", dtype=object)
    parts[ask], parts[teach[chosen]] = "test", "validation"
    pd.DataFrame({"id": stays.ids, "part": parts}).to_csv(path, index=False)


def _group(who: str, seed: int, fold: int, truth, score, how: str = "") -> Group:
    auroc = float(roc_auc_score(truth, score))
    return {"who": who, "seed": seed, "fold": fold, "auroc": auroc, "how": how}


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    rows = []
    for who in dict.fromkeys(g["who"] for g in groups):
        found = [g["auroc"] for g in groups if g["who"] == who]
        hows = dict.fromkeys(g["how"] for g in groups if g["who"] == who)
        cells = [f"{np.mean(found):.4f}", f"{np.std(found):.4f}", ", ".join(filter(None, hows))]
        rows.append([who, *cells])
    header = ["", "AUROC", "sd over folds", "options"]
    return plain_table("PhysioNet 2012 as the user's own table", header, rows)


CASE = Case(name="intensive_care", checks=_checks, measure=_measure, tables=_tables)
