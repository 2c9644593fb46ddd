"""The cases that ship, one a file; each holds one as `CASE`."""
