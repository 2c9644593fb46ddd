"""The CfC paper's settings of each variant, with a clock that goes right."""

from liquidtime.models import cfc, ltc
from liquidtime.models.contract import ModelConfig
from liquidtime.tasks.physionet2012.min_max import min_max_in_hours
from liquidtime.tasks.recipe import Recipe
from liquidtime.train.config import FitConfig, TrainConfig


def _train(
    died: float, *, epochs: int, rate: float, decay: float, shrink: float, batch: int = 128
) -> TrainConfig:
    """Weight of a death, passes, step size and its factor a pass, weight decay, series a step."""
    return TrainConfig(
        epochs=epochs,
        batch_size=batch,
        learning_rate=rate,
        schedule="exponential",
        decay=decay,
        weight_decay=shrink,
        gradient_clip=0.0,
        class_weights=(1.0, died),
    )


def _recipe(
    model: ModelConfig, label: str, train: TrainConfig, variant: str = "", *, usual: bool = True
) -> Recipe:
    return Recipe(
        label=label,
        row=label,
        settings="published",
        variant=variant,
        config=FitConfig(model=model, train=train),
        preprocess=min_max_in_hours,
        usual=usual,
    )


PUBLISHED_CFC = (
    _recipe(
        cfc.Config(
            hidden_size=256,
            activation="silu",
            backbone_units=64,
            backbone_layers=2,
            backbone_dropout=0.2,
            initial_gain=0.5,
            readout="last",
            dropout=0.0,
        ),
        "CfC",
        _train(11.69, epochs=57, rate=2e-3, decay=0.9, shrink=4e-6),
    ),
    _recipe(
        cfc.Config(
            hidden_size=64,
            variant="no_gate",
            activation="relu",
            backbone_units=192,
            backbone_layers=2,
            initial_gain=0.55,
            readout="last",
            dropout=0.0,
        ),
        "CfC-noGate",
        _train(7.73, epochs=58, rate=3e-3, decay=0.73, shrink=5e-5),
        "no-gate",
    ),
    _recipe(
        cfc.Config(
            hidden_size=64,
            activation="lecun_tanh",
            backbone_units=64,
            backbone_layers=2,
            backbone_dropout=0.3,
            mixed_memory=True,
            initial_gain=0.6,
            readout="last",
            dropout=0.0,
        ),
        "CfC-mmRNN",
        _train(5.91, epochs=65, rate=1e-3, decay=0.9, shrink=4e-6),
        "mixed-memory",
    ),
    _recipe(
        cfc.Config(
            hidden_size=64,
            variant="closed_form",
            activation="tanh",
            backbone_units=64,
            backbone_layers=3,
            backbone_dropout=0.1,
            initial_gain=0.53,
            readout="last",
            dropout=0.0,
        ),
        "Cf-S",
        _train(18.25, epochs=116, rate=3e-3, decay=0.72, shrink=5e-5),
        "closed-form",
        usual=False,
    ),
    _recipe(
        ltc.Config(hidden_size=64, unfolds=6, readout="last", dropout=0.0),
        "LTC",
        _train(8.0, epochs=80, rate=5e-2, decay=0.95, shrink=0.0, batch=64),
        usual=False,
    ),
)
