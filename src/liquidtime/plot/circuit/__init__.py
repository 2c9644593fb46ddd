"""Circuits drawn."""
