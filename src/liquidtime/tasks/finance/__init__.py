"""Variance of the next day at the stock market."""
