// What one instruction set does with a sheet of units and the path of its channels.
#pragma once

#include "reservoir/path.hpp"
#include "reservoir/reservoir.hpp"

namespace liquidtime {

struct SheetScan {
    const Sheet* sheet = nullptr;
    const Path* path = nullptr;
    const UnitLanes* thresholds = nullptr;  // [P]
    int count = 0;                          // P
    UnitLanes* features = nullptr;          // [level_pools + threshold_pools · P], or null
    UnitLanes* stretch = nullptr;           // [P], room for the unbroken times above so far
    int samples = 0;
    UnitLanes* responses = nullptr;  // [samples], or null
};

// The point of a sample: from the first to the last, evenly.
inline int sampled_point(int sample, int samples, int points) {
    if (samples == 1) {
        return points - 1;
    }
    const auto last = static_cast<std::int64_t>(points - 1);
    const std::int64_t intervals = samples - 1;
    return static_cast<int>((2 * sample * last + intervals) / (2 * intervals));
}

#if defined(LT_ISA)
namespace LT_ISA {
void reservoir_scan(const SheetScan& scan);
}
#endif

}  // namespace liquidtime
