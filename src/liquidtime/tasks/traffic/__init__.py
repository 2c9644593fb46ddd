"""Traffic of an hour, by weather and time."""
