"""Parity of a string of bits, a row a change."""
