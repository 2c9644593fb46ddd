"""Benchmarks with their correctness gate: ours, the reference and the peers, in one process.

`liquidtime.bench.run.run` does it all: it checks that what is about to be timed computes the right
thing, times the contenders in turns, and returns a record that the tables and figures are made of.
"""
