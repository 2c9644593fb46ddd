"""Keep Lightning's announcements from the user; its real warnings pass."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_CHATTER = (
    r".*does not have many workers.*",
    r".*num_workers.*bottleneck.*",
    r".*Checkpoint directory .* exists and is not empty.*",
    r".*number of training batches .* is smaller than the logging interval.*",
    r".*GPU available but not used.*",
    r".*Starting from v1\.9\.0, `tensorboardX`.*",
    r".*module\(s\) in eval mode at the start of training.*",
    r".*treespec.*LeafSpec.*",
)
_LOGGERS = ("lightning.pytorch", "lightning.fabric", "lightning_fabric", "pytorch_lightning")


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Silence tips, device listings and advice on workers inside the block."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for message in _CHATTER:
                warnings.filterwarnings("ignore", message=message)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
