"""The next state of a walking robot."""
