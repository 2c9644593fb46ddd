"""Phases of gestures, frame by frame."""
