// Lists of edges made into compressed rows: for each target the sources it listens to.
#pragma once

#include <cstdint>
#include <vector>

namespace liquidtime {

struct EdgeRows {
    std::vector<std::int64_t> offsets;  // [N + 1]
    std::vector<std::int32_t> sources;  // [E']
    std::vector<float> counts;          // [E']
    std::vector<std::uint8_t> classes;  // [E']
};

// Sorts E edges by target, within a target by class and then source; equal ones are merged and
// their counts added, in the order in which they came.
EdgeRows sorted_rows(
    const std::int32_t* sources,
    const std::int32_t* targets,
    const float* counts,
    const std::uint8_t* classes,
    std::int64_t edges,
    std::int32_t neurons,
    int threads
);

}  // namespace liquidtime
