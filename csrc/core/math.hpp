// The transcendental functions of the recurrences: saturated at infinite arguments, NaN of NaN.
// Coefficients: tools/fit_approximations.py.
#pragma once

#include "core/simd.hpp"

namespace liquidtime::LT_ISA {

// 2^f − 1 for |f| ≤ 1/2, relative error of 2^f 2e-9 before rounding.
LT_INLINE Vec exp2_minus_one(Vec f) {
    Vec p = set1(1.535336182e-04f);
    p = fma(p, f, set1(1.339887444e-03f));
    p = fma(p, f, set1(9.618437358e-03f));
    p = fma(p, f, set1(5.550332471e-02f));
    p = fma(p, f, set1(2.402264791e-01f));
    p = fma(p, f, set1(6.931472029e-01f));
    return p * f;
}

constexpr float log2_e = 1.44269504f;

// e^x, saturating at both ends, and at infinite x.
LT_INLINE Vec exp(Vec x) {
    // e^±120 is beyond all floats already, and ±∞ would become NaN below.
    const Vec bounded = at_most(at_least(x, set1(-120.0f)), set1(120.0f));
    // x log₂e in two parts: rounded to float32 it would be off by 1e-7 · |x|.
    const Vec n = round(bounded * set1(log2_e));
    const Vec rest = fma(bounded, set1(log2_e), set1(0.0f) - n);
    const Vec f = fma(bounded, set1(1.92596303e-08f), rest);
    return scale_by_power_of_two(exp2_minus_one(f) + set1(1.0f), n);
}

// 1 / (1 + 2^t) for t < 126; 2⁻¹²⁶ or so beyond. The relative error 9e-8 of this shorter 2^t moves
// it by less than half a unit in the last place of 1. `finite`: whether t is known not to be −∞.
template <bool finite = false>
LT_INLINE Vec one_over_one_plus_exp2(Vec t) {
    Vec bounded = at_most(t, set1(125.0f));
#if defined(LT_AVX512)
    constexpr bool any_power = finite;
#else
    constexpr bool any_power = false;
#endif
    if constexpr (!any_power) {
        // Further below, 1 + 2^t is 1 anyway, and −∞ would become NaN.
        bounded = at_least(bounded, set1(-100.0f));
    }
    const Vec n = round(bounded);
    const Vec f = bounded - n;
    Vec p = set1(1.326472707e-03f);
    p = fma(p, f, set1(9.671512649e-03f));
    p = fma(p, f, set1(5.550733744e-02f));
    p = fma(p, f, set1(2.402224209e-01f));
    p = fma(p, f, set1(6.931469776e-01f));
    p = fma(p, f, set1(1.0f));
    return reciprocal(set1(1.0f) + scale_by_small_power(p, n));
}

// 1 / (1 + e^−x).
LT_INLINE Vec sigmoid(Vec x) {
    return one_over_one_plus_exp2(x * set1(-log2_e));
}

// Relative error 7e-9 before rounding.
LT_INLINE Vec tanh(Vec x) {
    // Beyond 9 tanh is ±1 to within a unit in the last place.
    const Vec y = at_most(at_least(x, set1(-9.0f)), set1(9.0f));
    const Vec s = y * y;
    Vec p = set1(-8.488762971e-14f);
    p = fma(p, s, set1(5.277969262e-11f));
    p = fma(p, s, set1(-2.022526969e-08f));
    p = fma(p, s, set1(1.115431918e-05f));
    p = fma(p, s, set1(3.103957259e-03f));
    p = fma(p, s, set1(1.308401103e-01f));
    p = fma(p, s, set1(1.0f));
    Vec q = set1(2.546146742e-04f);
    q = fma(q, s, set1(2.449518255e-02f));
    q = fma(q, s, set1(4.641733814e-01f));
    q = fma(q, s, set1(1.0f));
    return y * p * reciprocal(q);
}

// e^z and e^z − 1 for z ≤ 0, each to rounding; 1 and 0 at 0.
struct Decay {
    Vec left;
    Vec change;
};

LT_INLINE Decay decay(Vec z) {
    const Vec bounded = at_least(z, set1(-120.0f));
    const Vec n = round(bounded * set1(log2_e));
    const Vec f = fma(bounded, set1(log2_e), set1(0.0f) - n);
    const Vec power = scale_by_power_of_two(set1(1.0f), n);
    const Vec part = exp2_minus_one(f);
    // e^z − 1 as (2^f − 1) 2ⁿ + (2ⁿ − 1): nothing cancels where z is small.
    return {fma(part, power, power), fma(part, power, power - set1(1.0f))};
}

// log(1 + u) for 0 ≤ u ≤ 1 as 2 atanh(u / (2 + u)), relative error 4e-9 before rounding.
LT_INLINE Vec log1p(Vec u) {
    const Vec w = u * reciprocal(set1(2.0f) + u);
    const Vec s = w * w;
    Vec p = set1(1.400599350e-01f);
    p = fma(p, s, set1(1.400090262e-01f));
    p = fma(p, s, set1(2.001076362e-01f));
    p = fma(p, s, set1(3.333320814e-01f));
    const Vec twice = w + w;
    return fma(twice * s, p, twice);
}

// log(1 + e^x), and its slope, the sigmoid.
struct Softplus {
    Vec value;
    Vec slope;
};

LT_INLINE Softplus softplus(Vec x) {
    const Vec u = exp(zero() - abs(x));
    const Vec share = reciprocal(set1(1.0f) + u);
    return {at_least(x, zero()) + log1p(u), select(x < zero(), u * share, share)};
}

// φ₁(z) = (e^z − 1) / z for z ≤ 0, and 1 at 0.
LT_INLINE Vec phi1(Vec z) {
    const Vec change = decay(z).change;
    // 0 / 0 at 0; so near to it φ₁ is 1 to the last place.
    const Mask tiny = abs(z) < set1(1e-30f);
    return select(tiny, set1(1.0f), change / select(tiny, set1(1.0f), z));
}

}  // namespace liquidtime::LT_ISA
