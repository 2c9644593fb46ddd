// The points at which a set of channels is seen in a series.
#pragma once

#include <cstdint>
#include <vector>

#include "core/scratch.hpp"
#include "reservoir/reservoir.hpp"

namespace liquidtime {

// Points are handled in runs of this many, whose responses stay in the fastest memory.
constexpr int run_length = 128;

// Rows of a series at which a channel is observed, channel by channel.
struct ObservedRows {
    const int* offset = nullptr;  // [D + 1]
    const int* row = nullptr;
};

ObservedRows observed_rows(const SeriesArrays& series, int which, Scratch::Scope& scope);

struct Path {
    int points = 0;
    int channels = 0;
    const float* values = nullptr;    // [points, channels], each held since it was last observed
    const float* weight = nullptr;    // [points], the share of the span that a point stands for
    const float* position = nullptr;  // [points], the share of the span that is over
    const float* arrival = nullptr;   // [points], 1 where something is observed, else 0
    const float* gaps = nullptr;      // those that differ, run by run
    const int* gap = nullptr;         // [points], which of its run's gaps comes before
    const int* gap_offset = nullptr;  // [runs + 1]
};

// One point, of zeros, where nothing is ever observed.
Path path_of(
    const SeriesArrays& series,
    int which,
    const ObservedRows& rows,
    const std::vector<int>& channels,
    Scratch::Scope& scope
);

}  // namespace liquidtime
