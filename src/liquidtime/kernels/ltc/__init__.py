"""The LTC recurrence: its definition and its fast paths."""
