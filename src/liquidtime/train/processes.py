"""The processes that train together: how many, on what, and what they tell each other.

One process alone needs none of it, and does without Lightning, whose import and wrappers would cost
a small fit more than its arithmetic.
"""

import logging
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from liquidtime.errors import InputError
from liquidtime.train.config import TrainConfig
from liquidtime.train.folder.files import TENSORBOARD

if TYPE_CHECKING:
    from lightning.fabric import Fabric

Module = TypeVar("Module", bound=nn.Module)
_RANKS = ("RANK", "LOCAL_RANK", "SLURM_PROCID", "JSM_NAMESPACE_RANK")


class Processes(Protocol):
    """What a training asks of the processes that share it.

    Attributes:
        device: Where this process computes.
        rank: Its number, from 0; process 0 writes and shows.
        count: How many there are.
    """

    device: torch.device
    rank: int
    count: int

    def module(self, module: Module) -> Module:
        """The module on its device, its gradients averaged over the processes."""
        ...

    def backward(self, loss: Tensor) -> None:
        """Find the gradients."""
        ...

    def summed(self, values: Tensor) -> Tensor:
        """The sum over all processes."""
        ...


class Alone:
    """One process.

    Args:
        device: Where it computes.
    """

    def __init__(self, device: torch.device) -> None:
        self.device, self.rank, self.count = device, 0, 1

    def module(self, module: Module) -> Module:
        """The module on its device."""
        return module.to(self.device)

    def backward(self, loss: Tensor) -> None:
        """Find the gradients."""
        loss.backward()

    def summed(self, values: Tensor) -> Tensor:
        """The same."""
        return values


class Together:
    """Several processes under Lightning's Fabric.

    Args:
        fabric: Launched.
    """

    def __init__(self, fabric: "Fabric") -> None:
        self.fabric = fabric
        self.device, self.rank, self.count = fabric.device, fabric.global_rank, fabric.world_size

    def module(self, module: Module) -> Module:
        """The module under data-parallel training."""
        return self.fabric.setup_module(module)  # pyright: ignore[reportReturnType]

    def backward(self, loss: Tensor) -> None:
        """Find the gradients, averaged over the processes."""
        self.fabric.backward(loss)

    def summed(self, values: Tensor) -> Tensor:
        """The sum over all processes."""
        found = self.fabric.all_reduce(values, reduce_op="sum")
        assert isinstance(found, Tensor)
        return found


def process_rank() -> int:
    """Number of this process among those that train together; 0 when it is alone."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank()
    told = (os.environ.get(name) for name in _RANKS)
    return int(next(filter(None, told), 0))


def check_accelerator(config: TrainConfig) -> None:
    """Check that the machine has what the configuration names.

    Raises:
        InputError: If it has no GPU, or too few.
    """
    if config.accelerator != "gpu":
        return
    if torch.cuda.is_available():
        there = torch.cuda.device_count()
    else:
        there = int(torch.backends.mps.is_available())
    wanted = 1 if config.devices == "auto" else config.devices
    if there < wanted:
        raise InputError(
            f"accelerator is 'gpu' with {wanted} of them; PyTorch finds {there or 'none'} here. "
            "Use accelerator 'cpu', or 'auto', which takes a GPU where there is one."
        )


def launched(config: TrainConfig) -> Processes:
    """The processes that the configuration or torchrun names, started.

    Args:
        config: Names accelerator and devices.

    Raises:
        InputError: If the machine does not have them.
    """
    check_accelerator(config)
    accelerator = config.accelerator
    if accelerator == "auto":
        # Not Apple's GPU: it has no float64, in which the losses are summed.
        accelerator = "gpu" if torch.cuda.is_available() else "cpu"
    devices, nodes = (1 if config.devices == "auto" else config.devices), 1
    # Under torchrun the processes are there already, as many as it was told.
    if "TORCHELASTIC_RUN_ID" in os.environ:
        devices = int(os.environ["LOCAL_WORLD_SIZE"])
        nodes = int(os.environ["WORLD_SIZE"]) // devices
    if devices * nodes > 1:
        return _together(accelerator, devices, nodes)
    if accelerator == "cpu" or torch.cuda.is_available():
        return Alone(torch.device("cpu" if accelerator == "cpu" else "cuda:0"))
    # Says what is missing, or finds an accelerator of another make.
    return _together(accelerator, devices, nodes)


def _together(accelerator: str, devices: int, nodes: int) -> Together:
    from lightning.fabric import Fabric
    from lightning.fabric.strategies.ddp import DDPStrategy

    strategy: Any = "auto"
    if devices * nodes > 1:
        strategy = DDPStrategy(process_group_backend="gloo" if accelerator == "cpu" else "nccl")
    # It announces every process on standard error; its warnings pass.
    logger = logging.getLogger("lightning.fabric")
    level = logger.level
    logger.setLevel(logging.WARNING)
    fabric = Fabric(accelerator=accelerator, devices=devices, num_nodes=nodes, strategy=strategy)
    fabric.launch()
    logger.setLevel(level)
    return Together(fabric)


class Curves:
    """The history as curves for TensorBoard, if that is installed.

    Args:
        folder: Where `tensorboard/` goes, so that a resumed run goes on in the same curves; None
            for nowhere.
    """

    def __init__(self, folder: Path | None) -> None:
        self._writer: Any = None
        if folder is None or not (find_spec("tensorboard") or find_spec("tensorboardX")):
            return
        if find_spec("tensorboard"):
            from torch.utils.tensorboard.writer import SummaryWriter
        else:
            from tensorboardX import SummaryWriter  # pyright: ignore[reportMissingImports]
        self._writer = SummaryWriter(str(folder / TENSORBOARD))

    def add(self, record: dict[str, float], step: int) -> None:
        """Go on by one record."""
        if self._writer is not None:
            for name, value in record.items():
                self._writer.add_scalar(name, value, step)
            self._writer.flush()

    def close(self) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()


def joined(tensors: tuple[Tensor, ...]) -> list[Tensor]:
    """Each of some tensors with the rows of all processes, one process after another."""
    parts: list[Any] = [tensors]
    if dist.is_available() and dist.is_initialized():
        parts = [None] * dist.get_world_size()
        # As objects, since processes have different numbers of rows.
        dist.all_gather_object(parts, tensors)
    return [torch.cat(rows) for rows in zip(*parts, strict=True)]
