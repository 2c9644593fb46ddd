"""In-hospital death of 4,000 ICU stays: PhysioNet/CinC Challenge 2012, set A.

Each stay is up to 48 hours of 41 vital signs and laboratory values, taken whenever somebody took
them. The published figures are from Hasani et al. 2022 (CfC and what it was compared with) and
Shukla, Marlin 2021 (mTAND), on 3,200 stays for training and 800 for the test.
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.sets import physionet2012
from liquidtime.models import cfc, lstm, ltc
from liquidtime.train import fit
from liquidtime.train.config import About, FitConfig, TrainConfig
from liquidtime.train.run import Run

PUBLISHED_SEED = 42
SECOND_SEED = 43


class Published(NamedTuple):
    """A published test AUROC: mean and standard deviation over five seeds."""

    model: str
    auroc: float
    deviation: float


PUBLISHED = (
    Published("LTC", 0.6477, 0.010),
    Published("Latent-ODE (ODE encoder)", 0.829, 0.004),
    Published("ODE-RNN", 0.833, 0.009),
    Published("Phased-LSTM", 0.836, 0.003),
    Published("CfC", 0.839, 0.002),
    Published("CfC-noGate", 0.840, 0.003),
    Published("mTAND-Full", 0.858, 0.004),
)


def recipe(kind: str, *, seed: int = 0, epochs: int | None = None) -> FitConfig:
    """The settings of a model on this task, chosen on the validation part of the published split.

    Args:
        kind: One of `recipes()`.
        seed: Of weights, batches and dropout.
        epochs: Another number of epochs than the recipe's.
    """
    chosen = recipes()[kind]
    train = replace(chosen.train, seed=seed, epochs=epochs or chosen.train.epochs)
    return replace(chosen, train=train)


def recipes() -> dict[str, FitConfig]:
    """The settings of every model that was tried on this task, by its kind."""
    tried = (
        FitConfig(
            model=cfc.Config(hidden_size=64, backbone_units=64, dropout=0.5),
            train=TrainConfig(epochs=20, learning_rate=1e-3, weight_decay=1.0, schedule="cosine"),
        ),
        FitConfig(
            model=ltc.Config(hidden_size=16, unfolds=6, dropout=0.2),
            train=TrainConfig(epochs=10, learning_rate=2e-2, weight_decay=3e-2, schedule="cosine"),
        ),
        FitConfig(
            model=lstm.Config(hidden_size=64, dropout=0.5),
            train=TrainConfig(epochs=20, learning_rate=1e-3, weight_decay=1.0, schedule="cosine"),
        ),
    )
    return {recipe.model.kind: recipe for recipe in tried}


def run(
    out: Path,
    config: FitConfig,
    *,
    split_seed: int = PUBLISHED_SEED,
    resume: bool = False,
    progress: bool = True,
) -> Run:
    """Fit one model on this task.

    Args:
        out: Run folder.
        config: Such as `recipe` returns.
        split_seed: 42 is the published split into 3,200 and 800; others are second opinions.
        resume: Go on with a stopped run.
        progress: Show the progress.

    Returns:
        The finished run; models fitted with equal seed and batch size saw the same batches.
    """
    series = physionet2012.load()
    split = physionet2012.published_split(split_seed)
    name = "the published split" if split_seed == PUBLISHED_SEED else "a second opinion"
    return fit(
        series,
        split,
        config,
        out,
        preprocessor=Preprocessor.fit(series.select(split.train), time_scale=1.0, clip=4.0),
        resume=resume,
        progress=progress,
        about=About(
            title="Death in hospital, from 48 hours of intensive care",
            data=(
                "PhysioNet/Computing in Cardiology Challenge 2012, set A (Silva, Moody, Scott, "
                "Celi, Mark: Computing in Cardiology 39, 2012), ODC Attribution License 1.0."
            ),
            split=(
                f"800 of the 4,000 stays, drawn with seed {split_seed} ({name}), are the test "
                "part. An eighth of the other 3,200 chose the epoch; published work trains on all "
                "of them."
            ),
            time_unit="hours",
        ),
    )
