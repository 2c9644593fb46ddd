"""One round: learn from the training part for some passes, be measured on the validation part."""

import math
import time

import torch
from torch import Tensor, nn

from liquidtime.data import ragged
from liquidtime.data.batch import Batchable
from liquidtime.data.batching import BucketBatches
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.padded import quick_batches
from liquidtime.models.contract import Solve
from liquidtime.train.config import TrainConfig
from liquidtime.train.denormals import no_denormals
from liquidtime.train.folder.checkpoints import Progress
from liquidtime.train.loss import Loss
from liquidtime.train.optimizers import optimizer_of
from liquidtime.train.processes import Processes, joined
from liquidtime.train.progress import ProgressLine
from liquidtime.train.schedule import learning_rate, plan
from liquidtime.train.score import metrics
from liquidtime.train.score.outputs import Outputs, in_order
from liquidtime.train.score.parts import scored
from liquidtime.train.seeds import own_randomness, seed_epoch
from liquidtime.train.selection import selection


class Epochs:
    """Runs one round after another.

    Args:
        processes: Started.
        loss: Holds the network; it goes to the device.
        config: Batches, step sizes, the seed; resolved.
        training: The part to learn from.
        validation: The part to be measured on; None measures nothing.
        progress: Where to go on; its weights and optimiser are taken if there are any.
        solve: Finds all weights at once; then an epoch is this, and no step is taken.

    Attributes:
        logits: What the network said of the validation part in the last round.
    """

    def __init__(
        self,
        processes: Processes,
        loss: Loss,
        config: TrainConfig,
        training: Batchable,
        validation: Batchable | None,
        progress: Progress,
        solve: Solve | None = None,
    ) -> None:
        assert config.batch_size != "auto"
        self.processes = processes
        self.network = loss.network
        self.objective = loss.objective
        self.solve = solve
        self.config = config
        self.validation = validation
        # What has chosen so far goes on to choose.
        self._metric = progress.metric if progress.history and validation is not None else None
        if progress.weights is not None:
            self.network.load_state_dict(progress.weights)
        self.loss = processes.module(loss)
        self.groups = loss.parameter_groups()
        self.optimizer = optimizer_of(self.network.parameters(), config)
        if progress.optimizer is not None:
            # Only now: the state follows the parameters to their device.
            self.optimizer.load_state_dict(progress.optimizer)
        size, rank, count = config.batch_size, processes.rank, processes.count
        self.given = training
        self.training = quick_batches(training, processes.device)
        self.batches = BucketBatches(
            training.lengths, size, config.seed, rank=rank, world_size=count
        )
        self.plan = progress.plan or plan(config, len(self.batches))
        self.logits: Tensor | None = None
        if validation is not None:
            self._measured = quick_batches(validation, processes.device)
            # Larger batches, for without gradients they need less memory.
            self._ordered = BucketBatches(
                validation.lengths, max(256, size), shuffle=False, rank=rank, world_size=count
            )

    def run(self, number: int, line: ProgressLine) -> dict[str, float]:
        """Train and measure; every process gets the same record.

        Args:
            number: Of the round, from 0.
            line: Is told of every batch.
        """
        began = time.perf_counter()
        rate = learning_rate(self.config, self.plan, number)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with no_denormals():
            with own_randomness():
                train_loss = self._learn(number, line)
            record = {"epoch": self.plan.epoch(number), "train_loss": train_loss}
            if self.validation is not None:
                record |= self._measure()
        return record | {"learning_rate": rate, "seconds": time.perf_counter() - began}

    def _learn(self, number: int, line: ProgressLine) -> float:
        if self.solve is not None:
            seed_epoch(self.config.seed, number, 0)
            weight = self.given.weight if isinstance(self.given, EncodedSeries) else None
            return self.solve(self.given, self.objective.goal, weight)
        processes, clip = self.processes, self.config.gradient_clip
        alone = processes.count == 1
        # Kept on the device, so that no batch has to wait for a number to be fetched.
        sums = []
        self.loss.train()
        # What a round draws depends on none before it, so a resumed run draws the same.
        seed_epoch(self.config.seed, number, processes.rank)
        left = self.plan.steps_of(number)
        for each in range(self.plan.passes):
            self.batches.set_epoch(number * self.plan.passes + each)
            for index, size in self.batches.of_epoch()[:left]:
                left -= 1
                batch = self.training.batch(index, size).to(processes.device)
                total, weight = self.loss(batch)
                sums += [total.detach(), weight.detach()]
                # DDP averages gradients over processes; the factor turns the average into the
                # sum, and the divisor counts the targets of every process, so any number of
                # processes takes one and the same step. So does each member of an ensemble, of
                # whose losses the total is the mean.
                everywhere = weight.detach()
                if not alone:
                    everywhere = processes.summed(everywhere.clone())
                self.optimizer.zero_grad()
                # A batch without any target has a loss of 0, which shall not become NaN.
                factor = processes.count * len(self.groups)
                processes.backward(total * (factor / everywhere.clamp(min=1e-12)))
                if clip:
                    for group in self.groups:
                        nn.utils.clip_grad_norm_(group, clip)
                self.optimizer.step()
                line.batch()
        total, count = processes.summed(_totals(sums)).tolist()
        return total / count if count else math.nan

    @torch.no_grad()
    def _measure(self) -> dict[str, float]:
        """Loss of the task, metric and its value on the whole validation part."""
        assert self.validation is not None
        objective, lengths = self.objective, self.validation.lengths
        self.loss.eval()
        outputs = Outputs(objective.per_step)
        for index in self._ordered:
            batch = self._measured.batch(index).to(self.processes.device)
            outputs.add(batch, self.network(batch))
        mine = outputs.index(), outputs.logits(), outputs.target()
        index, *rows = joined(mine)
        logits, target = (in_order(index, part, lengths, objective.per_step) for part in rows)
        total, weight = objective.loss(logits.double(), target, self._row_weights())
        loss = float(total / weight) if weight else math.nan
        self.logits = logits
        part = scored(objective, logits, target, lengths)
        if self._metric is None:
            self._metric = selection(self.config, objective, part.target).metric
        value = loss if self._metric == "loss" else metrics.point(part, self._metric)
        return {"validation_loss": loss, f"validation_{self._metric}": value}

    def _row_weights(self) -> Tensor | None:
        """Weight of each target of the validation part, in the order of the data."""
        validation = self.validation
        if not isinstance(validation, EncodedSeries) or validation.weight is None:
            return None
        if not self.objective.per_step:
            return validation.weight
        return validation.weight[ragged.series_of_rows(validation.lengths)]


def _totals(sums: list[Tensor]) -> Tensor:
    """Sums [2] of the losses and of the weights, which come in turns."""
    return torch.stack(sums).double().reshape(-1, 2).cumsum(dim=0)[-1]
