#pragma once

#include <nanobind/nanobind.h>

namespace liquidtime {

void bind_graph(nanobind::module_& module);
void bind_network(nanobind::module_& module);

}  // namespace liquidtime
