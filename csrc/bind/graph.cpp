// Graphs of neurons for Python.
#include "bind/graph.hpp"

#include <nanobind/stl/shared_ptr.h>

#include <algorithm>
#include <thread>

#include "bind/arrays.hpp"
#include "network/edge_sums.hpp"
#include "network/edges.hpp"
#include "network/graph.hpp"

namespace liquidtime {
namespace {

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

// Keeps no copy: whoever holds it keeps the arrays.
struct BoundEdges {
    WeightedEdges edges;
    std::int64_t count() const { return edges.offsets[edges.rows]; }
};

BoundEdges* weighted_edges(
    const Row<std::int64_t>& offsets,
    const Row<std::int32_t>& source,
    const Row<std::uint8_t>& classes,
    const Row<std::int64_t>& source_offsets,
    const Row<std::int32_t>& place,
    int class_count
) {
    WeightedEdges edges;
    edges.rows = static_cast<int>(offsets.shape(0)) - 1;
    edges.sources = static_cast<int>(source_offsets.shape(0)) - 1;
    edges.classes = class_count;
    edges.offsets = offsets.data();
    const std::int64_t count = offsets.data()[edges.rows];
    edges.source = checked("source", source, {count});
    edges.edge_class = checked("classes", classes, {count});
    edges.source_offsets = source_offsets.data();
    edges.place = checked("place", place, {count});
    return new BoundEdges{edges};
}

std::shared_ptr<Graph> graph_of(
    const Row<std::int64_t>& offsets,
    const Row<std::int32_t>& sources,
    const nb::object& counts,
    const std::optional<Row<std::uint8_t>>& classes,
    int class_count,
    int source_count,
    const std::optional<std::tuple<Row<float>, Row<float>, Row<float>, Row<float>>>& synapses,
    int emitters_a_block,
    int rows_a_tile,
    int threads,
    const std::optional<Row<std::int64_t>>& block_limits
) {
    EdgeList edges;
    edges.rows = static_cast<int>(offsets.shape(0)) - 1;
    edges.sources = source_count;
    edges.classes = class_count;
    edges.offsets = offsets.data();
    const auto number = static_cast<std::int64_t>(sources.shape(0));
    if (edges.rows < 0 || offsets.data()[edges.rows] != number) {
        throw std::invalid_argument("offsets do not end at the number of edges.");
    }
    edges.source = sources.data();
    edges.edge_class = checked("classes", classes, {number});
    if (edges.edge_class == nullptr && class_count > 1) {
        throw std::invalid_argument("classes are missing.");
    }
    Row<std::int8_t> count8;
    Row<std::int16_t> count16;
    Row<float> count32;
    if (synapses) {
        edges.low = checked("low", std::get<0>(*synapses), {number});
        edges.high = checked("high", std::get<1>(*synapses), {number});
        edges.midpoint = checked("midpoint", std::get<2>(*synapses), {number});
        edges.steepness = checked("steepness", std::get<3>(*synapses), {number});
    } else if (nb::try_cast(counts, count8, false)) {
        edges.count8 = checked("counts", count8, {number});
    } else if (nb::try_cast(counts, count16, false)) {
        edges.count16 = checked("counts", count16, {number});
    } else if (nb::try_cast(counts, count32, false)) {
        edges.count32 = checked("counts", count32, {number});
    } else {
        throw std::invalid_argument("counts are neither int8, int16 nor float32 in one piece.");
    }
    std::vector<std::int64_t> limits;
    if (block_limits) {
        limits.assign(block_limits->data(), block_limits->data() + block_limits->shape(0));
        if (!std::is_sorted(limits.begin(), limits.end())) {
            throw std::invalid_argument("block_limits do not ascend.");
        }
    }
    nb::gil_scoped_release release;
    return std::make_shared<Graph>(
        make_graph(edges, emitters_a_block, rows_a_tile, threads, limits)
    );
}

}  // namespace

void bind_graph(nb::module_& module) {
    module.def(
        "block_width", &block_width, nb::arg("rows"), nb::arg("edges"), nb::arg("emitters"),
        nb::arg("per_synapse")
    );
    nb::class_<Graph>(module, "Graph")
        .def(
            nb::new_(&graph_of), nb::arg("offsets"), nb::arg("sources"), nb::arg("counts").none(),
            nb::arg("classes").none(), nb::arg("class_count"), nb::arg("source_count"),
            nb::arg("synapses").none(), nb::arg("emitters_a_block") = 0, nb::arg("rows_a_tile") = 0,
            nb::arg("threads") = 1, nb::arg("block_limits").none() = nb::none()
        )
        .def_prop_ro("nbytes", &Graph::bytes)
        .def_prop_ro("emitters", &Graph::emitters)
        .def_prop_ro("tiles", [](const Graph& graph) { return graph.tiles.size(); });
    module.def(
        "sorted_rows", &edge_rows, nb::arg("sources"), nb::arg("targets"), nb::arg("counts"),
        nb::arg("classes"), nb::arg("neurons")
    );
    nb::class_<BoundEdges>(module, "WeightedEdges")
        .def(
            nb::new_(&weighted_edges), nb::arg("offsets"), nb::arg("source"), nb::arg("classes"),
            nb::arg("source_offsets"), nb::arg("place"), nb::arg("class_count"),
            nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>(), nb::keep_alive<1, 4>(),
            nb::keep_alive<1, 5>(), nb::keep_alive<1, 6>()
        )
        .def(
            "sums",
            [](const BoundEdges& self, const In& weights, const In& emitted, const Out& sums,
               int threads) {
                const WeightedEdges& edges = self.edges;
                const auto trials = static_cast<int>(emitted.shape(1));
                edge_sums(
                    edges, checked("weights", weights, {self.count()}),
                    checked("emitted", emitted, {edges.sources, trials}), trials,
                    checked("sums", sums, {edges.classes, edges.rows, trials}), threads
                );
            },
            nb::arg("weights"), nb::arg("emitted"), nb::arg("sums"), nb::arg("threads"),
            nb::call_guard<nb::gil_scoped_release>()
        )
        .def(
            "by_emitted",
            [](const BoundEdges& self, const In& weights, const In& d_sums, const Out& d_emitted,
               int threads) {
                const WeightedEdges& edges = self.edges;
                const auto trials = static_cast<int>(d_emitted.shape(1));
                edge_sums_by_emitted(
                    edges, checked("weights", weights, {self.count()}),
                    checked("d_sums", d_sums, {edges.classes, edges.rows, trials}), trials,
                    checked("d_emitted", d_emitted, {edges.sources, trials}), threads
                );
            },
            nb::arg("weights"), nb::arg("d_sums"), nb::arg("d_emitted"), nb::arg("threads"),
            nb::call_guard<nb::gil_scoped_release>()
        )
        .def(
            "by_weights",
            [](const BoundEdges& self, const In& emitted, const In& d_sums, const Out& d_weights,
               int threads) {
                const WeightedEdges& edges = self.edges;
                const auto trials = static_cast<int>(emitted.shape(1));
                edge_sums_by_weights(
                    edges, checked("emitted", emitted, {edges.sources, trials}),
                    checked("d_sums", d_sums, {edges.classes, edges.rows, trials}), trials,
                    checked("d_weights", d_weights, {self.count()}), threads
                );
            },
            nb::arg("emitted"), nb::arg("d_sums"), nb::arg("d_weights"), nb::arg("threads"),
            nb::call_guard<nb::gil_scoped_release>()
        );
}

}  // namespace liquidtime
