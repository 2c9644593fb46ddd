"""A fit's curves drawn."""
