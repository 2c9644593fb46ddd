"""Connectomes by name, one a file, and from files; `catalogue` finds them."""
