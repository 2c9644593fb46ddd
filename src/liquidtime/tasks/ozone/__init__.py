"""Days of high ozone."""
