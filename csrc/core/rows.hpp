// Rows of numbers, and the same as operands of products: themselves, or rounded to bfloat16.
#pragma once

#include <cstring>
#include <type_traits>

#include "core/product.hpp"

namespace liquidtime::LT_ISA {

// A stride of whole vectors that does not put every row into the same places of the cache.
constexpr int row_stride(int columns) {
    const int stride = round_up(columns, lanes);
    return stride % 64 == 0 ? stride + lanes : stride;
}

// Rows of one step lie far apart in [B, T, …], out of reach of the processor's own look-ahead.
LT_INLINE void fetch(const float* row, int count) {
    for (int k = 0; k < count; k += 16) {
        __builtin_prefetch(row + k, 0, 3);
    }
}

template <class T>
LT_INLINE void round_row(const float* numbers, int count, typename T::Element* out) {
#if defined(LT_HAS_BFLOAT16)
    if constexpr (std::is_same_v<T, Half>) {
        auto* half = reinterpret_cast<std::uint16_t*>(out);
        for (int k = 0; k < count; k += lanes) {
            const Vec part = load_first(numbers + k, count - k);
            const __m256i rounded = (__m256i)_mm512_cvtneps_pbh(part.v);
            if (count - k >= lanes) {
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(half + k), rounded);
            } else {
                _mm256_mask_storeu_epi16(half + k, first(round_up(count - k, 2)), rounded);
            }
        }
    }
#endif
    (void)numbers;
    (void)count;
    (void)out;
}

// Numbers [rows, stride] in scratch, with their operands beside them where these differ.
template <class T>
struct Rows {
    using Element = typename T::Element;

    float* numbers = nullptr;
    Element* operands = nullptr;
    int stride = 0;
    int columns = 0;

    Rows() = default;
    Rows(Scratch::Scope& scope, int rows, int columns_)
        : stride(row_stride(columns_)),
          columns(columns_) {
        const std::size_t size = static_cast<std::size_t>(rows) * stride;
        numbers = scope.take<float>(size);
        if constexpr (std::is_same_v<T, Single>) {
            operands = numbers;
        } else {
            operands = scope.take<Element>(static_cast<std::size_t>(rows) * operand_stride());
        }
    }

    int operand_stride() const { return stride / T::depth_of_element; }
    float* row(int r) const { return numbers + static_cast<std::ptrdiff_t>(r) * stride; }

    void clear(int rows) const {
        std::memset(numbers, 0, sizeof(float) * static_cast<std::size_t>(rows) * stride);
    }

    // Makes the operands of rows [begin, end) those of the numbers.
    void round(int begin, int end) const {
        if constexpr (!std::is_same_v<T, Single>) {
            for (int r = begin; r < end; ++r) {
                round_row<T>(
                    row(r), columns, operands + static_cast<std::ptrdiff_t>(r) * operand_stride()
                );
            }
        }
    }

    // Columns [column, column + depth) of all rows from `first` on, as one side of a product; with
    // bfloat16 the first column is even.
    Segment<T> segment(int first, int column, int depth) const {
        return {
            operands + static_cast<std::ptrdiff_t>(first) * operand_stride() +
                column / T::depth_of_element,
            operand_stride(), elements<T>(depth)
        };
    }
    Segment<T> all(int first) const { return segment(first, 0, columns); }
};

// Rows as a product over rows takes them: with bfloat16 two rows to an element.
template <class T>
struct Stacked {
    const typename T::Element* elements;
    std::ptrdiff_t stride;
    int depth;
};

template <class T>
Stacked<T> stack(Scratch::Scope& scope, const Rows<T>& source, int rows) {
    if constexpr (std::is_same_v<T, Single>) {
        (void)scope;
        return {source.numbers, source.stride, rows};
    } else {
#if defined(LT_HAS_BFLOAT16)
        const int pairs = (rows + 1) / 2;
        auto* out = scope.take<std::uint32_t>(static_cast<std::size_t>(pairs) * source.stride);
        for (int r = 0; r < pairs; ++r) {
            const float* low = source.row(2 * r);
            const bool two = 2 * r + 1 < rows;
            // An odd last row has no partner; it is read in its place and not used.
            const float* high = source.row(two ? 2 * r + 1 : 2 * r);
            for (int k = 0; k < source.stride; k += lanes) {
                const __m512i one =
                    _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(load(low + k).v));
                const __m512i other =
                    _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(load(high + k).v));
                _mm512_storeu_si512(
                    out + static_cast<std::ptrdiff_t>(r) * source.stride + k,
                    two ? _mm512_or_si512(one, _mm512_slli_epi32(other, 16)) : one
                );
            }
        }
        return {out, source.stride, pairs};
#endif
    }
}

}  // namespace liquidtime::LT_ISA
