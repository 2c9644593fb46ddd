#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <utility>
#include <vector>

#include "core/recurrence.hpp"

namespace liquidtime {

// A recurrence with what the binding must know of it.
template <class Kind>
struct Bound {
    std::shared_ptr<Kind> recurrence;
    bool memory = false;
    std::vector<int> backbone;                // units of each layer
    std::vector<std::pair<int, int>> groups;  // neurons and sources
    Variant variant = Variant::gated;
    int heads_in = 0;
    int cell_in = 0;
};

void bind_cfc(nanobind::module_& module);
void bind_wired(nanobind::module_& module);
void bind_ltc(nanobind::module_& module);
void bind_diagonal(nanobind::module_& module);
void bind_recurrence(nanobind::module_& module);

}  // namespace liquidtime
