"""Whole networks of neurons, moved in time."""
