"""Who is connected to whom, and with which constants."""
