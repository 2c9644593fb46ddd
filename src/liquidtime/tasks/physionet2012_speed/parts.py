"""The stays as every model gets them: one encoding, one order of batches, one padding."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from liquidtime.data.batch import Batch
from liquidtime.data.batching import BucketBatches
from liquidtime.data.encoded import EncodedSeries
from liquidtime.data.preprocess import Preprocessor
from liquidtime.tasks.catalogue import task
from liquidtime.train.config import FitConfig
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.objectives.contract import Objective

TASK = "physionet2012"
PROTOCOL = "paper"
_READS = ("values", "mask", "times")


@dataclass(frozen=True, eq=False)
class Parts:
    """Training and validation part.

    Attributes:
        training: Encoded, with the raw parts that any model reads.
        validation: Likewise.
        objective: Of the task.
        preprocessor: Of both; networks are built for its sizes.
        size: Series in a batch.
        seed: Of the batches.
    """

    training: EncodedSeries
    validation: EncodedSeries
    objective: Objective
    preprocessor: Preprocessor
    size: int
    seed: int

    @cached_property
    def epoch(self) -> list[np.ndarray]:
        """Numbers of the series of each batch of an epoch."""
        batches = BucketBatches(self.training.lengths, self.size, self.seed)
        return [np.asarray(index) for index, _ in batches.of_epoch()]

    def drawn(self, count: int) -> list[Batch]:
        """Batches of the epoch, from its shortest to its longest, evenly spread."""
        order = sorted(self.epoch, key=lambda index: int(self.training.lengths[index].max()))
        # The middles of as many equal shares: neither the shortest nor the longest stands for all.
        places = [int((k + 0.5) * len(order) / count) for k in range(min(count, len(order)))]
        return [self.training.batch(order[place]) for place in places]


def parts(size: int, seed: int) -> Parts:
    """The parts of the paper's protocol.

    Args:
        size: Series in a batch.
        seed: Of the batches.
    """
    stays = task(TASK)
    protocol = stays.protocol(PROTOCOL)
    series, split = protocol.parts(0)
    training = series.select(split.train)
    preprocessor = stays.preprocess(series if protocol.statistics == "all" else training)
    return Parts(
        training=preprocessor.encode(training, reads=_READS),
        validation=preprocessor.encode(series.select(split.validation), reads=_READS),
        objective=objectives.of_training(training, FitConfig()),
        preprocessor=preprocessor,
        size=size,
        seed=seed,
    )
