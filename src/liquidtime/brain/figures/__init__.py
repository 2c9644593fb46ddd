"""What a recording looks like."""
