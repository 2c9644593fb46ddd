"""The networks of others, to compare with: one module each, after its paper's equations."""
