"""Activity of whole networks drawn."""
