#include "reservoir/path.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace liquidtime {
namespace {

constexpr int most_parts = 16;

int parts_of(double gap, double between) {
    if (!(gap > between)) {
        return 1;
    }
    // A quotient beyond all integers has no conversion.
    return gap / between > most_parts ? most_parts : static_cast<int>(std::ceil(gap / between));
}

// Rows at which any of the channels is observed, in order; their number.
int merged(const ObservedRows& rows, const std::vector<int>& channels, int length, int* found) {
    if (channels.size() == 1) {
        const int begin = rows.offset[channels[0]];
        const int count = rows.offset[channels[0] + 1] - begin;
        std::copy(rows.row + begin, rows.row + begin + count, found);
        return count;
    }
    std::fill(found, found + length, 0);
    for (const int channel : channels) {
        for (int i = rows.offset[channel]; i < rows.offset[channel + 1]; ++i) {
            found[rows.row[i]] = 1;
        }
    }
    int count = 0;
    for (int row = 0; row < length; ++row) {
        const int here = found[row];  // read before the place may be written: count ≤ row
        found[count] = row;
        count += here;
    }
    return count;
}

// Numbers the gaps that differ within each run.
void number_gaps(const float* gap, int points, float* gaps, int* index, int* offset) {
    constexpr std::uint32_t slots = 4 * run_length;
    std::int16_t slot[slots];
    int total = 0;
    for (int begin = 0; begin < points; begin += run_length) {
        const int first = total;
        offset[begin / run_length] = first;
        std::fill(slot, slot + slots, std::int16_t{-1});
        for (int i = begin; i < std::min(begin + run_length, points); ++i) {
            std::uint32_t bits;
            std::memcpy(&bits, gap + i, sizeof bits);
            std::uint32_t at = (bits * 2654435761u) >> 23;
            while (slot[at] >= 0 && gaps[first + slot[at]] != gap[i]) {
                at = (at + 1) % slots;
            }
            if (slot[at] < 0) {
                slot[at] = static_cast<std::int16_t>(total - first);
                gaps[total++] = gap[i];
            }
            index[i] = slot[at];
        }
    }
    offset[(points + run_length - 1) / run_length] = total;
}

}  // namespace

ObservedRows observed_rows(const SeriesArrays& series, int which, Scratch::Scope& scope) {
    const int length = static_cast<int>(series.length[which]);
    const int channels = series.channels;
    const std::uint8_t* mask =
        series.mask + static_cast<std::ptrdiff_t>(which) * series.steps * channels;
    int* offset = scope.take<int>(static_cast<std::size_t>(channels) + 1);
    std::fill(offset, offset + channels + 1, 0);
    for (int row = 0; row < length; ++row) {
        for (int c = 0; c < channels; ++c) {
            offset[c + 1] += mask[static_cast<std::ptrdiff_t>(row) * channels + c] != 0;
        }
    }
    for (int c = 0; c < channels; ++c) {
        offset[c + 1] += offset[c];
    }
    int* rows = scope.take<int>(static_cast<std::size_t>(offset[channels]));
    int* next = scope.take<int>(static_cast<std::size_t>(channels));
    std::copy(offset, offset + channels, next);
    for (int row = 0; row < length; ++row) {
        for (int c = 0; c < channels; ++c) {
            if (mask[static_cast<std::ptrdiff_t>(row) * channels + c] != 0) {
                rows[next[c]++] = row;
            }
        }
    }
    return {offset, rows};
}

Path path_of(
    const SeriesArrays& series,
    int which,
    const ObservedRows& rows,
    const std::vector<int>& channels,
    Scratch::Scope& scope
) {
    const int length = static_cast<int>(series.length[which]);
    const auto width = static_cast<int>(channels.size());
    const std::ptrdiff_t start = static_cast<std::ptrdiff_t>(which) * series.steps;
    const double* times = series.times + start;
    const float* values = series.values + start * series.channels;
    const std::uint8_t* mask = series.mask + start * series.channels;
    // One more, for the end of the series.
    int* at = scope.take<int>(static_cast<std::size_t>(length) + 1);
    const int observed = merged(rows, channels, length, at);
    int segments = observed;
    if (observed > 0 && at[observed - 1] < length - 1) {
        at[segments++] = length - 1;
    }
    std::size_t points = 1;
    for (int i = 1; i < segments; ++i) {
        points +=
            static_cast<std::size_t>(parts_of(times[at[i]] - times[at[i - 1]], series.between));
    }
    const std::size_t runs = (points + run_length - 1) / run_length;
    float* seen = scope.take<float>(points * channels.size());
    float* gap = scope.take<float>(points + 1);
    float* weight = scope.take<float>(points);
    float* position = scope.take<float>(points);
    float* arrival = scope.take<float>(points);
    float* gaps = scope.take<float>(points);
    int* index = scope.take<int>(points);
    int* offset = scope.take<int>(runs + 1);
    float* held = scope.take<float>(2 * channels.size());
    float* now = held + width;
    std::fill(held, held + 2 * width, 0.0f);
    std::size_t point = 0;
    for (int i = 0; i < segments; ++i) {
        const int row = at[i];
        // The end of the series, if it is a point of its own, shows nothing new.
        for (int c = 0; c < width && i < observed; ++c) {
            const std::ptrdiff_t cell =
                static_cast<std::ptrdiff_t>(row) * series.channels + channels[c];
            now[c] = mask[cell] != 0 ? values[cell] : held[c];
        }
        const double elapsed = i == 0 ? 0.0 : times[row] - times[at[i - 1]];
        const int parts = parts_of(elapsed, series.between);
        for (int part = 1; part <= parts; ++part, ++point) {
            const double share = static_cast<double>(part) / parts;
            for (int c = 0; c < width; ++c) {
                const double difference = static_cast<double>(now[c]) - held[c];
                seen[point * width + c] =
                    part == parts ? now[c] : static_cast<float>(held[c] + share * difference);
            }
            gap[point] = static_cast<float>(elapsed / parts);
            arrival[point] = part == parts && i < observed ? 1.0f : 0.0f;
        }
        std::copy(now, now + width, held);
    }
    if (segments == 0) {
        std::fill(seen, seen + width, 0.0f);
        gap[0] = arrival[0] = 0.0f;
    }
    gap[points] = 0.0f;
    const double span = segments == 0 ? 0.0 : times[length - 1] - times[at[0]];
    double over = 0;
    for (std::size_t i = 0; i < points; ++i) {
        over += gap[i];
        position[i] = span > 0.0 ? static_cast<float>(over / span) : 0.5f;
        weight[i] =
            span > 0.0 ? static_cast<float>((static_cast<double>(gap[i]) + gap[i + 1]) / (2 * span))
                       : 0.0f;
    }
    if (!(span > 0.0)) {
        weight[points - 1] = 1.0f;
    }
    const int count = static_cast<int>(points);
    number_gaps(gap, count, gaps, index, offset);
    return {count, width, seen, weight, position, arrival, gaps, index, offset};
}

}  // namespace liquidtime
