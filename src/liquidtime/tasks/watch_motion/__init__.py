"""Exercises by a smartwatch."""
