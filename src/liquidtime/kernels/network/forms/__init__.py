"""Forms of neurons, one file each; see `catalogue`."""
