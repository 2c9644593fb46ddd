// A sheet of random units over the path of a series. The build compiles this file once for each
// instruction set.
#include <algorithm>
#include <cmath>

#include "reservoir/pools.hpp"
#include "reservoir/respond.hpp"
#include "reservoir/scan.hpp"

namespace liquidtime::LT_ISA {

LT_INLINE Vec square_root(Vec a) {
    float part[lanes];
    store(part, a);
    for (float& number : part) {
        number = std::sqrt(number);
    }
    return load(part);
}

template <UnitKind kind, bool one>
inline void scan_lanes(const SheetScan& scan, int lane) {
    const Path& path = *scan.path;
    const UnitVector units{*scan.sheet, lane};
    alignas(64) float y[run_length * lanes];
    alignas(64) float factors[run_length * std::max(factor_size(kind), 1) * lanes];
    UnitState state;
    LevelPools levels;
    float* out = scan.features == nullptr ? nullptr : scan.features->data() + lane;
    const float* limits = scan.count == 0 ? nullptr : scan.thresholds->data() + lane;
    float* stretches = scan.stretch == nullptr ? nullptr : scan.stretch->data() + lane;
    if (out != nullptr) {
        begin_threshold_pools(out, scan.count, stretches);
    }
    int sample = 0;
    for (int begin = 0; begin < path.points; begin += run_length) {
        const int end = std::min(begin + run_length, path.points);
        const int* offset = path.gap_offset + begin / run_length;
        fill_factors<kind>(units, path.gaps + offset[0], offset[1] - offset[0], factors);
        if (begin == 0) {
            // All begin in the steady state of their first input.
            state.input = units.input(path.values, path.channels);
        }
        respond<kind, one>(units, path, begin, end, factors, state, y);
        if (out != nullptr) {
            levels.add(y, path.weight + begin, end - begin);
            const Run run{y, path.weight + begin, path.position + begin, end - begin};
            add_threshold_pools(run, limits, scan.count, out, stretches);
        }
        for (; sample < scan.samples; ++sample) {
            const int point = sampled_point(sample, scan.samples, path.points);
            if (point >= end) {
                break;
            }
            store(scan.responses[sample].data() + lane, load(y + (point - begin) * lanes));
        }
    }
    if (out == nullptr) {
        return;
    }
    const Vec last = load(y + (path.points - 1) % run_length * lanes);
    // A response that was not finite once is not at the end either, and 0 else is added.
    const Vec spoilt = last - last;
    const Vec pools[level_pools] = {
        levels.most, levels.least, levels.sum, square_root(levels.squares), last
    };
    for (int f = 0; f < level_pools; ++f) {
        store(out + f * sheet_width, pools[f] + spoilt);
    }
    end_threshold_pools(out, scan.count, spoilt);
}

template <UnitKind kind>
void scan_kind(const SheetScan& scan) {
    for (int lane = 0; lane < sheet_width; lane += lanes) {
        if (scan.path->channels == 1) {
            scan_lanes<kind, true>(scan, lane);
        } else {
            scan_lanes<kind, false>(scan, lane);
        }
    }
}

void reservoir_scan(const SheetScan& scan) {
    switch (scan.sheet->kind) {
        case UnitKind::low:
            return scan_kind<UnitKind::low>(scan);
        case UnitKind::band:
            return scan_kind<UnitKind::band>(scan);
        case UnitKind::resonator:
            return scan_kind<UnitKind::resonator>(scan);
        case UnitKind::liquid:
            return scan_kind<UnitKind::liquid>(scan);
        case UnitKind::liquid_band:
            return scan_kind<UnitKind::liquid_band>(scan);
        case UnitKind::count:
            return scan_kind<UnitKind::count>(scan);
    }
}

}  // namespace liquidtime::LT_ISA
