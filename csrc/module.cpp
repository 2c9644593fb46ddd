// The Python module liquidtime._native.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bind/graph.hpp"
#include "bind/recurrence.hpp"
#include "bind/reservoir.hpp"
#include "bind/stream.hpp"
#include "core/dispatch.hpp"

namespace nb = nanobind;

NB_MODULE(_native, module) {
    using namespace liquidtime;
    nb::set_leak_warnings(false);  // autograd may hold objects until the process ends
    kernels();                     // so that a wrong LIQUIDTIME_ISA is told at once
    module.def("isa", [] { return std::string(kernels().name); });
    module.def("isas", &instruction_sets);
    module.def("use_isa", &use_instruction_set, nb::arg("name"));
    module.def("has_bfloat16", [] { return kernels().bfloat16; });
    module.def(
        "fma_peak",
        [](double seconds, bool bfloat16) {
            nb::gil_scoped_release release;
            return kernels().fma_peak(seconds, bfloat16);
        },
        nb::arg("seconds"), nb::arg("bfloat16") = false
    );
    bind_graph(module);
    bind_network(module);
    bind_recurrence(module);
    bind_reservoir(module);
    bind_stream(module);
}
