"""Power of a household, by its other meters."""
