// Random liquid units: what they are, and the calls that run them over series.
//
// Definition: src/liquidtime/kernels/reservoir/reference.py.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace liquidtime {

enum class UnitKind { low, band, resonator, liquid, liquid_band, count };
constexpr int unit_kinds = 6;

// Units that share kind and channels, as many as the widest vectors have lanes. UnitLanes without a
// unit have rates and weights of 0, and so responses of 0.
constexpr int sheet_width = 16;
using UnitLanes = std::array<float, sheet_width>;

struct UnitArrays {
    int units = 0;
    int channels = 0;
    const std::int32_t* kind = nullptr;     // [K]
    const std::int32_t* channel = nullptr;  // [K, C], −1 for none
    const float* weight = nullptr;          // [K, C]
    const float* rate = nullptr;            // [K], and so are the others
    const float* second = nullptr;
    const float* frequency = nullptr;
    const float* phase = nullptr;
    const float* gain = nullptr;
    const float* steepness = nullptr;
    const float* midpoint = nullptr;
};

struct Sheet {
    UnitKind kind;
    int count = 0;
    std::array<int, sheet_width> unit{};
    std::vector<UnitLanes> weight;  // of each channel of the set
    UnitLanes rate{};
    UnitLanes second{};
    UnitLanes frequency{};
    UnitLanes phase_cosine{};
    UnitLanes phase_sine{};
    UnitLanes gain{};
    UnitLanes steepness{};
    UnitLanes midpoint{};
};

// Channels that some sheets read: these step at the same points of a series.
struct ChannelSet {
    std::vector<int> channels;
    std::vector<Sheet> sheets;
};

struct SeriesArrays {
    int batch = 0;
    int steps = 0;
    int channels = 0;
    const float* values = nullptr;         // [B, T, D]
    const std::uint8_t* mask = nullptr;    // [B, T, D]
    const double* times = nullptr;         // [B, T]
    const std::int64_t* length = nullptr;  // [B]
    double between = 0;                    // the longest part of a segment, if 16 parts are enough
};

// Pools of each unit: maximum, minimum, mean, root mean square, last; and of each threshold: share
// of time above, mean excess, mean position and longest stretch, each for all thresholds in turn.
constexpr int level_pools = 5;
constexpr int threshold_pools = 4;

class Reservoir {
public:
    explicit Reservoir(const UnitArrays& arrays);
    int units() const { return units_; }
    int channels() const { return channels_; }  // more than the largest number of one

    // Features [B, K, level_pools + threshold_pools · P] from thresholds [K, P].
    void pool(
        const SeriesArrays& series, const float* thresholds, int count, float* features, int threads
    ) const;

    // Responses [B, S, K] at S points of each unit's own, spread evenly from its first to its last.
    void respond(const SeriesArrays& series, int samples, float* responses, int threads) const;

private:
    template <class Visit>
    void each(const SeriesArrays& series, int threads, const Visit& visit) const;

    int units_ = 0;
    int channels_ = 0;
    int sheets_ = 0;
    std::vector<ChannelSet> sets_;
};

}  // namespace liquidtime
