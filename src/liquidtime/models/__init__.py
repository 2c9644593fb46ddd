"""The networks that can be fitted."""
