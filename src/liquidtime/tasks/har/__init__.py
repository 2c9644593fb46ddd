"""Activities by a smartphone."""
