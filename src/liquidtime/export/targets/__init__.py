"""The formats, one a module; each says what it is as `TARGET`."""
