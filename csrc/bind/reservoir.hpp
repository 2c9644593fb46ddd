#pragma once

#include <nanobind/nanobind.h>

namespace liquidtime {

void bind_reservoir(nanobind::module_& module);

}  // namespace liquidtime
