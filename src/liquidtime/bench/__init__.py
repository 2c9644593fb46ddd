"""Benchmarks with their correctness gate: ours, the reference and the peers, in one process.

A case says what is timed against whom, and what must hold before; `liquidtime.bench.cases` has
those that ship, any file may have another (see `liquidtime.bench.contract`). `run.run` does it all:
it checks that what is about to be timed computes the right thing, times the contenders in turns,
and returns a record that the tables and figures are made of.
"""
