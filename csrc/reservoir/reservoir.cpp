#include "reservoir/reservoir.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/dispatch.hpp"
#include "core/threads.hpp"
#include "reservoir/path.hpp"
#include "reservoir/scan.hpp"

namespace liquidtime {
namespace {

std::vector<int> channels_of(const UnitArrays& arrays, int unit) {
    std::vector<int> found;
    for (int c = 0; c < arrays.channels; ++c) {
        const int channel = arrays.channel[static_cast<std::ptrdiff_t>(unit) * arrays.channels + c];
        if (channel >= 0) {
            found.push_back(channel);
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void put(const UnitArrays& arrays, int unit, const std::vector<int>& channels, Sheet& sheet) {
    const auto lane = static_cast<std::size_t>(sheet.count++);
    sheet.unit[lane] = unit;
    for (int c = 0; c < arrays.channels; ++c) {
        const std::ptrdiff_t place = static_cast<std::ptrdiff_t>(unit) * arrays.channels + c;
        if (arrays.channel[place] >= 0) {
            const auto at =
                std::lower_bound(channels.begin(), channels.end(), arrays.channel[place]);
            // A channel that is named twice counts with both weights.
            sheet.weight[static_cast<std::size_t>(at - channels.begin())][lane] +=
                arrays.weight[place];
        }
    }
    sheet.rate[lane] = arrays.rate[unit];
    sheet.second[lane] = arrays.second[unit];
    sheet.frequency[lane] = arrays.frequency[unit];
    sheet.phase_cosine[lane] = std::cos(arrays.phase[unit]);
    sheet.phase_sine[lane] = std::sin(arrays.phase[unit]);
    sheet.gain[lane] = arrays.gain[unit];
    sheet.steepness[lane] = arrays.steepness[unit];
    sheet.midpoint[lane] = arrays.midpoint[unit];
}

}  // namespace

Reservoir::Reservoir(const UnitArrays& arrays)
    : units_(arrays.units) {
    std::map<std::vector<int>, std::map<int, std::vector<int>>> sorted;
    for (int unit = 0; unit < arrays.units; ++unit) {
        if (arrays.kind[unit] < 0 || arrays.kind[unit] >= unit_kinds) {
            throw std::invalid_argument(
                "kind is " + std::to_string(arrays.kind[unit]) + " at " + std::to_string(unit) +
                "; expected 0 to " + std::to_string(unit_kinds - 1) + "."
            );
        }
        sorted[channels_of(arrays, unit)][arrays.kind[unit]].push_back(unit);
    }
    for (const auto& [channels, kinds] : sorted) {
        ChannelSet set;
        set.channels = channels;
        if (!channels.empty()) {
            channels_ = std::max(channels_, channels.back() + 1);
        }
        for (const auto& [kind, units] : kinds) {
            for (std::size_t i = 0; i < units.size(); ++i) {
                if (i % sheet_width == 0) {
                    Sheet sheet;
                    sheet.kind = static_cast<UnitKind>(kind);
                    sheet.weight.assign(channels.size(), UnitLanes{});
                    set.sheets.push_back(std::move(sheet));
                    ++sheets_;
                }
                put(arrays, units[i], channels, set.sheets.back());
            }
        }
        sets_.push_back(std::move(set));
    }
}

// Calls visit(which series, number of the sheet, sheet, path) for all, series by series.
template <class Visit>
void Reservoir::each(const SeriesArrays& series, int threads, const Visit& visit) const {
    // A few series alone are shared out by sheets.
    const int parts = std::clamp(series.batch >= threads ? 1 : threads, 1, std::max(sheets_, 1));
    parallel(series.batch * parts, threads, [&](int task) {
        const int which = task / parts;
        const auto part = static_cast<std::int64_t>(task % parts);
        const std::int64_t begin = part * sheets_ / parts;
        const std::int64_t end = (part + 1) * sheets_ / parts;
        Scratch::Scope of_series(Scratch::of_this_thread());
        const ObservedRows rows = observed_rows(series, which, of_series);
        std::int64_t number = 0;
        for (const ChannelSet& set : sets_) {
            const auto count = static_cast<std::int64_t>(set.sheets.size());
            if (number + count > begin && number < end) {
                Scratch::Scope of_set(Scratch::of_this_thread());
                const Path path = path_of(series, which, rows, set.channels, of_set);
                for (std::int64_t i = std::max<std::int64_t>(begin - number, 0);
                     i < std::min(end - number, count); ++i) {
                    visit(which, number + i, set.sheets[static_cast<std::size_t>(i)], path);
                }
            }
            number += count;
        }
    });
}

void Reservoir::pool(
    const SeriesArrays& series, const float* thresholds, int count, float* features, int threads
) const {
    std::vector<UnitLanes> packed(static_cast<std::size_t>(sheets_) * count, UnitLanes{});
    std::size_t number = 0;
    for (const ChannelSet& set : sets_) {
        for (const Sheet& sheet : set.sheets) {
            for (int lane = 0; lane < sheet.count; ++lane) {
                for (int p = 0; p < count; ++p) {
                    packed[number * count + p][lane] =
                        thresholds[static_cast<std::ptrdiff_t>(sheet.unit[lane]) * count + p];
                }
            }
            ++number;
        }
    }
    const int pools = level_pools + threshold_pools * count;
    const Kernels& chosen = kernels();
    each(series, threads, [&](int which, std::int64_t at, const Sheet& sheet, const Path& path) {
        Scratch::Scope scope(Scratch::of_this_thread());
        SheetScan scan;
        scan.sheet = &sheet;
        scan.path = &path;
        scan.thresholds = packed.data() + at * count;
        scan.count = count;
        scan.features = scope.take<UnitLanes>(static_cast<std::size_t>(pools));
        scan.stretch = scope.take<UnitLanes>(static_cast<std::size_t>(count));
        chosen.reservoir_scan(scan);
        for (int lane = 0; lane < sheet.count; ++lane) {
            float* out =
                features + (static_cast<std::ptrdiff_t>(which) * units_ + sheet.unit[lane]) * pools;
            for (int f = 0; f < pools; ++f) {
                out[f] = scan.features[f][lane];
            }
        }
    });
}

void Reservoir::respond(
    const SeriesArrays& series, int samples, float* responses, int threads
) const {
    const Kernels& chosen = kernels();
    each(series, threads, [&](int which, std::int64_t, const Sheet& sheet, const Path& path) {
        Scratch::Scope scope(Scratch::of_this_thread());
        SheetScan scan;
        scan.sheet = &sheet;
        scan.path = &path;
        scan.samples = samples;
        scan.responses = scope.take<UnitLanes>(static_cast<std::size_t>(samples));
        chosen.reservoir_scan(scan);
        for (int s = 0; s < samples; ++s) {
            float* out = responses + (static_cast<std::ptrdiff_t>(which) * samples + s) * units_;
            for (int lane = 0; lane < sheet.count; ++lane) {
                out[sheet.unit[lane]] = scan.responses[s][lane];
            }
        }
    });
}

}  // namespace liquidtime
