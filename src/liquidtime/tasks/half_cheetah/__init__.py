"""Half-cheetah: the next state."""
