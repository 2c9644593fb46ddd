// NumPy arrays as the kernels take them: shapes checked, missing ones null.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "core/recurrence.hpp"

namespace liquidtime {

namespace nb = nanobind;

using In = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
using Out = nb::ndarray<float, nb::c_contig, nb::device::cpu>;
using Strided = nb::ndarray<const float, nb::device::cpu>;
using Flags = nb::ndarray<const bool, nb::c_contig, nb::device::cpu>;
template <class Number>
using Row = nb::ndarray<const Number, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Indices = nb::ndarray<const std::int64_t, nb::c_contig, nb::device::cpu>;

inline std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    }
    return text + "]";
}

template <class Array>
void expect(const char* name, const Array& array, std::initializer_list<std::int64_t> shape) {
    const std::vector<std::int64_t> wanted(shape);
    std::vector<std::int64_t> got;
    for (std::size_t i = 0; i < array.ndim(); ++i) {
        got.push_back(static_cast<std::int64_t>(array.shape(i)));
    }
    if (got != wanted) {
        throw std::invalid_argument(
            std::string(name) + " has shape " + shape_text(got) + "; expected " +
            shape_text(wanted) + "."
        );
    }
}

template <class Array>
auto checked(const char* name, const Array& array, std::initializer_list<std::int64_t> shape) {
    expect(name, array, shape);
    return array.data();
}

template <class Array>
auto checked(
    const char* name, const std::optional<Array>& array, std::initializer_list<std::int64_t> shape
) {
    return array ? checked(name, *array, shape) : nullptr;
}

// The size along an axis, which the kernels count in an int.
template <class Array>
int extent(const char* name, const Array& array, std::size_t axis) {
    if (array.ndim() <= axis) {
        throw std::invalid_argument(
            std::string(name) + " has " + std::to_string(array.ndim()) + " dimensions; expected " +
            std::to_string(axis + 1) + " at least."
        );
    }
    if (array.shape(axis) > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw std::invalid_argument(std::string(name) + " is too large.");
    }
    return static_cast<int>(array.shape(axis));
}

inline Matrix matrix(const char* name, const In& array) {
    if (array.ndim() != 2) {
        throw std::invalid_argument(
            std::string(name) + " has " + std::to_string(array.ndim()) +
            " dimensions; expected a matrix, with 2."
        );
    }
    return {array.data(), extent(name, array, 0), extent(name, array, 1)};
}

inline void expect_at_least(const char* name, std::int64_t number, std::int64_t least) {
    if (number < least) {
        throw std::invalid_argument(
            std::string(name) + " is " + std::to_string(number) + "; expected " +
            std::to_string(least) + " or more."
        );
    }
}

// See that rows of a compressed list begin at 0, never fall, and end at the number of entries.
inline void expect_offsets(
    const char* name, const Row<std::int64_t>& offsets, std::int64_t entries
) {
    const auto size = static_cast<std::int64_t>(offsets.shape(0));
    const std::int64_t* at = offsets.data();
    if (size < 1 || at[0] != 0) {
        throw std::invalid_argument(
            std::string(name) + " do not begin with 0; expected one for each row, and the end."
        );
    }
    for (std::int64_t row = 1; row < size; ++row) {
        if (at[row] < at[row - 1]) {
            throw std::invalid_argument(
                std::string(name) + " fall from " + std::to_string(at[row - 1]) + " to " +
                std::to_string(at[row]) + " in row " + std::to_string(row - 1) +
                "; expected numbers that never fall."
            );
        }
    }
    if (at[size - 1] != entries) {
        throw std::invalid_argument(
            std::string(name) + " do not end at the number of edges, " + std::to_string(entries) +
            ", but at " + std::to_string(at[size - 1]) + "."
        );
    }
}

// See that all of them are from 0 to below a limit.
template <class Number>
void expect_below(const char* name, const Row<Number>& numbers, std::int64_t limit) {
    const auto size = static_cast<std::int64_t>(numbers.shape(0));
    for (std::int64_t i = 0; i < size; ++i) {
        const auto number = static_cast<std::int64_t>(numbers.data()[i]);
        if (number < 0 || number >= limit) {
            throw std::invalid_argument(
                std::string(name) + " has " + std::to_string(number) + " at " + std::to_string(i) +
                "; expected numbers from 0 to below " + std::to_string(limit) + "."
            );
        }
    }
}

}  // namespace liquidtime
