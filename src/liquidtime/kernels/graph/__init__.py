"""Sums over the synapses of a graph: what arrives at each neuron, class by class."""
