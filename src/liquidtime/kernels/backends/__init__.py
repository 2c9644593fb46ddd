"""What the members of a backend share."""
