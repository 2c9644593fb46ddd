"""Your own Trainer: a network of the catalogue under Lightning's `Trainer`, with all it can do.

`liquidtime.train.fit` has a loop of its own. Whoever has callbacks, loggers and schedules for a
`Trainer` needs three things only: a model, its loss, and loaders of batches. The task is that of
example 06: cups that cool, read at irregular moments; which are insulated? Expect to tell nearly
all of them.
"""

import lightning.pytorch as pl
import numpy as np
import torch

from liquidtime.data import BucketBatches, Preprocessor, batch_loader, from_lists
from liquidtime.models import cfc
from liquidtime.train import FitConfig, Loss, Objective, new_model
from liquidtime.train.objectives import catalogue as objectives


def cups(count: int, seed: int):
    random = np.random.default_rng(seed)
    insulated, warmth, times = np.arange(count) % 2, [], []
    for keeps in insulated:
        times.append(np.cumsum(random.exponential(10 ** random.uniform(-1, 1), 10)))
        clean = random.uniform(0.5, 1) * np.exp(-(0.05 if keeps else 0.5) * times[-1])
        warmth.append(clean[:, None] + random.normal(0, 0.01, (10, 1)))
    return from_lists(warmth, times, target=insulated)


class Cooling(pl.LightningModule):
    def __init__(self, model, objective: Objective) -> None:
        super().__init__()
        self.network = model.network
        self.loss = Loss(model, objective)

    def training_step(self, batch, _):
        total, weight = self.loss(batch)
        return total / weight

    def validation_step(self, batch, _):
        right = self.network(batch).argmax(1) == batch.target
        self.log("accuracy", right.float().mean(), batch_size=len(right))

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=1e-2)
        return [optimizer], [torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.97)]


def main(epochs: int = 20) -> float:
    pl.seed_everything(0, verbose=False)
    config = FitConfig(model=cfc.Config(hidden_size=16, dropout=0.1))
    training, validation = cups(180, seed=0), cups(60, seed=1)
    preprocessor, objective = Preprocessor.fit(training), objectives.of_training(training, config)
    model = new_model(preprocessor, objective, config)

    def loader(part, shuffle: bool):
        encoded = preprocessor.encode(part, reads=model.reads)
        return batch_loader(encoded, BucketBatches(encoded.lengths, 16, shuffle=shuffle))

    # BucketBatches shares the series out over processes; Lightning need not.
    mine = {"gradient_clip_val": 1.0, "accelerator": "cpu", "use_distributed_sampler": False}
    quiet = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary"), False)
    trainer = pl.Trainer(max_epochs=epochs, enable_checkpointing=False, **mine, **quiet)
    trainer.fit(Cooling(model, objective), loader(training, True), loader(validation, False))
    accuracy = float(trainer.callback_metrics["accuracy"])
    print(f"{config.model.facts.name}: {accuracy:.2f} of {len(validation)} cups told apart")
    return accuracy


if __name__ == "__main__":
    main()
