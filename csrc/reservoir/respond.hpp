// The responses of a vector of units over a run of points.
#pragma once

#include "reservoir/factors.hpp"
#include "reservoir/path.hpp"

namespace liquidtime::LT_ISA {

// Between two points.
struct UnitState {
    Vec input = zero();
    Vec first = zero();   // e of the first leak, or the real part
    Vec second = zero();  // e of the second leak, or the imaginary part
};

// Units of a sheet from one lane on, as many as a vector holds.
struct UnitVector {
    const Sheet& sheet;
    int lane;

    LT_INLINE Vec of(const UnitLanes& numbers) const { return load(numbers.data() + lane); }

    LT_INLINE Vec input(const float* values, int channels) const {
        Vec sum = zero();
        for (int c = 0; c < channels; ++c) {
            sum = fma(set1(values[c]), of(sheet.weight[static_cast<std::size_t>(c)]), sum);
        }
        return sum;
    }
};

// Vectors that a gap's factors fill.
constexpr int factor_size(UnitKind kind) {
    switch (kind) {
        case UnitKind::low:
            return 2;
        case UnitKind::count:
            return 1;
        case UnitKind::band:
        case UnitKind::resonator:
            return 4;
        case UnitKind::liquid:
        case UnitKind::liquid_band:
            return 0;  // which depend on the input
    }
    return 0;
}

template <UnitKind kind>
LT_INLINE void fill_factors(const UnitVector& units, const float* gaps, int count, float* factors) {
    const Vec rate = zero() - units.of(units.sheet.rate);
    const Vec second = zero() - units.of(units.sheet.second);
    const Vec frequency = units.of(units.sheet.frequency);
    const Vec cosine = units.of(units.sheet.phase_cosine);
    const Vec sine = units.of(units.sheet.phase_sine);
    for (int i = 0; i < count; ++i) {
        const Vec gap = set1(gaps[i]);
        float* out = factors + i * factor_size(kind) * lanes;
        if constexpr (kind == UnitKind::count) {
            store(out, real_factor(rate * gap).decay);
        } else if constexpr (kind == UnitKind::low || kind == UnitKind::band) {
            const RealFactor one = real_factor(rate * gap);
            store(out, one.decay);
            store(out + lanes, one.lag);
            if constexpr (kind == UnitKind::band) {
                const RealFactor two = real_factor(second * gap);
                store(out + 2 * lanes, two.decay);
                store(out + 3 * lanes, two.lag);
            }
        } else if constexpr (kind == UnitKind::resonator) {
            const ComplexFactor turn = complex_factor(rate * gap, frequency * gap, cosine, sine);
            store(out, turn.decay_real);
            store(out + lanes, turn.decay_imaginary);
            store(out + 2 * lanes, turn.lag_real);
            store(out + 3 * lanes, turn.lag_imaginary);
        }
    }
}

// Responses y [points from `begin` to `end`][lanes]; `one`: there is one channel.
template <UnitKind kind, bool one>
LT_INLINE void respond(
    const UnitVector& units,
    const Path& path,
    int begin,
    int end,
    const float* factors,
    UnitState& state,
    float* y
) {
    const float* gaps = path.gaps + path.gap_offset[begin / run_length];
    const Vec weight = one ? units.of(units.sheet.weight[0]) : zero();
    UnitState now = state;
    for (int i = begin; i < end; ++i, y += lanes) {
        const float* factor = factors + path.gap[i] * factor_size(kind) * lanes;
        if constexpr (kind == UnitKind::count) {
            now.first = fma(load(factor), now.first, set1(path.arrival[i]));
            store(y, now.first);
            continue;
        }
        const float* values = path.values + static_cast<std::ptrdiff_t>(i) * path.channels;
        const Vec input = one ? set1(*values) * weight : units.input(values, path.channels);
        const Vec change = input - now.input;
        if constexpr (kind == UnitKind::low) {
            now.first = fma(load(factor), now.first, zero() - load(factor + lanes) * change);
            store(y, now.first + input);
        } else if constexpr (kind == UnitKind::band) {
            now.first = fma(load(factor), now.first, zero() - load(factor + lanes) * change);
            now.second =
                fma(load(factor + 2 * lanes), now.second,
                    zero() - load(factor + 3 * lanes) * change);
            store(y, now.first - now.second);
        } else if constexpr (kind == UnitKind::resonator) {
            const Vec real = load(factor);
            const Vec imaginary = load(factor + lanes);
            const Vec first = fnma(
                imaginary, now.second,
                fma(real, now.first, zero() - load(factor + 2 * lanes) * change)
            );
            now.second =
                fma(imaginary, now.first,
                    fma(real, now.second, zero() - load(factor + 3 * lanes) * change));
            now.first = first;
            store(y, first);
        } else {
            const Vec mean = set1(0.5f) * (input + now.input);
            const Vec opening =
                sigmoid(units.of(units.sheet.steepness) * (mean - units.of(units.sheet.midpoint)));
            const Vec faster = fma(units.of(units.sheet.gain), opening, set1(1.0f));
            const Vec elapsed = zero() - faster * set1(gaps[path.gap[i]]);
            const RealFactor first = real_factor(units.of(units.sheet.rate) * elapsed);
            now.first = fma(first.decay, now.first, zero() - first.lag * change);
            if constexpr (kind == UnitKind::liquid) {
                store(y, now.first + input);
            } else {
                const RealFactor second = real_factor(units.of(units.sheet.second) * elapsed);
                now.second = fma(second.decay, now.second, zero() - second.lag * change);
                store(y, now.first - now.second);
            }
        }
        now.input = input;
    }
    state = now;
}

}  // namespace liquidtime::LT_ISA
