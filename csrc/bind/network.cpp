// Networks of neurons for Python.
#include <nanobind/stl/shared_ptr.h>

#include <algorithm>

#include "bind/arrays.hpp"
#include "bind/graph.hpp"
#include "bind/weights.hpp"
#include "network/network.hpp"

namespace liquidtime {
namespace {

std::vector<float> copied(const char* name, const In& array, std::size_t size) {
    if (array.size() != size) {
        throw std::invalid_argument(
            std::string(name) + " has " + std::to_string(array.size()) + " numbers; expected " +
            std::to_string(size) + "."
        );
    }
    return {array.data(), array.data() + size};
}

struct BoundNetwork {
    Network network;
    int rows() const { return network.graph().rows; }
    int trials() const { return network.trials(); }
    std::size_t size() const {
        return static_cast<std::size_t>(rows()) * static_cast<std::size_t>(trials());
    }
};

using Gaps = std::tuple<Row<std::int64_t>, Row<std::int32_t>, Row<float>>;

void take_gaps(const Gaps& gaps, const Graph& graph, NeuronConstants& constants) {
    const auto& [offsets, source, conductance] = gaps;
    const auto contacts = static_cast<std::int64_t>(source.shape(0));
    expect("gap offsets", offsets, {graph.rows + 1});
    expect_offsets("gap offsets", offsets, contacts);
    expect_below("gap sources", source, graph.sources);
    expect("gap conductance", conductance, {contacts});
    constants.gap_offsets.assign(offsets.data(), offsets.data() + graph.rows + 1);
    constants.gap_source.assign(source.data(), source.data() + contacts);
    constants.gap_conductance.assign(conductance.data(), conductance.data() + contacts);
}

// `given` holds the constants by name; see _native.pyi.
BoundNetwork* make_network(std::shared_ptr<const Graph> graph, int trials, const nb::dict& given) {
    expect_at_least("trials", trials, 1);
    const auto rows = static_cast<std::size_t>(graph->rows);
    const auto sources =
        static_cast<std::size_t>(graph->sources) * static_cast<std::size_t>(trials);
    const auto classes = static_cast<std::size_t>(graph->classes);
    const auto some = [&](const char* name, std::size_t size) {
        const nb::object array = given[name];
        return array.is_none() ? std::vector<float>{} : copied(name, nb::cast<In>(array), size);
    };
    const auto needed = [&](const char* name, std::size_t size) {
        return copied(name, nb::cast<In>(given[name]), size);
    };
    NeuronConstants constants;
    constants.inverse_capacitance = needed("inverse_capacitance", rows);
    constants.leak_conductance = needed("leak_conductance", rows);
    constants.leak_current = needed("leak_current", rows);
    // A synapse with constants of its own has these with it.
    constants.slope = graph->per_synapse ? some("slope", rows) : needed("slope", rows);
    constants.shift = graph->per_synapse ? some("shift", rows) : needed("shift", rows);
    constants.synaptic_time = some("synaptic_time", rows);
    constants.unit_conductance = needed("unit_conductance", classes);
    constants.reversal_potential = needed("reversal_potential", classes);
    constants.class_scale = some("class_scale", classes * static_cast<std::size_t>(trials));
    constants.output_gate = some("output_gate", sources);
    constants.contact_gate = some("contact_gate", sources);
    const auto delay = nb::cast<Row<std::int32_t>>(given["delay"]);
    const auto own = nb::cast<Row<std::int32_t>>(given["own"]);
    expect("delay", delay, {graph->rows});
    expect("own", own, {graph->rows});
    constants.delay.assign(delay.data(), delay.data() + rows);
    constants.own.assign(own.data(), own.data() + rows);
    for (std::size_t r = 0; r < rows; ++r) {
        if (constants.delay[r] < 0 || constants.own[r] < 0 || constants.own[r] >= graph->sources) {
            throw std::invalid_argument("a delay is negative, or a row is not among the sources.");
        }
    }
    constants.compensated = given.contains("compensated") && nb::cast<bool>(given["compensated"]);
    const nb::object gaps = given["gaps"];
    if (!gaps.is_none()) {
        take_gaps(nb::cast<Gaps>(gaps), *graph, constants);
    }
    return new BoundNetwork{Network(std::move(graph), std::move(constants), trials)};
}

// Neurons and, for each thing that they are given, values [steps, n, 1 or B].
using GivenTuple = std::tuple<Row<std::int32_t>, In>;
using PairTuple = std::tuple<Row<std::int32_t>, In, In>;
using TraceTuple = std::tuple<std::string, Row<std::int32_t>, Out, int>;

void expect_rows(const Row<std::int32_t>& row, int rows, const char* problem) {
    const std::int32_t* last = row.data() + row.shape(0);
    if (std::any_of(row.data(), last, [&](std::int32_t r) { return r < 0 || r >= rows; })) {
        throw std::invalid_argument(problem);
    }
}

Given given_of(
    const Row<std::int32_t>& row, const In& values, std::int64_t steps, const BoundNetwork& self
) {
    const auto count = static_cast<int>(row.shape(0));
    if (values.ndim() != 3 || static_cast<std::int64_t>(values.shape(0)) != steps ||
        static_cast<int>(values.shape(1)) != count ||
        (values.shape(2) != 1 && static_cast<int>(values.shape(2)) != self.trials())) {
        throw std::invalid_argument("what comes from outside is not [steps, n, 1 or B].");
    }
    expect_rows(row, self.rows(), "what comes from outside reaches a neuron that does not exist.");
    return {count, static_cast<int>(values.shape(2)), row.data(), values.data()};
}

Trace trace_of(const TraceTuple& given, std::int64_t steps, const BoundNetwork& self) {
    const auto& [variable, row, out, every] = given;
    Trace trace;
    trace.variable = one_of<Variable>(
        "variable", variable,
        {{"potential", Variable::potential},
         {"activation", Variable::activation},
         {"conductance", Variable::conductance},
         {"drive", Variable::drive}}
    );
    expect_at_least("every", every, 1);
    if (trace.variable == Variable::activation && self.network.graph().per_synapse) {
        throw std::invalid_argument("synapses with constants of their own have no one activation.");
    }
    trace.every = every;
    trace.count = static_cast<int>(row.shape(0));
    trace.row = row.data();
    const std::int64_t began = self.network.step();
    const std::int64_t samples = (began + steps) / every - began / every;
    trace.out = checked("out", out, {samples, trace.count, self.trials()});
    expect_rows(row, self.rows(), "a neuron to be traced does not exist.");
    // Neighbours are recorded by one copy.
    trace.in_a_row = true;
    for (int i = 1; i < trace.count; ++i) {
        trace.in_a_row &= trace.row[i] == trace.row[i - 1] + 1;
    }
    return trace;
}

Stride stride_of(double dt, const std::string& scheme, const std::string& part) {
    Stride stride;
    stride.dt = static_cast<float>(dt);
    stride.scheme = one_of<Scheme>(
        "scheme", scheme,
        {{"frozen", Scheme::frozen}, {"ab2", Scheme::extrapolated}, {"midpoint", Scheme::midpoint}}
    );
    stride.part = one_of<Part>(
        "part", part,
        {{"whole", Part::whole},
         {"first_half", Part::first_half},
         {"second_half", Part::second_half}}
    );
    return stride;
}

void advance(
    BoundNetwork& self,
    std::int64_t steps,
    const std::tuple<double, std::string, std::string>& stride,
    const std::optional<GivenTuple>& current,
    const std::optional<PairTuple>& conductance,
    const std::optional<PairTuple>& clamp,
    const std::vector<TraceTuple>& traces,
    int threads
) {
    expect_at_least("steps", steps, 0);
    Outside outside;
    if (current) {
        const auto& [row, values] = *current;
        outside.current = given_of(row, values, steps, self);
    }
    if (conductance) {
        const auto& [row, values, drive] = *conductance;
        outside.conductance = given_of(row, values, steps, self);
        outside.drive = given_of(row, drive, steps, self);
    }
    if (clamp) {
        const auto& [row, values, halfway] = *clamp;
        outside.clamp = given_of(row, values, steps, self);
        outside.halfway = given_of(row, halfway, steps, self);
    }
    std::vector<Trace> traced;
    for (const TraceTuple& trace : traces) {
        traced.push_back(trace_of(trace, steps, self));
    }
    const auto& [dt, scheme, part] = stride;
    const Stride taken = stride_of(dt, scheme, part);
    nb::gil_scoped_release release;
    self.network.advance(steps, taken, outside, traced, threads);
}

void start(BoundNetwork& self, const In& potentials, const std::optional<In>& activation) {
    const std::vector<float> v = copied("potentials", potentials, self.size());
    std::vector<float> s;
    if (activation) {
        s = copied("activation", *activation, self.size());
    }
    self.network.start(v.data(), activation ? s.data() : nullptr);
}

void adopt(BoundNetwork& self, const In& potentials) {
    self.network.adopt(copied("potentials", potentials, self.size()).data());
}

void deliver(
    BoundNetwork& self,
    const Row<std::int32_t>& sources,
    const In& emitted,
    const std::optional<In>& potentials,
    int ahead,
    bool half
) {
    expect_at_least("ahead", ahead, 0);
    const auto count = static_cast<std::int64_t>(sources.shape(0));
    expect_rows(sources, self.network.graph().sources, "a source does not exist.");
    self.network.deliver(
        sources.data(), static_cast<int>(count),
        checked("emitted", emitted, {count, self.trials()}),
        checked("potentials", potentials, {count, self.trials()}), ahead, half
    );
}

void sums(BoundNetwork& self, const Out& out, int threads) {
    if (out.size() != self.size() * static_cast<std::size_t>(self.network.graph().classes)) {
        throw std::invalid_argument("out has not K · R · B numbers.");
    }
    nb::gil_scoped_release release;
    self.network.sums(out.data(), threads);
}

template <class Number>
nb::ndarray<nb::numpy, Number> owned(
    const std::vector<Number>& numbers, std::vector<std::size_t> shape
) {
    // A copy, since the network goes on to change its own.
    auto* kept = new std::vector<Number>(numbers);
    nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<Number>*>(p); });
    return nb::ndarray<nb::numpy, Number>(kept->data(), shape.size(), shape.data(), owner);
}

auto potentials(const BoundNetwork& self, bool half) {
    return owned(
        self.network.potentials(half),
        {static_cast<std::size_t>(self.rows()), static_cast<std::size_t>(self.trials())}
    );
}

auto activations(const BoundNetwork& self, bool half) {
    const auto& found = self.network.activations(half);
    const std::size_t rows = found.empty() ? 0 : static_cast<std::size_t>(self.rows());
    return owned(found, {rows, static_cast<std::size_t>(self.trials())});
}

nb::dict state(BoundNetwork& self) {
    nb::dict found;
    for (const auto& [name, values] : self.network.state()) {
        found[name.c_str()] = owned(*values, {values->size()});
    }
    for (const auto& [name, values] : self.network.exact_state()) {
        found[name.c_str()] = owned(*values, {values->size()});
    }
    return found;
}

void restore(BoundNetwork& self, const nb::dict& state, std::int64_t step, bool continued) {
    expect_at_least("step", step, 0);
    for (const auto& [name, values] : self.network.state()) {
        const In given = nb::cast<In>(state[name.c_str()]);
        *values = copied(name.c_str(), given, values->size());
    }
    for (const auto& [name, values] : self.network.exact_state()) {
        const auto given = nb::cast<Row<double>>(state[name.c_str()]);
        expect(name.c_str(), given, {static_cast<std::int64_t>(values->size())});
        values->assign(given.data(), given.data() + values->size());
    }
    self.network.set_step(step, continued);
}

void send_on_delta(BoundNetwork& self, double epsilon, int threads) {
    nb::gil_scoped_release release;
    self.network.send_on_delta(static_cast<float>(epsilon), threads);
}

double delta_error(BoundNetwork& self, int threads) {
    nb::gil_scoped_release release;
    return self.network.delta_error(threads);
}

}  // namespace

void bind_network(nb::module_& module) {
    nb::class_<BoundNetwork>(module, "Network")
        .def(
            nb::new_([](std::shared_ptr<Graph> graph, int trials, const nb::dict& constants) {
                return make_network(std::move(graph), trials, constants);
            }),
            nb::arg("graph"), nb::arg("trials"), nb::arg("constants")
        )
        .def("start", &start, nb::arg("potentials"), nb::arg("activation").none() = nb::none())
        .def("adopt", &adopt, nb::arg("potentials"))
        .def(
            "deliver", &deliver, nb::arg("sources"), nb::arg("emitted"),
            nb::arg("potentials").none(), nb::arg("ahead"), nb::arg("half") = false
        )
        .def(
            "advance", &advance, nb::arg("steps"), nb::arg("stride"), nb::arg("current").none(),
            nb::arg("conductance").none(), nb::arg("clamp").none(), nb::arg("traces").noconvert(),
            nb::arg("threads")
        )
        .def("send_on_delta", &send_on_delta, nb::arg("epsilon"), nb::arg("threads"))
        .def("delta_error", &delta_error, nb::arg("threads"))
        .def("sums", &sums, nb::arg("out").noconvert(), nb::arg("threads"))
        .def("potentials", &potentials, nb::arg("half") = false)
        .def("activations", &activations, nb::arg("half") = false)
        .def("state", &state)
        .def("restore", &restore, nb::arg("state"), nb::arg("step"), nb::arg("continued"))
        .def("forget", [](BoundNetwork& self) { self.network.forget(); })
        .def_prop_ro("step", [](const BoundNetwork& self) { return self.network.step(); })
        .def_prop_ro("continued", [](const BoundNetwork& self) { return self.network.continued(); })
        .def_prop_ro(
            "graph_bytes", [](const BoundNetwork& self) { return self.network.graph().bytes(); }
        )
        .def_prop_ro("work_share", [](const BoundNetwork& self) {
            return self.network.work_share();
        });
}

}  // namespace liquidtime
