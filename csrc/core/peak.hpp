// As many multiply-adds as the machine can do: the floor that a benchmark compares with.
#pragma once

#include <chrono>

#include "core/product.hpp"

namespace liquidtime::LT_ISA {

template <class T>
double multiply_add_peak(double seconds) {
    using Clock = std::chrono::steady_clock;
    // Independent sums, enough to hide the latency of each.
    constexpr int sums = 12;
    constexpr int rounds = 20000;
    Vec a[sums];
    for (int i = 0; i < sums; ++i) {
        a[i] = set1(0.0f);
    }
    const typename T::Element element = T::element(0.5f, 0.5f);
    const typename T::Operand x = T::broadcast(&element);
    double best = 0;
    const Clock::time_point start = Clock::now();
    while (std::chrono::duration<double>(Clock::now() - start).count() < seconds || best == 0) {
        const Clock::time_point before = Clock::now();
        for (int r = 0; r < rounds; ++r) {
#pragma GCC unroll 12
            for (int i = 0; i < sums; ++i) {
                a[i] = T::multiply_add(x, x, a[i]);
            }
        }
        const double passed = std::chrono::duration<double>(Clock::now() - before).count();
        const double work = 2.0 * T::depth_of_element * lanes * sums * rounds;
        best = std::max(best, work / passed / 1e9);
    }
    Vec all = zero();
    for (int i = 0; i < sums; ++i) {
        all = all + a[i];
    }
    // Used, or the compiler would leave the work out.
    volatile float keep = sum(all);
    (void)keep;
    return best;
}

// GFLOP/s of one thread, the best of what fits into the time.
inline double fma_peak(double seconds, bool bfloat16) {
#if defined(LT_HAS_BFLOAT16)
    if (bfloat16) {
        return multiply_add_peak<Half>(seconds);
    }
#endif
    (void)bfloat16;
    return multiply_add_peak<Single>(seconds);
}

}  // namespace liquidtime::LT_ISA
