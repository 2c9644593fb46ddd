"""PhysioNet/Computing in Cardiology Challenge 2012, set A: in-hospital death of 4,000 ICU stays.

Licence: Open Data Commons Attribution License 1.0. Source, citation and what was changed stand in
`packaged/physionet2012.md` beside the compact copy that `load` reads.

Each stay holds up to 48 hours of 37 series (vital signs, laboratory values, ...) and four general
descriptors at time 0. `load` and `load_upstream` give the same, bit for bit.
"""

from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import torch

from liquidtime.data.assemble import Cells, assemble
from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.compact import Compact, read_compact
from liquidtime.data.sources import Source, fetch, members
from liquidtime.data.splits import Split
from liquidtime.errors import InputError
from liquidtime.optional import require

_URL = "https://physionet.org/files/challenge-2012/1.0.0/"

RECORDS = Source(
    "physionet2012",
    "set-a.tar.gz",
    f"{_URL}set-a.tar.gz",
    "9522c1a728116ed24ea0cf65a4237abe4dbcdf9c9f8d9fe9712e180fcf88bf8e",
    digest="contents",
)
OUTCOMES = Source(
    "physionet2012",
    "Outcomes-a.txt",
    f"{_URL}Outcomes-a.txt",
    "2613ea60ccda29f87571a7d6b09ad130858a8ccd66325bd073365925026883c2",
)

DESCRIPTORS = ("Age", "Gender", "Height", "ICUType")
FEATURES = (
    *DESCRIPTORS,
    *("ALP", "ALT", "AST", "Albumin", "BUN", "Bilirubin", "Cholesterol", "Creatinine"),
    *("DiasABP", "FiO2", "GCS", "Glucose", "HCO3", "HCT", "HR", "K", "Lactate", "MAP"),
    *("MechVent", "Mg", "NIDiasABP", "NIMAP", "NISysABP", "Na", "PaCO2", "PaO2", "Platelets"),
    *("RespRate", "SaO2", "SysABP", "Temp", "TroponinI", "TroponinT", "Urine", "WBC"),
    *("Weight", "pH"),
)
# General descriptors of the challenge; with these, and with these alone, -1 says "unknown".
_UNKNOWN_IS_MINUS_ONE = ("Age", "Gender", "Height", "ICUType", "Weight")
PACKAGED = "physionet2012.npz"


def load(*, static: bool = False) -> IrregularSeries:
    """The 4,000 stays, from the compact copy inside the package; needs no network.

    Args:
        static: Keep the four general descriptors (`DESCRIPTORS`) apart from the series, as static
            features, where they are missing if unknown; otherwise they are features that are
            observed at time 0, as the published codes have them.

    Returns:
        One series a stay, ordered by record id: times in hours since admission (0 to 48), 41
        features (`FEATURES`), target 1 where the patient died in hospital (554 stays), ids the
        record ids. Several values of one variable in one minute are averaged; -1 in a general
        descriptor, the mark of the challenge for unknown, is not observed. Values are otherwise
        as published, slips of the pen included (a temperature of -17.8).
    """
    compact = _packaged()
    series = _series(compact.cells, compact.ids, compact.target)
    return with_static_descriptors(series) if static else series


def with_static_descriptors(series: IrregularSeries) -> IrregularSeries:
    """The same stays with `DESCRIPTORS` as static features, and 37 features beside them.

    Rows stay, also where nothing but descriptors was observed in them.

    Args:
        series: As `load` returns them.
    """
    at = [series.features.index(name) for name in DESCRIPTORS]
    others = [k for k, name in enumerate(series.features) if name not in DESCRIPTORS]
    static = torch.full((len(series), len(at)), torch.nan)
    of = torch.repeat_interleave(torch.arange(len(series)), series.lengths)
    for column, feature in enumerate(at):
        rows = series.mask[:, feature].nonzero().flatten()
        static[of[rows], column] = series.values[rows, feature]
    return replace(
        series,
        values=series.values[:, others],
        mask=series.mask[:, others],
        features=tuple(series.features[k] for k in others),
        static=static,
        static_features=DESCRIPTORS,
    )


def load_upstream() -> IrregularSeries:
    """The same from the upstream files, which are fetched where they are not at hand (7 MB).

    Raises:
        InputError: If the files cannot be had, or are not those of the challenge.
    """
    return parse(fetch(RECORDS), fetch(OUTCOMES))


def published_split(seed: int = 42) -> Split:
    """The split of the published results: 3,200 stays and 800 for the test, at random.

    It is `train_test_split(arange(4000), train_size=0.8, random_state=seed)` of scikit-learn on
    the stays in the order of their record ids. Published work trains on all 3,200; here an
    eighth of them (400, stratified by outcome) is set apart to choose the epoch, so that the test
    part is looked at once.

    Args:
        seed: 42 is the published one; others give second opinions, since 800 stays leave the
            AUROC uncertain by about ± 0.05.

    Returns:
        2,800 / 400 / 800 series numbers.
    """
    selection = require("sklearn.model_selection", extra="train")
    everything = np.arange(4000)
    rest, test = selection.train_test_split(everything, train_size=0.8, random_state=seed)
    died = _packaged().target
    train, validation = selection.train_test_split(
        rest, test_size=0.125, random_state=seed, stratify=died[rest]
    )
    return Split(train, validation, test)


def parse(records: Path, outcomes: Path) -> IrregularSeries:
    """Read `set-a.tar.gz` and `Outcomes-a.txt`, or files of their format.

    Args:
        records: Archive of one text file a stay: lines "HH:MM,Parameter,Value" under a header.
        outcomes: Comma-separated, with the columns RecordID and In-hospital_death.

    Raises:
        InputError: If a file is not of that format; names the file, the line and the column.
    """
    cells, ids = parse_records(records)
    died = parse_outcomes(outcomes)
    lost = [record for record in ids.tolist() if record not in died]
    if lost:
        raise InputError(
            f"{outcomes.name} holds no outcome for {len(lost)} stays of {records.name}, first "
            f"record {lost[0]}. Use the two files of one set."
        )
    return _series(cells, ids, np.array([died[record] for record in ids.tolist()]))


def parse_records(path: Path) -> tuple[Cells, np.ndarray]:
    """The stays of the archive, ordered by record id, times in minutes; and the record ids."""
    codes = {name: number for number, name in enumerate(FEATURES)}
    texts = {
        _record_id(name, path): data.decode("ascii", "replace")
        for name, data in members(path)
        if name.endswith(".txt")
    }
    series: list[int] = []
    minutes: list[int] = []
    features: list[int] = []
    values: list[float] = []
    for number, record in enumerate(sorted(texts)):
        for line, row in enumerate(texts[record].splitlines()[1:], start=2):
            clock, _, rest = row.partition(",")
            name, _, value = rest.partition(",")
            if name == "RecordID":
                continue
            if name in _UNKNOWN_IS_MINUS_ONE and value == "-1":
                code, measured = -1, 0.0
            else:
                code = codes.get(name, -1)
                measured = _number(value) if code >= 0 else None
            minute = _minute(clock)
            if measured is None or minute is None:
                raise InputError(
                    f"{path.name}, record {record}, line {line}: {row!r}; expected "
                    '"HH:MM,Parameter,Value" with a parameter of the challenge and a number.'
                )
            series.append(number)
            minutes.append(minute)
            features.append(code)
            values.append(measured)
    cells = assemble(
        np.array(series, dtype=np.int64),
        np.array(minutes, dtype=np.float64),
        np.array(features, dtype=np.int64),
        np.array(values, dtype=np.float64),
        series_count=len(texts),
        feature_count=len(FEATURES),
    )
    return cells, np.array(sorted(texts), dtype=np.int64)


def parse_outcomes(path: Path) -> dict[int, int]:
    """In-hospital death (0 or 1) by record id."""
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    header = lines[0].split(",") if lines else []
    wanted = ("RecordID", "In-hospital_death")
    missing = [name for name in wanted if name not in header]
    if missing:
        raise InputError(
            f"{path.name}, line 1: no column {missing[0]!r} among {header}; expected the outcome "
            "file of the challenge."
        )
    key, value = (header.index(name) for name in wanted)
    died: dict[int, int] = {}
    for line, row in enumerate(lines[1:], start=2):
        parts = row.split(",")
        if len(parts) != len(header) or not parts[key].isdigit() or parts[value] not in ("0", "1"):
            raise InputError(
                f"{path.name}, line {line}: {row!r}; expected {len(header)} columns, a whole "
                "number as RecordID and 0 or 1 as In-hospital_death."
            )
        died[int(parts[key])] = int(parts[value])
    return died


def _packaged() -> Compact:
    with resources.as_file(resources.files("liquidtime.data") / "packaged" / PACKAGED) as path:
        return read_compact(path)


def _series(cells: Cells, ids: np.ndarray, died: np.ndarray) -> IrregularSeries:
    return IrregularSeries(
        values=torch.from_numpy(cells.values),
        times=torch.from_numpy(cells.times / 60),
        mask=torch.from_numpy(cells.mask),
        lengths=torch.from_numpy(cells.lengths),
        target=torch.from_numpy(died.astype(np.int64)),
        ids=ids,
        features=FEATURES,
        target_names=("In-hospital_death",),
        classes=("survived", "died"),
    )


def _record_id(name: str, archive: Path) -> int:
    stem = name.removesuffix(".txt")
    if not stem.isdigit():
        raise InputError(
            f"{archive.name} holds the file {name!r}; expected names like 132539.txt, the record "
            "id of a stay."
        )
    return int(stem)


def _minute(clock: str) -> int | None:
    hours, _, minutes = clock.partition(":")
    if not (hours.isdigit() and minutes.isdigit()):
        return None
    return 60 * int(hours) + int(minutes)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
