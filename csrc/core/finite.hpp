// Whether numbers may go into a recurrence.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace liquidtime {

inline bool all_finite(const float* numbers, std::int64_t count) {
    // Without branches, so that the compiler takes several at a time.
    std::uint32_t found = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        std::uint32_t bits;
        std::memcpy(&bits, numbers + i, sizeof bits);
        found |= static_cast<std::uint32_t>((bits & 0x7f800000u) == 0x7f800000u);
    }
    return found == 0;
}

inline bool all_finite(const std::vector<float>& numbers) {
    return all_finite(numbers.data(), static_cast<std::int64_t>(numbers.size()));
}

// Whether all are within ±2⁶⁰, so that no product of two, nor a sum of two such, is infinite.
inline bool all_moderate(const float* numbers, std::int64_t count) {
    std::uint32_t found = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        std::uint32_t bits;
        std::memcpy(&bits, numbers + i, sizeof bits);
        // Signed, which the plainest vectors can compare.
        const auto size = static_cast<std::int32_t>(bits & 0x7fffffffu);
        found |= static_cast<std::uint32_t>(size >= 0x5d800000);
    }
    return found == 0;
}

inline bool all_moderate(const std::vector<float>& numbers) {
    return all_moderate(numbers.data(), static_cast<std::int64_t>(numbers.size()));
}

// NaN compares false, and infinity is above the largest float.
inline bool is_gap(float elapsed) {
    return elapsed >= 0.0f && elapsed <= 3.4028235e38f;
}

}  // namespace liquidtime
