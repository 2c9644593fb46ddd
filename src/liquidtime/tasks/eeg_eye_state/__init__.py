"""Are the eyes open, by an EEG."""
