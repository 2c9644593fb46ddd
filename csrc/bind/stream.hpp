#pragma once

#include <nanobind/nanobind.h>

namespace liquidtime {

void bind_stream(nanobind::module_& module);

}  // namespace liquidtime
