"""Training: from an `IrregularSeries` to a run folder with weights, metrics and a report.

`fit` does it all. Names are imported when first used:
`liquidtime.train.config` stays free of torch.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
