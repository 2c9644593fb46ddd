"""Experiments in plain words, as they are typed: texts in, values out."""
