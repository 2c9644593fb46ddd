// NumPy arrays as the kernels take them: shapes checked, missing ones null.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <initializer_list>
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

inline Matrix matrix(const char* name, const In& array) {
    if (array.ndim() != 2) {
        throw std::invalid_argument(std::string(name) + " is no matrix.");
    }
    return {array.data(), static_cast<int>(array.shape(0)), static_cast<int>(array.shape(1))};
}

}  // namespace liquidtime
