// Graphs and networks for Python.
#include <nanobind/stl/shared_ptr.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "bind/arrays.hpp"
#include "bind/graph.hpp"
#include "network/network.hpp"

namespace liquidtime {
namespace {

template <class Number>
using Row = nb::ndarray<const Number, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

std::vector<float> copied(const char* name, const In& array, std::size_t size) {
    if (array.size() != size) {
        throw std::invalid_argument(
            std::string(name) + " has " + std::to_string(array.size()) + " numbers; expected " +
            std::to_string(size) + "."
        );
    }
    return {array.data(), array.data() + size};
}

std::vector<float> copied(const char* name, const std::optional<In>& array, std::size_t size) {
    return array ? copied(name, *array, size) : std::vector<float>{};
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

struct BoundNetwork {
    Network network;
    std::size_t size() const {
        return static_cast<std::size_t>(network.graph().rows) *
               static_cast<std::size_t>(network.trials());
    }
};

BoundNetwork* make_network(
    std::shared_ptr<const Graph> graph,
    int trials,
    const In& inverse_capacitance,
    const In& leak_conductance,
    const In& leak_current,
    const In& slope,
    const In& shift,
    const std::optional<In>& synaptic_time,
    const In& unit_conductance,
    const In& reversal_potential,
    const std::optional<In>& class_scale,
    const std::optional<In>& output_gate,
    const std::optional<In>& contact_gate,
    const Row<std::int32_t>& delay,
    const Row<std::int32_t>& own,
    const std::optional<std::tuple<Row<std::int64_t>, Row<std::int32_t>, Row<float>>>& gaps
) {
    const auto rows = static_cast<std::size_t>(graph->rows);
    const auto sources = static_cast<std::size_t>(graph->sources);
    const auto classes = static_cast<std::size_t>(graph->classes);
    const auto many = static_cast<std::size_t>(trials);
    NeuronConstants constants;
    constants.inverse_capacitance = copied("inverse_capacitance", inverse_capacitance, rows);
    constants.leak_conductance = copied("leak_conductance", leak_conductance, rows);
    constants.leak_current = copied("leak_current", leak_current, rows);
    constants.slope = copied("slope", slope, rows);
    constants.shift = copied("shift", shift, rows);
    constants.synaptic_time = copied("synaptic_time", synaptic_time, rows);
    constants.unit_conductance = copied("unit_conductance", unit_conductance, classes);
    constants.reversal_potential = copied("reversal_potential", reversal_potential, classes);
    constants.class_scale = copied("class_scale", class_scale, classes * many);
    constants.output_gate = copied("output_gate", output_gate, sources * many);
    constants.contact_gate = copied("contact_gate", contact_gate, sources * many);
    expect("delay", delay, {graph->rows});
    expect("own", own, {graph->rows});
    constants.delay.assign(delay.data(), delay.data() + rows);
    constants.own.assign(own.data(), own.data() + rows);
    for (std::size_t r = 0; r < rows; ++r) {
        if (constants.delay[r] < 0 || constants.own[r] < 0 || constants.own[r] >= graph->sources) {
            throw std::invalid_argument("a delay is negative, or a row is not among the sources.");
        }
    }
    if (gaps) {
        const auto& [offsets, source, conductance] = *gaps;
        expect("gap offsets", offsets, {graph->rows + 1});
        const auto contacts = static_cast<std::int64_t>(source.shape(0));
        expect("gap conductance", conductance, {contacts});
        constants.gap_offsets.assign(offsets.data(), offsets.data() + rows + 1);
        constants.gap_source.assign(source.data(), source.data() + contacts);
        constants.gap_conductance.assign(conductance.data(), conductance.data() + contacts);
        if (constants.gap_offsets.back() != contacts) {
            throw std::invalid_argument("gap offsets do not end at the number of contacts.");
        }
        for (const std::int32_t j : constants.gap_source) {
            if (j < 0 || j >= graph->sources) {
                throw std::invalid_argument("a gap junction has a source that does not exist.");
            }
        }
    }
    return new BoundNetwork{Network(std::move(graph), std::move(constants), trials)};
}

using DriveTuple =
    std::tuple<std::string, Row<std::int32_t>, In, std::optional<Row<float>>, std::optional<In>>;
using RecordTuple =
    std::tuple<std::string, Row<std::int32_t>, Out, int, double, std::optional<Out>>;

Drive drive_of(const DriveTuple& given, std::int64_t steps, int rows, int trials) {
    const auto& [kind, row, values, reversal, halfway] = given;
    Drive drive;
    drive.kind = kind == "current"       ? DriveKind::current
                 : kind == "conductance" ? DriveKind::conductance
                                         : DriveKind::clamp;
    drive.count = static_cast<int>(row.shape(0));
    drive.row = row.data();
    if (values.ndim() != 3 || static_cast<std::int64_t>(values.shape(0)) < steps ||
        static_cast<int>(values.shape(1)) != drive.count ||
        (values.shape(2) != 1 && static_cast<int>(values.shape(2)) != trials)) {
        throw std::invalid_argument("the values of a drive are not [steps, n, 1 or B].");
    }
    drive.trials = static_cast<int>(values.shape(2));
    drive.values = values.data();
    drive.halfway = checked(
        "halfway", halfway, {static_cast<std::int64_t>(values.shape(0)), drive.count, drive.trials}
    );
    if (drive.kind == DriveKind::conductance) {
        if (!reversal) {
            throw std::invalid_argument("a conductance has no reversal potential.");
        }
        drive.reversal = checked("reversal", *reversal, {drive.count});
    }
    for (int i = 0; i < drive.count; ++i) {
        if (drive.row[i] < 0 || drive.row[i] >= rows) {
            throw std::invalid_argument("a drive reaches a neuron that does not exist.");
        }
    }
    return drive;
}

Recording recording_of(
    const RecordTuple& given, std::int64_t began, std::int64_t steps, const Network& network
) {
    const auto& [variable, row, out, every, time_constant, calcium] = given;
    Recording recording;
    recording.variable = variable == "potential"     ? Variable::potential
                         : variable == "activation"  ? Variable::activation
                         : variable == "conductance" ? Variable::conductance
                         : variable == "current"     ? Variable::current
                                                     : Variable::calcium;
    recording.every = every;
    recording.count = static_cast<int>(row.shape(0));
    recording.row = row.data();
    const std::int64_t samples = (began + steps) / every - began / every;
    recording.out = checked("out", out, {samples, recording.count, network.trials()});
    recording.time_constant = static_cast<float>(time_constant);
    if (recording.variable == Variable::calcium) {
        if (!calcium) {
            throw std::invalid_argument("a calcium signal has nothing to be carried in.");
        }
        recording.calcium = checked("calcium", *calcium, {recording.count, network.trials()});
    }
    const bool activations =
        recording.variable == Variable::activation || recording.variable == Variable::calcium;
    if (activations && network.graph().per_synapse) {
        throw std::invalid_argument("synapses with constants of their own have no one activation.");
    }
    for (int i = 0; i < recording.count; ++i) {
        if (recording.row[i] < 0 || recording.row[i] >= network.graph().rows) {
            throw std::invalid_argument("a neuron to be recorded does not exist.");
        }
    }
    return recording;
}

void run(
    BoundNetwork& self,
    std::int64_t steps,
    double dt,
    const std::string& scheme,
    const std::vector<DriveTuple>& drives,
    const std::vector<RecordTuple>& recordings,
    std::optional<double> threshold,
    int threads,
    const std::string& part
) {
    Network& network = self.network;
    std::vector<Drive> driven;
    for (const DriveTuple& drive : drives) {
        driven.push_back(drive_of(drive, steps, network.graph().rows, network.trials()));
    }
    std::vector<Recording> recorded;
    for (const RecordTuple& recording : recordings) {
        recorded.push_back(recording_of(recording, network.step(), steps, network));
    }
    const Scheme chosen = scheme == "frozen" ? Scheme::frozen
                          : scheme == "ab2"  ? Scheme::extrapolated
                                             : Scheme::midpoint;
    const Part which = part == "first_half"    ? Part::first_half
                       : part == "second_half" ? Part::second_half
                                               : Part::whole;
    const float level =
        threshold ? static_cast<float>(*threshold) : std::numeric_limits<float>::quiet_NaN();
    nb::gil_scoped_release release;
    network.run(steps, static_cast<float>(dt), chosen, driven, recorded, level, threads, which);
}

template <class Number>
nb::ndarray<nb::numpy, Number> owned(
    const std::vector<Number>& numbers, std::vector<std::size_t> shape
) {
    auto* kept = new std::vector<Number>(numbers);
    nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<Number>*>(p); });
    return nb::ndarray<nb::numpy, Number>(kept->data(), shape.size(), shape.data(), owner);
}

}  // namespace

void bind_network(nb::module_& module) {
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
    nb::class_<BoundNetwork>(module, "Network")
        .def(
            nb::new_([](std::shared_ptr<Graph> graph, int trials, const In& a, const In& b,
                        const In& c, const In& d, const In& e, const std::optional<In>& f,
                        const In& g, const In& h, const std::optional<In>& i,
                        const std::optional<In>& j, const std::optional<In>& k,
                        const Row<std::int32_t>& l, const Row<std::int32_t>& m,
                        const std::optional<
                            std::tuple<Row<std::int64_t>, Row<std::int32_t>, Row<float>>>& n) {
                return make_network(graph, trials, a, b, c, d, e, f, g, h, i, j, k, l, m, n);
            }),
            nb::arg("graph"), nb::arg("trials"), nb::arg("inverse_capacitance"),
            nb::arg("leak_conductance"), nb::arg("leak_current"), nb::arg("slope"),
            nb::arg("shift"), nb::arg("synaptic_time").none(), nb::arg("unit_conductance"),
            nb::arg("reversal_potential"), nb::arg("class_scale").none(),
            nb::arg("output_gate").none(), nb::arg("contact_gate").none(), nb::arg("delay"),
            nb::arg("own"), nb::arg("gaps").none()
        )
        .def(
            "start",
            [](BoundNetwork& self, const In& potentials, const std::optional<In>& activation) {
                const std::vector<float> v = copied("potentials", potentials, self.size());
                const std::vector<float> s = copied("activation", activation, self.size());
                self.network.start(v.data(), s.empty() ? nullptr : s.data());
            },
            nb::arg("potentials"), nb::arg("activation").none() = nb::none()
        )
        .def(
            "deliver",
            [](BoundNetwork& self, const Row<std::int32_t>& sources, const In& emitted,
               const std::optional<In>& potentials, int ahead, bool half) {
                const auto count = static_cast<std::int64_t>(sources.shape(0));
                for (std::int64_t i = 0; i < count; ++i) {
                    if (sources.data()[i] < 0 ||
                        sources.data()[i] >= self.network.graph().sources) {
                        throw std::invalid_argument("a source does not exist.");
                    }
                }
                self.network.deliver(
                    sources.data(), static_cast<int>(count),
                    checked("emitted", emitted, {count, self.network.trials()}),
                    checked("potentials", potentials, {count, self.network.trials()}), ahead, half
                );
            },
            nb::arg("sources"), nb::arg("emitted"), nb::arg("potentials").none(), nb::arg("ahead"),
            nb::arg("half") = false
        )
        .def(
            "run", &run, nb::arg("steps"), nb::arg("dt"), nb::arg("scheme"), nb::arg("drives"),
            nb::arg("recordings"), nb::arg("threshold").none(), nb::arg("threads"),
            nb::arg("part") = "whole"
        )
        .def(
            "send_on_delta",
            [](BoundNetwork& self, double epsilon, int threads) {
                nb::gil_scoped_release release;
                self.network.send_on_delta(static_cast<float>(epsilon), threads);
            },
            nb::arg("epsilon"), nb::arg("threads")
        )
        .def(
            "delta_error",
            [](BoundNetwork& self, int threads) {
                nb::gil_scoped_release release;
                return self.network.delta_error(threads);
            },
            nb::arg("threads")
        )
        .def(
            "sums",
            [](BoundNetwork& self, const Out& out, int threads) {
                const Graph& graph = self.network.graph();
                if (out.size() != self.size() * static_cast<std::size_t>(graph.classes)) {
                    throw std::invalid_argument("out has not K · R · B numbers.");
                }
                nb::gil_scoped_release release;
                self.network.sums(out.data(), threads);
            },
            nb::arg("out"), nb::arg("threads")
        )
        .def(
            "potentials",
            [](const BoundNetwork& self, bool half) {
                return owned(
                    self.network.potentials(half),
                    {static_cast<std::size_t>(self.network.graph().rows),
                     static_cast<std::size_t>(self.network.trials())}
                );
            },
            nb::arg("half") = false
        )
        .def(
            "activations",
            [](const BoundNetwork& self, bool half) {
                const auto& found = self.network.activations(half);
                const std::size_t rows =
                    found.empty() ? 0 : static_cast<std::size_t>(self.network.graph().rows);
                return owned(found, {rows, static_cast<std::size_t>(self.network.trials())});
            },
            nb::arg("half") = false
        )
        .def(
            "take_events",
            [](BoundNetwork& self) {
                const std::vector<Event> events = self.network.take_events();
                std::vector<std::int64_t> flat;
                flat.reserve(3 * events.size());
                for (const Event& event : events) {
                    flat.insert(flat.end(), {event.step, event.row, event.trial});
                }
                return owned(flat, {events.size(), 3});
            }
        )
        .def(
            "state",
            [](BoundNetwork& self) {
                nb::dict found;
                for (const auto& [name, values] : self.network.state()) {
                    found[name.c_str()] = owned(*values, {values->size()});
                }
                for (const auto& [name, values] : self.network.exact_state()) {
                    found[name.c_str()] = owned(*values, {values->size()});
                }
                return found;
            }
        )
        .def(
            "restore",
            [](BoundNetwork& self, const nb::dict& state, std::int64_t step, bool continued) {
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
            },
            nb::arg("state"), nb::arg("step"), nb::arg("continued")
        )
        .def("forget", [](BoundNetwork& self) { self.network.forget(); })
        .def_prop_ro("step", [](const BoundNetwork& self) { return self.network.step(); })
        .def_prop_ro("continued", [](const BoundNetwork& self) { return self.network.continued(); })
        .def_prop_ro("work_share", [](const BoundNetwork& self) {
            return self.network.work_share();
        });
}

}  // namespace liquidtime
