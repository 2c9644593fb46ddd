"""A simulation spread over processes."""
