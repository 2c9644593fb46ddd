"""Random liquid units: their definition and their fast path."""
