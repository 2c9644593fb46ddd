// Weights of recurrences, and their gradients, out of NumPy arrays.
#pragma once

#include "bind/arrays.hpp"
#include "core/dispatch.hpp"

namespace liquidtime {

using AffineArrays = std::tuple<In, In>;
using AffineOut = std::tuple<Out, Out>;
using MemoryArrays = std::tuple<In, In, In>;
using MemoryOut = std::tuple<Out, Out, Out>;

template <class Name>
Name one_of(
    const char* what,
    const std::string& given,
    std::initializer_list<std::pair<const char*, Name>> known
) {
    std::string names;
    for (const auto& [name, value] : known) {
        if (given == name) {
            return value;
        }
        names += (names.empty() ? "'" : ", '") + std::string(name) + "'";
    }
    throw std::invalid_argument(
        std::string(what) + " is '" + given + "'; expected one of " + names + "."
    );
}

inline Variant variant_of(const std::string& name) {
    return one_of<Variant>(
        "variant", name,
        {{"gated", Variant::gated},
         {"no_gate", Variant::no_gate},
         {"closed_form", Variant::closed_form},
         {"relaxation", Variant::relaxation}}
    );
}

inline Layout layout_of(const std::string& name) {
    return one_of<Layout>("layout", name, {{"state", Layout::state}, {"input", Layout::input}});
}

inline std::int64_t heads_of(Variant variant) {
    return variant == Variant::closed_form ? 1 : variant == Variant::relaxation ? 2 : 4;
}

inline Affine affine(
    const char* name, const AffineArrays& arrays, std::int64_t rows, std::int64_t columns
) {
    const auto& [weight, bias] = arrays;
    expect(name, weight, {rows, columns});
    expect(name, bias, {rows});
    return {matrix(name, weight), bias.data()};
}

inline AffineGradient affine_gradient(
    const AffineOut& arrays, std::int64_t rows, std::int64_t columns
) {
    const auto& [weight, bias] = arrays;
    return {
        checked("gradient of a weight", weight, {rows, columns}),
        checked("gradient of a bias", bias, {rows})
    };
}

// The closed form has a decay and a target, and no other form has a use for them.
template <class Array>
void expect_closed(Variant variant, const Array& decay, const Array& target) {
    const bool closed = variant == Variant::closed_form;
    if (decay.has_value() != closed || target.has_value() != closed) {
        throw std::invalid_argument(
            closed ? "the closed form needs decay and target."
                   : "decay and target belong to the closed form, and to no other."
        );
    }
}

inline MemoryWeights memory_of(const std::optional<MemoryArrays>& arrays, int hidden) {
    if (!arrays) {
        return {};
    }
    const auto& [input, recurrent, bias] = *arrays;
    const std::int64_t gates = 4 * static_cast<std::int64_t>(hidden);
    expect("memory's recurrent weight", recurrent, {gates, hidden});
    expect("memory's bias", bias, {gates});
    MemoryWeights weights{
        matrix("memory's input weight", input), matrix("", recurrent), bias.data()
    };
    expect("memory's input weight", input, {gates, weights.input.columns});
    return weights;
}

inline MemoryGradient memory_gradient(
    const std::optional<MemoryOut>& arrays, bool memory, int input, int hidden
) {
    if (arrays.has_value() != memory) {
        throw std::invalid_argument(
            "gradients of a memory belong to a recurrence that has one, and to no other."
        );
    }
    if (!arrays) {
        return {};
    }
    const auto& [in, recurrent, bias] = *arrays;
    return {
        checked("gradient of the memory's input weight", in, {4 * hidden, input}),
        checked("gradient of the memory's recurrent weight", recurrent, {4 * hidden, hidden}),
        checked("gradient of the memory's bias", bias, {4 * hidden})
    };
}

}  // namespace liquidtime
