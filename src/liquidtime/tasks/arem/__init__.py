"""Activities by the radio of worn nodes."""
