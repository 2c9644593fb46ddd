// Pools of responses over time.
#pragma once

#include <algorithm>

#include "core/simd.hpp"
#include "reservoir/reservoir.hpp"

namespace liquidtime::LT_ISA {

// Sums are of each run first, so that many points cost no digits.
struct LevelPools {
    Vec most = set1(-3.4028235e38f);
    Vec least = set1(3.4028235e38f);
    Vec sum = zero();
    Vec squares = zero();

    LT_INLINE void add(const float* y, const float* weight, int points) {
        Vec run_most = most;
        Vec run_least = least;
        Vec run_sum = zero();
        Vec run_squares = zero();
        for (int i = 0; i < points; ++i) {
            const Vec now = load(y + i * lanes);
            const Vec weighted = now * set1(weight[i]);
            run_most = at_least(now, run_most);
            run_least = at_most(now, run_least);
            run_sum = run_sum + weighted;
            run_squares = fma(weighted, now, run_squares);
        }
        most = run_most;
        least = run_least;
        sum = sum + run_sum;
        squares = squares + run_squares;
    }
};

// A run of points.
struct Run {
    const float* y;
    const float* weight;
    const float* position;
    int points;
};

// Where the pools of the thresholds lie: all shares, then all excesses, positions and stretches.
LT_INLINE float* pool_of(float* features, int which, int count, int threshold) {
    return features + (level_pools + which * count + threshold) * sheet_width;
}

LT_INLINE void begin_threshold_pools(float* features, int count, float* stretches) {
    for (int p = 0; p < count; ++p) {
        for (int which = 0; which < threshold_pools; ++which) {
            store(pool_of(features, which, count, p), zero());
        }
        store(stretches + p * sheet_width, zero());
    }
}

// Of `taken` thresholds from one on: times above them, and these times' sums of what is above and
// of when it was.
template <int taken>
LT_INLINE void add_thresholds(
    const Run& run, const float* limits, int from, int count, float* features, float* stretches
) {
    Vec limit[taken];
    Vec share[taken];
    Vec excess[taken];
    Vec position[taken];
    Vec stretch[taken];
    Vec longest[taken];
    for (int p = 0; p < taken; ++p) {
        limit[p] = load(limits + (from + p) * sheet_width);
        share[p] = excess[p] = position[p] = zero();
        stretch[p] = load(stretches + (from + p) * sheet_width);
        longest[p] = load(pool_of(features, 3, count, from + p));
    }
    for (int i = 0; i < run.points; ++i) {
        const Vec now = load(run.y + i * lanes);
        const Vec weight = set1(run.weight[i]);
        const Vec when = set1(run.position[i]);
#pragma GCC unroll 4
        for (int p = 0; p < taken; ++p) {
            const Mask above = limit[p] < now;
            const Vec time = select(above, weight, zero());
            share[p] = share[p] + time;
            excess[p] = fma(time, now - limit[p], excess[p]);
            position[p] = fma(time, when, position[p]);
            stretch[p] = select(above, stretch[p] + weight, zero());
            longest[p] = at_least(stretch[p], longest[p]);
        }
    }
    for (int p = 0; p < taken; ++p) {
        const Vec sums[] = {share[p], excess[p], position[p]};
        for (int which = 0; which < 3; ++which) {
            float* out = pool_of(features, which, count, from + p);
            store(out, load(out) + sums[which]);
        }
        store(stretches + (from + p) * sheet_width, stretch[p]);
        store(pool_of(features, 3, count, from + p), longest[p]);
    }
}

LT_INLINE void add_threshold_pools(
    const Run& run, const float* limits, int count, float* features, float* stretches
) {
#if defined(LT_AVX512) || defined(LT_NEON)
    constexpr int at_once = 4;  // what 32 registers hold
#else
    constexpr int at_once = 2;
#endif
    int p = 0;
    for (; p + at_once <= count; p += at_once) {
        add_thresholds<at_once>(run, limits, p, count, features, stretches);
    }
    if (at_once > 2 && p + 2 <= count) {
        add_thresholds<2>(run, limits, p, count, features, stretches);
        p += 2;
    }
    if (p < count) {
        add_thresholds<1>(run, limits, p, count, features, stretches);
    }
}

// From sums to means, and NaN for all units that are `spoilt`.
LT_INLINE void end_threshold_pools(float* features, int count, Vec spoilt) {
    for (int p = 0; p < count; ++p) {
        const Vec share = load(pool_of(features, 0, count, p));
        const Mask ever = zero() < share;
        const Vec time = select(ever, share, set1(1.0f));
        const Vec excess = load(pool_of(features, 1, count, p)) / time;
        const Vec position = load(pool_of(features, 2, count, p)) / time;
        store(pool_of(features, 0, count, p), share + spoilt);
        store(pool_of(features, 1, count, p), select(ever, excess, zero()) + spoilt);
        store(pool_of(features, 2, count, p), select(ever, position, set1(0.5f)) + spoilt);
        float* longest = pool_of(features, 3, count, p);
        store(longest, load(longest) + spoilt);
    }
}

}  // namespace liquidtime::LT_ISA
