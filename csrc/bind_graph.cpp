// Graphs of neurons for Python.
#include "bind_graph.hpp"

#include <thread>

#include "arrays.hpp"
#include "edges.hpp"

namespace liquidtime {
namespace {

template <class Number>
using Row = nb::ndarray<const Number, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// A NumPy array that owns what was in a vector.
template <class Number>
nb::ndarray<nb::numpy, Number> given(std::vector<Number>&& numbers) {
    auto* kept = new std::vector<Number>(std::move(numbers));
    nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<Number>*>(p); });
    return nb::ndarray<nb::numpy, Number>(kept->data(), {kept->size()}, owner);
}

int all_threads() {
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

auto edge_rows(
    const Row<std::int32_t>& sources,
    const Row<std::int32_t>& targets,
    const Row<float>& counts,
    const Row<std::uint8_t>& classes,
    std::int32_t neurons
) {
    const auto edges = static_cast<std::int64_t>(sources.shape(0));
    expect("targets", targets, {edges});
    expect("counts", counts, {edges});
    expect("classes", classes, {edges});
    EdgeRows rows;
    {
        nb::gil_scoped_release release;
        rows = sorted_rows(
            sources.data(), targets.data(), counts.data(), classes.data(), edges, neurons,
            all_threads()
        );
    }
    return std::make_tuple(
        given(std::move(rows.offsets)), given(std::move(rows.sources)),
        given(std::move(rows.counts)), given(std::move(rows.classes))
    );
}

}  // namespace

void bind_graph(nb::module_& module) {
    module.def(
        "sorted_rows", &edge_rows, nb::arg("sources"), nb::arg("targets"), nb::arg("counts"),
        nb::arg("classes"), nb::arg("neurons")
    );
}

}  // namespace liquidtime
