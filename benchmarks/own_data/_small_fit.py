"""Time of a small fit, beside the plain loop that a user would write: 60 series [30, 3], 50 epochs.

Each epoch is two steps and a validation; 32 units, AdamW, one thread. The fits take turns, so that
all meet the same machine; CPU seconds, the least of the rounds.

    OMP_NUM_THREADS=1 python benchmarks/own_data/_small_fit.py
"""

import time
import warnings

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from liquidtime.data.convert import from_nan_padded
from liquidtime.models import catalogue
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.validation import fit_part

EPOCHS, ROUNDS, UNITS, LEARNT = 50, 5, 32, 51


def main() -> None:
    """Print a line a fit."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    random = np.random.default_rng(0)
    y = np.arange(60) % 2
    x = random.normal(size=(60, 30, 3)) + 0.5 * y[:, None, None]
    data = from_nan_padded(x, target=y)
    fits = {
        "nn.LSTM, plain loop": lambda: plain(nn.LSTM, x, y),
        "nn.GRU, plain loop": lambda: plain(nn.GRU, x, y),
        "liquidtime, CfC": lambda: ours("cfc", data),
        "liquidtime, LSTM": lambda: ours("lstm", data),
        "liquidtime, GRU": lambda: ours("gru", data),
    }
    seconds: dict[str, list[float]] = {name: [] for name in fits}
    for _ in range(ROUNDS):
        for name, fit in fits.items():
            began = time.process_time()
            fit()
            seconds[name].append(time.process_time() - began)
    for name, found in seconds.items():
        print(f"{name:22s} {min(found):.2f} s")


def ours(kind: str, data) -> None:
    """A fit in memory."""
    train = TrainConfig(epochs=EPOCHS, batch_size=32, learning_rate=5e-3, accelerator="cpu")
    model = catalogue.from_dict({"kind": kind, "hidden_size": UNITS})
    fit_part(data, FitConfig(model=model, train=train), range(LEARNT), range(LEARNT, 60))


def plain(layer: type[nn.LSTM] | type[nn.GRU], x: np.ndarray, y: np.ndarray) -> None:
    """The loop without anything around it."""
    torch.manual_seed(0)
    recurrent, head = layer(3, UNITS, batch_first=True), nn.Linear(UNITS, 2)
    weights = [*recurrent.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=5e-3)
    inputs, wanted = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(LEARNT).chunk(2):
            optimizer.zero_grad()
            logits = head(recurrent(inputs[chosen])[0][:, -1])
            cross_entropy(logits, wanted[chosen]).backward()
            nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
        with torch.no_grad():
            logits = head(recurrent(inputs[LEARNT:])[0][:, -1])
            (logits.argmax(1) == wanted[LEARNT:]).float().mean()


if __name__ == "__main__":
    main()
