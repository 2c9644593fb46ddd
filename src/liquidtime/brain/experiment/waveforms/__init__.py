"""Courses of stimuli over time, one a file; `catalogue` finds those that have words."""
