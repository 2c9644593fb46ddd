"""Is the room occupied, minute by minute."""
