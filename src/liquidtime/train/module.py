"""One training as a Lightning module: loss over the whole global batch, one metric an epoch."""

import math
import time
from typing import Any

import torch
import torch.distributed as dist
from lightning.pytorch import LightningModule
from torch import Tensor

from liquidtime.data.batching import Batch
from liquidtime.data.encoded import EncodedSeries
from liquidtime.models.contract import Model
from liquidtime.train.config import TrainConfig
from liquidtime.train.objective import Objective
from liquidtime.train.schedule import learning_rate
from liquidtime.train.score import metrics
from liquidtime.train.score.outputs import Outputs, in_order
from liquidtime.train.score.parts import scored
from liquidtime.train.seeds import seed_epoch


class FitModule(LightningModule):
    """Trains a `Predictor`; after each epoch `record` holds what the history keeps of it.

    Args:
        predictor: The network.
        objective: Its loss.
        validation: The part that chooses the epoch.
        config: Step sizes and the seed.
        optimizer_state: State of the optimiser to go on from, or None.
    """

    def __init__(
        self,
        model: Model,
        objective: Objective,
        validation: EncodedSeries,
        config: TrainConfig,
        optimizer_state: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.model = model
        self.network = model.network
        self.objective = objective
        self.validation = validation
        self.config = config
        self.record: dict[str, float] = {}
        class_count = objective.output_size if objective.kind == "classes" else None
        if validation.target is None:
            raise ValueError("The validation part has no target; it cannot choose an epoch.")
        self.metric = metrics.selection_metric(validation.target.cpu().numpy(), class_count)
        self._optimizer_state = optimizer_state
        self._sums = torch.zeros(2, dtype=torch.float64)
        self._outputs = Outputs(objective.per_step)
        self._started = 0.0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW, from where a stopped run left it."""
        optimizer = torch.optim.AdamW(
            self.network.parameters(),
            lr=self.config.learning_rate,
            weight_decay=self.config.weight_decay,
        )
        if self._optimizer_state is not None:
            optimizer.load_state_dict(self._optimizer_state)
        return optimizer

    def on_train_epoch_start(self) -> None:
        """Set the epoch's step size; both sums start at nought."""
        self._started = time.perf_counter()
        for group in self.optimizers(use_pl_optimizer=False).param_groups:  # pyright: ignore
            group["lr"] = learning_rate(self.config, self.current_epoch)
        self._sums = torch.zeros(2, dtype=torch.float64, device=self.device)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Mean loss over the targets of the global batch.

        DDP averages gradients over processes; the factor turns the average into the sum, and the
        divisor counts the targets of every process, so any number of processes takes one step.
        """
        if batch_idx == 0:
            # Here, not in the epoch's hook: what Lightning draws in between differs on resuming.
            seed_epoch(self.config.seed, self.current_epoch, self.global_rank)
        if self.model.loss is not None:
            total, weight = self.model.loss(batch, self.objective.loss)
        else:
            total, weight = self.objective.loss(self.network(batch), batch.target)  # pyright: ignore
        self._sums += torch.stack([total.detach(), weight]).double()
        everywhere = weight.detach().clone()
        if self.trainer.world_size > 1:
            dist.all_reduce(everywhere)
        return total * (self.trainer.world_size / everywhere.clamp(min=1e-12))

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Keep the logits; they are scored once, at the end of the epoch."""
        self._outputs.add(batch, self.network(batch))

    def on_validation_epoch_end(self) -> None:
        """Score the validation part; every process gets the same numbers."""
        index, logits = self._outputs.take()
        sums = self._sums.clone()
        if self.trainer.world_size > 1:
            dist.all_reduce(sums)
            parts: list[Any] = [None] * self.trainer.world_size
            dist.all_gather_object(parts, (index, logits))
            index = torch.cat([part[0] for part in parts])
            logits = torch.cat([part[1] for part in parts])
        whole = in_order(index, logits, self.validation.lengths, self.objective.per_step)
        target: Tensor = self.validation.target  # pyright: ignore[reportAssignmentType]
        total, weight = self.objective.loss(whole.double(), target)
        part = scored(self.objective, whole, target, self.validation.lengths)
        summed, count = sums.tolist()
        self.record = {
            "epoch": self.current_epoch,
            "train_loss": summed / count if count else math.nan,
            "validation_loss": float(total / weight) if weight else math.nan,
            f"validation_{self.metric}": metrics.point(part, self.metric),
            "learning_rate": learning_rate(self.config, self.current_epoch),
            "seconds": time.perf_counter() - self._started,
        }
