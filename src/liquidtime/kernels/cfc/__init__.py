"""The CfC recurrence: its definition and its fast paths."""
