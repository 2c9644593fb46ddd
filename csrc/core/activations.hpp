// The activations of a backbone, and their slopes.
#pragma once

#include <cmath>

#include "core/math.hpp"
#include "core/recurrence.hpp"

namespace liquidtime::LT_ISA {

// Φ, the distribution function of the normal distribution; through the library's erf, lane by lane.
inline Vec normal_distribution(Vec z) {
    float part[lanes];
    store(part, z);
    for (float& number : part) {
        number = 0.5f * (1.0f + std::erf(number * 0.707106781f));
    }
    return load(part);
}

// 1 / (1 + e^−z), and 0 where that is below all but the smallest floats: −∞ times it is NaN, as it
// is with PyTorch.
LT_INLINE Vec silu_gate(Vec z) {
    return select(set1(-86.0f) < z, sigmoid(z), zero());
}

LT_INLINE Vec activate(Activation name, Vec z) {
    switch (name) {
        case Activation::lecun_tanh:
            return set1(1.7159f) * tanh(set1(0.666f) * z);
        case Activation::silu:
            return z * silu_gate(z);
        case Activation::relu:
            return at_least(z, zero());
        case Activation::tanh:
            return tanh(z);
        case Activation::gelu:
            return z * normal_distribution(z);
    }
    return z;
}

struct Activated {
    Vec value;
    Vec slope;
};

LT_INLINE Activated activate_with_slope(Activation name, Vec z) {
    switch (name) {
        case Activation::lecun_tanh: {
            const Vec t = tanh(set1(0.666f) * z);
            return {set1(1.7159f) * t, set1(1.7159f * 0.666f) * fnma(t, t, set1(1.0f))};
        }
        case Activation::silu: {
            const Vec s = silu_gate(z);
            return {z * s, s * fma(z, set1(1.0f) - s, set1(1.0f))};
        }
        case Activation::relu: {
            return {at_least(z, zero()), select(zero() < z, set1(1.0f), zero())};
        }
        case Activation::tanh: {
            const Vec t = tanh(z);
            return {t, fnma(t, t, set1(1.0f))};
        }
        case Activation::gelu: {
            const Vec phi = normal_distribution(z);
            const Vec density = set1(0.39894228f) * exp(set1(-0.5f) * z * z);
            return {z * phi, fma(z, density, phi)};
        }
    }
    return {z, set1(1.0f)};
}

}  // namespace liquidtime::LT_ISA
