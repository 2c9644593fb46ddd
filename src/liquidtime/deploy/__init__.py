"""Trained networks stepping through time with NumPy alone; nothing here imports PyTorch."""

from liquidtime.deploy.stream import Stream

__all__ = ["Stream"]
