"""Batches of LTC: ours, the reference, ncps."""

from liquidtime.bench.layers import layer_case

CASE = layer_case("ltc")
