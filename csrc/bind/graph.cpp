// Graphs of neurons for Python.
#include "bind/graph.hpp"

#include <nanobind/stl/shared_ptr.h>

#include <algorithm>
#include <thread>

#include "bind/arrays.hpp"
#include "core/finite.hpp"
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
    expect_at_least("neurons", neurons, 0);
    expect_below("sources", sources, neurons);
    expect_below("targets", targets, neurons);
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
    const auto count = static_cast<std::int64_t>(source.shape(0));
    expect_offsets("offsets", offsets, count);
    expect_offsets("source_offsets", source_offsets, count);
    expect_at_least("class_count", class_count, 1);
    WeightedEdges edges;
    edges.rows = static_cast<int>(offsets.shape(0)) - 1;
    edges.sources = static_cast<int>(source_offsets.shape(0)) - 1;
    edges.classes = class_count;
    edges.offsets = offsets.data();
    expect_below("source", source, edges.sources);
    expect_below("classes", classes, class_count);
    expect_below("place", place, static_cast<std::int64_t>(class_count) * edges.rows);
    edges.source = source.data();
    edges.edge_class = checked("classes", classes, {count});
    edges.source_offsets = source_offsets.data();
    edges.place = checked("place", place, {count});
    return new BoundEdges{edges};
}

// Numbers of synapses, which are finite and not negative.
template <class Number>
const Number* counted(const Row<Number>& counts, std::int64_t edges) {
    expect("counts", counts, {edges});
    for (std::int64_t e = 0; e < edges; ++e) {
        if (!is_gap(static_cast<float>(counts.data()[e]))) {
            throw std::invalid_argument(
                "counts has " + std::to_string(counts.data()[e]) + " at " + std::to_string(e) +
                "; expected finite numbers, 0 or more."
            );
        }
    }
    return counts.data();
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
    const auto number = static_cast<std::int64_t>(sources.shape(0));
    expect_offsets("offsets", offsets, number);
    expect_at_least("class_count", class_count, 1);
    expect_at_least("source_count", source_count, 0);
    EdgeList edges;
    edges.rows = extent("offsets", offsets, 0) - 1;
    edges.sources = source_count;
    edges.classes = class_count;
    edges.offsets = offsets.data();
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
        edges.count8 = counted(count8, number);
    } else if (nb::try_cast(counts, count16, false)) {
        edges.count16 = counted(count16, number);
    } else if (nb::try_cast(counts, count32, false)) {
        edges.count32 = counted(count32, number);
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
                const int trials = extent("emitted", emitted, 1);
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
                const int trials = extent("d_emitted", d_emitted, 1);
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
                const int trials = extent("emitted", emitted, 1);
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
