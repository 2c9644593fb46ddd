"""The simulated worm beside its measured responses."""
