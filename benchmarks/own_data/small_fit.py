"""Time of a small fit, beside the plain loop that a user would write: 60 series [30, 3], 50 epochs.

Each epoch is two steps and a validation; 32 units, AdamW, one thread. The fits take turns, so that
all meet the same machine.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.data.convert import from_nan_padded
from liquidtime.models import catalogue
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.validation import fit_part

EPOCHS, ROUNDS, UNITS, LEARNT = 50, 5, 32, 51


def _problem() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    y = np.arange(60) % 2
    return random.normal(size=(60, 30, 3)) + 0.5 * y[:, None, None], y


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    x, y = _problem()
    wrong = {"series": float(len(x) - 60), "classes": float(np.ptp(np.bincount(y)))}
    yield Check("small fit", "data", 1, 0.0, wrong)


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    torch.set_num_threads(1)
    x, y = _problem()
    data = from_nan_padded(x, target=y)
    epochs = 2 if setting.quick else EPOCHS
    fits: dict[str, Callable[[], None]] = {
        "nn.LSTM, plain loop": lambda: plain(nn.LSTM, x, y, epochs),
        "nn.GRU, plain loop": lambda: plain(nn.GRU, x, y, epochs),
        "liquidtime, CfC": lambda: ours("cfc", data, epochs),
        "liquidtime, LSTM": lambda: ours("lstm", data, epochs),
        "liquidtime, GRU": lambda: ours("gru", data, epochs),
    }
    for turn in range(1 if setting.quick else ROUNDS):
        tell(f"Small fits, round {turn + 1}")
        for who, fit in fits.items():
            began = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fit()
            yield {"who": who, "round": turn, "seconds": time.process_time() - began}


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    rows = []
    for who in dict.fromkeys(g["who"] for g in groups):
        found = [g["seconds"] for g in groups if g["who"] == who]
        rows.append([who, f"{min(found):.2f}", f"{np.median(found):.2f}"])
    header = ["", "CPU s, least", "median"]
    return plain_table("A fit of 60 series [30, 3], 50 epochs", header, rows)


def ours(kind: str, data, epochs: int) -> None:
    """A fit in memory."""
    train = TrainConfig(epochs=epochs, batch_size=32, learning_rate=5e-3, accelerator="cpu")
    model = catalogue.from_dict({"kind": kind, "hidden_size": UNITS})
    fit_part(data, FitConfig(model=model, train=train), range(LEARNT), range(LEARNT, 60))


def plain(layer: type[nn.LSTM] | type[nn.GRU], x: np.ndarray, y: np.ndarray, epochs: int) -> None:
    """The loop without anything around it."""
    torch.manual_seed(0)
    recurrent, head = layer(3, UNITS, batch_first=True), nn.Linear(UNITS, 2)
    weights = [*recurrent.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=5e-3)
    inputs, wanted = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
    for _ in range(epochs):
        for chosen in torch.randperm(LEARNT).chunk(2):
            optimizer.zero_grad()
            logits = head(recurrent(inputs[chosen])[0][:, -1])
            cross_entropy(logits, wanted[chosen]).backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
        with torch.no_grad():
            logits = head(recurrent(inputs[LEARNT:])[0][:, -1])
            (logits.argmax(1) == wanted[LEARNT:]).float().mean()


CASE = Case(name="small_fit", checks=_checks, measure=_measure, tables=_tables)
