"""The processes that train together: how many, on what, and what they tell each other."""

import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from lightning.fabric import Fabric
from lightning.fabric.loggers.logger import Logger
from lightning.fabric.loggers.tensorboard import TensorBoardLogger
from lightning.fabric.strategies.ddp import DDPStrategy
from lightning.fabric.utilities.rank_zero import rank_zero_only
from torch import Tensor

from liquidtime.train.config import TrainConfig
from liquidtime.train.files import TENSORBOARD


def process_rank() -> int:
    """Number of this process among those that train together; 0 when it is alone."""
    return int(getattr(rank_zero_only, "rank", 0) or 0)


def launched(config: TrainConfig, folder: Path | None) -> Fabric:
    """Fabric on the accelerator and with the processes that the configuration or torchrun names.

    Args:
        config: Names accelerator and devices.
        folder: Where `tensorboard/` goes, if TensorBoard is installed; None for nowhere.
    """
    accelerator = config.accelerator
    if accelerator == "auto":
        # Not Apple's GPU: it has no float64, in which the losses are summed.
        accelerator = "gpu" if torch.cuda.is_available() else "cpu"
    devices, nodes = (1 if config.devices == "auto" else config.devices), 1
    # Under torchrun the processes are there already, as many as it was told.
    if "TORCHELASTIC_RUN_ID" in os.environ:
        devices = int(os.environ["LOCAL_WORLD_SIZE"])
        nodes = int(os.environ["WORLD_SIZE"]) // devices
    strategy: Any = "auto"
    if devices * nodes > 1:
        strategy = DDPStrategy(process_group_backend="gloo" if accelerator == "cpu" else "nccl")
    loggers: list[Logger] = []
    if folder is not None and (find_spec("tensorboard") or find_spec("tensorboardX")):
        # Without a version, so that a resumed run goes on in the same curves.
        loggers = [TensorBoardLogger(folder, name=TENSORBOARD, version="")]
    # It announces every process on standard error; its warnings pass.
    logger = logging.getLogger("lightning.fabric")
    level = logger.level
    logger.setLevel(logging.WARNING)
    fabric = Fabric(
        accelerator=accelerator,
        devices=devices,
        num_nodes=nodes,
        strategy=strategy,
        loggers=loggers,
    )
    fabric.launch()
    logger.setLevel(level)
    return fabric


def summed(fabric: Fabric, values: Tensor) -> Tensor:
    """The sum over all processes."""
    found = fabric.all_reduce(values, reduce_op="sum")
    assert isinstance(found, Tensor)
    return found


def joined(tensors: tuple[Tensor, ...]) -> list[Tensor]:
    """Each of some tensors with the rows of all processes, one process after another."""
    parts: list[Any] = [tensors]
    if dist.is_initialized():
        parts = [None] * dist.get_world_size()
        # As objects, since processes have different numbers of rows.
        dist.all_gather_object(parts, tensors)
    return [torch.cat(rows) for rows in zip(*parts, strict=True)]
