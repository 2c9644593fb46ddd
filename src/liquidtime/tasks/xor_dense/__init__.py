"""Parity of a string of bits, a row a bit."""
