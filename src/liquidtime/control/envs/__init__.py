"""The worlds, one a module; each says what it is as `WORLD`."""
