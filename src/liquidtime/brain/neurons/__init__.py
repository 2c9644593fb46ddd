"""The constants of neurons and synapses, as users give them: one file a form of neuron."""
