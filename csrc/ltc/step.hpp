// One sub-step of an LTC neuron, forward and back, a sample to a lane.
#pragma once

#include "ltc/weights.hpp"

namespace liquidtime::LT_ISA {

// The state after a sub-step δ with conductance G and current J: fused, v' = (C v + δ J) / (C + δ
// G); or exponential, v' = v + r (J − G v) φ₁(−r G) with r = δ / C.
LT_INLINE Vec sub_step(Integrator integrator, Vec v, Vec elapsed, Vec g, Vec j, Vec capacitance) {
    if (integrator == Integrator::fused) {
        return fma(capacitance, v, elapsed * j) / fma(elapsed, g, capacitance);
    }
    const Vec rate = elapsed / capacitance;
    return fma(rate * fnma(g, v, j), phi1(zero() - rate * g), v);
}

// φ₁'(z) for z ≤ 0, of which φ₁(z) is known.
LT_INLINE Vec phi1_slope(Vec z, Vec phi) {
    Vec series = set1(1.0f / 45360.0f);
    series = fma(series, z, set1(1.0f / 5760.0f));
    series = fma(series, z, set1(1.0f / 840.0f));
    series = fma(series, z, set1(1.0f / 144.0f));
    series = fma(series, z, set1(1.0f / 30.0f));
    series = fma(series, z, set1(1.0f / 8.0f));
    series = fma(series, z, set1(1.0f / 3.0f));
    series = fma(series, z, set1(0.5f));
    // e^z = 1 + z φ₁(z).
    // Near 0 the quotient cancels; the next term of the series is below 1e-8 there.
    const Mask small = set1(-0.5f) < z;
    const Vec direct = (fma(z, phi, set1(1.0f)) - phi) / select(small, set1(1.0f), z);
    return select(small, series, direct);
}

struct SubStepGradient {
    Vec v;
    Vec g;
    Vec j;
    Vec elapsed;
    Vec capacitance;
};

LT_INLINE SubStepGradient sub_step_back(
    Integrator integrator, Vec v, Vec next, Vec elapsed, Vec g, Vec j, Vec capacitance, Vec d
) {
    if (integrator == Integrator::fused) {
        const Vec above = d / fma(elapsed, g, capacitance);
        const Vec below = zero() - above * next;
        return {
            capacitance * above, elapsed * below, elapsed * above, fma(g, below, j * above),
            fma(v, above, below)
        };
    }
    const Vec rate = elapsed / capacitance;
    const Vec z = zero() - rate * g;
    const Vec phi = phi1(z);
    const Vec slope = phi1_slope(z, phi);
    const Vec pull = fnma(g, v, j);
    const Vec d_rate = d * pull * fnma(rate * g, slope, phi);
    return {
        d * fma(z, phi, set1(1.0f)), zero() - d * rate * fma(v, phi, rate * pull * slope),
        d * rate * phi, d_rate / capacitance, zero() - d_rate * rate / capacitance
    };
}

}  // namespace liquidtime::LT_ISA
