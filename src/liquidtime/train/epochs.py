"""One epoch: learn from the training part, be measured on the validation part."""

import math
import time
from typing import Any

import torch
from lightning.fabric import Fabric

from liquidtime.data import ragged
from liquidtime.data.batch import Batchable
from liquidtime.data.batching import BucketBatches
from liquidtime.data.encoded import EncodedSeries
from liquidtime.models.contract import Solve
from liquidtime.train.checkpoints import Progress
from liquidtime.train.config import TrainConfig
from liquidtime.train.loss import Loss
from liquidtime.train.processes import joined, summed
from liquidtime.train.progress import ProgressLine
from liquidtime.train.schedule import learning_rate
from liquidtime.train.score import metrics
from liquidtime.train.score.outputs import Outputs, in_order
from liquidtime.train.score.parts import scored
from liquidtime.train.seeds import own_randomness, seed_epoch
from liquidtime.train.selection import selection


class Epochs:
    """Runs one epoch after another.

    Args:
        fabric: Launched.
        loss: Holds the network; it goes to Fabric's device.
        config: Batches, step sizes, the seed.
        parts: The part to learn from, and the part to be measured on.
        progress: Where to go on; its weights and optimiser are taken if there are any.
        solve: Finds all weights at once; then an epoch is this, and no step is taken.
    """

    def __init__(
        self,
        fabric: Fabric,
        loss: Loss,
        config: TrainConfig,
        parts: tuple[Batchable, Batchable],
        progress: Progress,
        solve: Solve | None = None,
    ) -> None:
        self.fabric = fabric
        self.network = loss.network
        self.objective = loss.objective
        self.solve = solve
        self.config = config
        self.training, self.validation = parts
        # What has chosen so far goes on to choose.
        self._metric = progress.metric if progress.history else None
        if progress.weights is not None:
            self.network.load_state_dict(progress.weights)
        optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.loss, self.optimizer = fabric.setup(loss, optimizer)
        if progress.optimizer is not None:
            # Only now: the state follows the parameters to their device.
            optimizer.load_state_dict(progress.optimizer)
        share: dict[str, Any] = {"rank": fabric.global_rank, "world_size": fabric.world_size}
        size = config.batch_size
        self.batches = BucketBatches(self.training.lengths, size, config.seed, **share)
        lengths = self.validation.lengths
        # Larger batches, for without gradients they need less memory.
        self.ordered = BucketBatches(lengths, max(256, size), shuffle=False, **share)

    def run(self, epoch: int, line: ProgressLine) -> dict[str, float]:
        """Train and measure; every process gets the same record."""
        began = time.perf_counter()
        rate = learning_rate(self.config, epoch)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with own_randomness():
            train_loss = self._learn(epoch, line)
        validation_loss, metric, value = self._measure()
        return {
            "epoch": epoch,
            "train_loss": train_loss,
            "validation_loss": validation_loss,
            f"validation_{metric}": value,
            "learning_rate": rate,
            "seconds": time.perf_counter() - began,
        }

    def _learn(self, epoch: int, line: ProgressLine) -> float:
        if self.solve is not None:
            seed_epoch(self.config.seed, epoch, 0)
            return self.solve(self.training, self.objective)
        fabric, clip = self.fabric, self.config.gradient_clip
        # On the device, so that no batch has to wait for a number to be fetched.
        sums = torch.zeros(2, dtype=torch.float64, device=fabric.device)
        self.batches.set_epoch(epoch)
        self.loss.train()
        # What an epoch draws depends on none before it, so a resumed run draws the same.
        seed_epoch(self.config.seed, epoch, fabric.global_rank)
        for index, size in zip(self.batches, self.batches.global_sizes, strict=True):
            total, weight = self.loss(self.training.batch(index, size).to(fabric.device))
            sums += torch.stack([total.detach(), weight.detach()]).double()
            # DDP averages gradients over processes; the factor turns the average into the sum,
            # and the divisor counts the targets of every process, so any number of processes
            # takes one and the same step.
            everywhere = summed(fabric, weight.detach().clone())
            self.optimizer.zero_grad()
            # A batch without any target has a loss of 0, which shall not become NaN.
            fabric.backward(total * (fabric.world_size / everywhere.clamp(min=1e-12)))
            if clip:
                fabric.clip_gradients(
                    self.loss, self.optimizer, max_norm=clip, error_if_nonfinite=False
                )
            self.optimizer.step()
            line.batch()
        total, count = summed(fabric, sums).tolist()
        return total / count if count else math.nan

    @torch.no_grad()
    def _measure(self) -> tuple[float, str, float]:
        """Loss of the task, metric and its value on the whole validation part."""
        objective, lengths = self.objective, self.validation.lengths
        self.loss.eval()
        outputs = Outputs(objective.per_step)
        for index in self.ordered:
            batch = self.validation.batch(index).to(self.fabric.device)
            outputs.add(batch, self.network(batch))
        mine = outputs.index(), outputs.logits(), outputs.target()
        index, *rows = joined(mine)
        logits, target = (in_order(index, part, lengths, objective.per_step) for part in rows)
        each = self.validation.weight if isinstance(self.validation, EncodedSeries) else None
        if each is not None and objective.per_step:
            each = each[ragged.series_of_rows(lengths)]
        total, weight = objective.loss(logits.double(), target, each)
        loss = float(total / weight) if weight else math.nan
        part = scored(objective, logits, target, lengths)
        metric = self._metric or selection(self.config, objective, part.target).metric
        return loss, metric, loss if metric == "loss" else metrics.point(part, metric)
