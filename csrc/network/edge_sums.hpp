// Sums over synapses whose weights change from call to call, and their derivatives: what fitting
// needs. A row's edges are sorted by class. R rows, S sources, E edges, K classes, B trials.
#pragma once

#include <cstdint>

namespace liquidtime {

struct WeightedEdges {
    int rows = 0;
    int sources = 0;
    int classes = 0;
    const std::int64_t* offsets = nullptr;     // [R + 1]
    const std::int32_t* source = nullptr;      // [E]
    const std::uint8_t* edge_class = nullptr;  // [E]
    // The same edges by source.
    const std::int64_t* source_offsets = nullptr;  // [S + 1]
    const std::int32_t* place = nullptr;           // [E], class · R + target
};

// sums [K, R, B] = Σ weight · emitted; see class_sums in kernels/graph/reference.py.
void edge_sums(
    const WeightedEdges& edges,
    const float* weights,
    const float* emitted,
    int trials,
    float* sums,
    int threads
);

// Of the derivative by the sums: that by what is emitted, [S, B]; the weights are given by source.
void edge_sums_by_emitted(
    const WeightedEdges& edges,
    const float* weights,
    const float* d_sums,
    int trials,
    float* d_emitted,
    int threads
);

// And that by the weights, [E].
void edge_sums_by_weights(
    const WeightedEdges& edges,
    const float* emitted,
    const float* d_sums,
    int trials,
    float* d_weights,
    int threads
);

}  // namespace liquidtime
