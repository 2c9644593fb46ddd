"""Files that other simulators read and write."""
