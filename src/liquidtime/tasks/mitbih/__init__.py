"""Kinds of heart beats."""
