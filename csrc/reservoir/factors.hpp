// What a gap does to a unit: the exact solution of its leak for an input that moves linearly.
//
// With e = x − u and λ the leak's exponent: e' = E e − φ₁(λ d) Δu, E = e^(λ d), over a gap d.
#pragma once

#include "core/math.hpp"

namespace liquidtime::LT_ISA {

struct RealFactor {
    Vec decay;  // E
    Vec lag;    // φ₁
};

// For z = λ d ≤ 0.
LT_INLINE RealFactor real_factor(Vec z) {
    // Further down E is 0 all the same, and ∞ times 0 would be NaN.
    const Vec bounded = at_least(z, set1(-1e30f));
    const Vec lag = phi1(bounded);
    return {fma(bounded, lag, set1(1.0f)), lag};
}

struct ComplexFactor {
    Vec decay_real;
    Vec decay_imaginary;
    Vec lag_real;  // φ₁ e^(i phase)
    Vec lag_imaginary;
};

// For λ d = a + i b with a ≤ 0.
LT_INLINE ComplexFactor complex_factor(Vec a, Vec b, Vec cosine, Vec sine) {
    // Squares of what is beyond these limits are infinite.
    const Vec damped = at_least(a, set1(-1e15f));
    const Vec turned = at_most(at_least(b, set1(-1e15f)), set1(1e15f));
    // e^a − 1, then e^(ib) − 1 by the sine and cosine of b / 2, so that nothing cancels where λ d
    // is small. Both are wanted in products alone, in which their signs, and so turns by π, fall
    // out.
    const Vec change = damped * phi1(damped);
    const Vec half = set1(0.5f) * turned;
    const Vec turns = round(half * set1(0.318309886f));
    Vec r = fnma(turns, set1(3.140625f), half);
    r = fnma(turns, set1(9.67502593994140625e-4f), r);
    r = fnma(turns, set1(1.509957990978376432e-7f), r);
    // Of a turn so large that a float has no digits left for its angle.
    r = at_most(at_least(r, set1(-1.6f)), set1(1.6f));
    const Vec q = r * r;
    Vec s = set1(1.0f / 6227020800.0f);
    s = fma(s, q, set1(-1.0f / 39916800.0f));
    s = fma(s, q, set1(1.0f / 362880.0f));
    s = fma(s, q, set1(-1.0f / 5040.0f));
    s = fma(s, q, set1(1.0f / 120.0f));
    s = fma(s, q, set1(-1.0f / 6.0f));
    s = fma(s * q, r, r);
    Vec c = set1(1.0f / 479001600.0f);
    c = fma(c, q, set1(-1.0f / 3628800.0f));
    c = fma(c, q, set1(1.0f / 40320.0f));
    c = fma(c, q, set1(-1.0f / 720.0f));
    c = fma(c, q, set1(1.0f / 24.0f));
    c = fma(c, q, set1(-0.5f));
    c = fma(c, q, set1(1.0f));
    const Vec twice = set1(2.0f) * s;
    const Vec fall = twice * s;     // 1 − cos b
    const Vec quarter = twice * c;  // sin b
    const Vec kept = change + set1(1.0f);
    const Vec change_real = fnma(kept, fall, change);
    const Vec change_imaginary = kept * quarter;
    // Divided by λ d.
    const Vec size = fma(damped, damped, turned * turned);
    const Mask tiny = size < set1(1e-30f);
    const Vec over = set1(1.0f) / select(tiny, set1(1.0f), size);
    const Vec above_real = fma(change_real, damped, change_imaginary * turned);
    const Vec above_imaginary = fnma(change_real, turned, change_imaginary * damped);
    const Vec real = select(tiny, set1(1.0f), above_real * over);
    const Vec imaginary = select(tiny, zero(), above_imaginary * over);
    return {
        change_real + set1(1.0f), change_imaginary, fnma(imaginary, sine, real * cosine),
        fma(imaginary, cosine, real * sine)
    };
}

}  // namespace liquidtime::LT_ISA
