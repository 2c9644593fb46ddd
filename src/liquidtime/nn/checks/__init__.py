"""What layers and cells refuse, and the messages that say how to mend it."""
