"""The diagonal CfC recurrence: its definition, its solution in parallel, its compiled steps."""
