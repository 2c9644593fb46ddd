"""Batches of CfC: ours, the reference, ncps, nn.LSTM and nn.GRU."""

from liquidtime.bench.layers import layer_case

CASE = layer_case("cfc")
