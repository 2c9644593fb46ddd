"""Why a network said what it said: by observation and moment, by neuron, by synapse.

What is explained is a run, a fitted estimator, or an `Explainable` of your own. All results are in
the user's terms: the series' own rows, variables, times and units. They say what the network
reacts to, which is not what causes what.
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
