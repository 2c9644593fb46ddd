"""What is done to a brain and what is kept of it, as values and in plain words."""
