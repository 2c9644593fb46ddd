// The recurrences for Python.
#include "bind_recurrence.hpp"

#include "arrays.hpp"
#include "dispatch.hpp"
#include "finite.hpp"

namespace liquidtime {
namespace {

using AffineArrays = std::tuple<In, In>;
using AffineOut = std::tuple<Out, Out>;
using MemoryArrays = std::tuple<In, In, In>;
using MemoryOut = std::tuple<Out, Out, Out>;
using GroupArrays =
    std::tuple<Indices, Indices, Flags, In, In, std::optional<In>, std::optional<In>>;
using GroupOut = std::tuple<Out, Out, std::optional<Out>, std::optional<Out>>;
using SynapseArrays = std::tuple<In, In, In, In, std::optional<Flags>>;
using SynapseOut = std::tuple<Out, Out, Out, Out>;

template <class Name>
Name one_of(
    const char* what, const std::string& given, std::initializer_list<std::pair<const char*, Name>> known
) {
    std::string names;
    for (const auto& [name, value] : known) {
        if (given == name) {
            return value;
        }
        names += (names.empty() ? "'" : ", '") + std::string(name) + "'";
    }
    throw std::invalid_argument(std::string(what) + " is '" + given + "'; expected one of " + names + ".");
}

Variant variant_of(const std::string& name) {
    return one_of<Variant>(
        "variant",
        name,
        {{"gated", Variant::gated},
         {"no_gate", Variant::no_gate},
         {"closed_form", Variant::closed_form}}
    );
}

Layout layout_of(const std::string& name) {
    return one_of<Layout>("layout", name, {{"state", Layout::state}, {"input", Layout::input}});
}

int heads_of(Variant variant) { return variant == Variant::closed_form ? 1 : 4; }

Affine affine(const char* name, const AffineArrays& arrays, std::int64_t rows, std::int64_t columns) {
    const auto& [weight, bias] = arrays;
    expect(name, weight, {rows, columns});
    expect(name, bias, {rows});
    return {matrix(name, weight), bias.data()};
}

AffineGradient affine_gradient(const AffineOut& arrays, std::int64_t rows, std::int64_t columns) {
    const auto& [weight, bias] = arrays;
    return {
        checked("gradient of a weight", weight, {rows, columns}),
        checked("gradient of a bias", bias, {rows})
    };
}

MemoryWeights memory_of(const std::optional<MemoryArrays>& arrays, int hidden) {
    if (!arrays) {
        return {};
    }
    const auto& [input, recurrent, bias] = *arrays;
    expect("memory's recurrent weight", recurrent, {4 * hidden, hidden});
    expect("memory's bias", bias, {4 * hidden});
    MemoryWeights weights{matrix("memory's input weight", input), matrix("", recurrent), bias.data()};
    expect("memory's input weight", input, {4 * hidden, weights.input.columns});
    return weights;
}

MemoryGradient memory_gradient(const std::optional<MemoryOut>& arrays, int input, int hidden) {
    if (!arrays) {
        return {};
    }
    const auto& [in, recurrent, bias] = *arrays;
    return {
        checked("gradient of the memory's input weight", in, {4 * hidden, input}),
        checked("gradient of the memory's recurrent weight", recurrent, {4 * hidden, hidden}),
        checked("gradient of the memory's bias", bias, {4 * hidden})
    };
}

template <class Kind>
Forward forward_of(
    const Bound<Kind>& bound,
    const In& x,
    const In& h,
    const std::optional<In>& c,
    const Strided& elapsed,
    const std::optional<Flags>& active,
    const std::vector<In>& dropout,
    const Out& output,
    const Out& h_last,
    const std::optional<Out>& c_last,
    const std::optional<Out>& saved,
    const std::optional<Out>& memories,
    int threads
) {
    const Recurrence& recurrence = *bound.recurrence;
    if (x.ndim() != 3) {
        throw std::invalid_argument("x is not [B, T, D].");
    }
    const auto batch = static_cast<std::int64_t>(x.shape(0));
    const auto steps = static_cast<std::int64_t>(x.shape(1));
    const std::int64_t hidden = recurrence.hidden_size();
    Forward call;
    call.batch = static_cast<int>(batch);
    call.steps = static_cast<int>(steps);
    call.x = checked("x", x, {batch, steps, recurrence.input_size()});
    call.h = checked("h", h, {batch, hidden});
    expect("elapsed", elapsed, {batch, steps});
    call.elapsed = {elapsed.data(), elapsed.stride(0), elapsed.stride(1)};
    call.active =
        reinterpret_cast<const std::uint8_t*>(checked("active", active, {batch, steps}));
    if (!dropout.empty() && dropout.size() != bound.backbone.size()) {
        throw std::invalid_argument("dropout has not one factor a backbone layer.");
    }
    for (std::size_t i = 0; i < dropout.size(); ++i) {
        call.dropout.push_back(checked("dropout", dropout[i], {batch, steps, bound.backbone[i]}));
    }
    call.output = checked("output", output, {batch, steps, hidden});
    call.h_last = checked("h_last", h_last, {batch, hidden});
    if (bound.memory != c.has_value() || bound.memory != c_last.has_value()) {
        throw std::invalid_argument("c and c_last belong to a recurrence with memory, and to no other.");
    }
    call.c = checked("c", c, {batch, hidden});
    call.c_last = checked("c_last", c_last, {batch, hidden});
    call.saved = checked("saved", saved, {steps, batch, recurrence.saved_size()});
    call.memories = checked("memories", memories, {batch, steps, hidden});
    call.threads = threads < 1 ? 1 : threads;
    return call;
}

Backward backward_of(
    const Forward& forward,
    const Recurrence& recurrence,
    const In& d_output,
    const In& d_h_last,
    const std::optional<In>& d_c_last,
    const std::optional<Out>& d_x,
    const Out& d_h,
    const std::optional<Out>& d_c,
    const std::optional<Out>& d_elapsed
) {
    const std::int64_t batch = forward.batch;
    const std::int64_t steps = forward.steps;
    const std::int64_t hidden = recurrence.hidden_size();
    if (forward.saved == nullptr && recurrence.saved_size() > 0) {
        throw std::invalid_argument("saved is missing; the backward pass needs what forward put there.");
    }
    if (forward.c != nullptr &&
        (forward.memories == nullptr || !d_c_last.has_value() || !d_c.has_value())) {
        throw std::invalid_argument("memories, d_c_last and d_c are needed with memory.");
    }
    Backward call;
    call.forward = forward;
    call.d_output = checked("d_output", d_output, {batch, steps, hidden});
    call.d_h_last = checked("d_h_last", d_h_last, {batch, hidden});
    call.d_c_last = checked("d_c_last", d_c_last, {batch, hidden});
    call.d_x = checked("d_x", d_x, {batch, steps, recurrence.input_size()});
    call.d_h = checked("d_h", d_h, {batch, hidden});
    call.d_c = checked("d_c", d_c, {batch, hidden});
    call.d_elapsed = checked("d_elapsed", d_elapsed, {batch, steps});
    return call;
}

Bound<CfC> make_cfc(
    const std::string& variant,
    const std::string& activation,
    int input_size,
    int hidden_size,
    const std::vector<AffineArrays>& backbone,
    const AffineArrays& heads,
    const std::optional<In>& decay,
    const std::optional<In>& target,
    const std::optional<MemoryArrays>& memory,
    const std::string& layout,
    std::optional<float> one_elapsed,
    bool bfloat16,
    bool differentiable,
    bool differentiable_elapsed
) {
    CfCWeights weights;
    weights.variant = variant_of(variant);
    weights.activation = one_of<Activation>(
        "activation",
        activation,
        {{"lecun_tanh", Activation::lecun_tanh},
         {"silu", Activation::silu},
         {"relu", Activation::relu},
         {"tanh", Activation::tanh},
         {"gelu", Activation::gelu}}
    );
    weights.input_size = input_size;
    weights.hidden_size = hidden_size;
    Bound<CfC> bound;
    int width = input_size + hidden_size;
    for (const AffineArrays& layer : backbone) {
        const int units = static_cast<int>(std::get<0>(layer).shape(0));
        weights.backbone.push_back(affine("backbone", layer, units, width));
        bound.backbone.push_back(units);
        width = units;
    }
    weights.heads = affine("heads", heads, heads_of(weights.variant) * hidden_size, width);
    weights.decay = checked("decay", decay, {hidden_size});
    weights.target = checked("target", target, {hidden_size});
    if (weights.variant == Variant::closed_form && !(decay && target)) {
        throw std::invalid_argument("the closed form needs decay and target.");
    }
    weights.memory = memory.has_value();
    weights.layout = layout_of(layout);
    weights.lstm = memory_of(memory, hidden_size);
    weights.one_elapsed = one_elapsed.has_value();
    weights.elapsed = one_elapsed.value_or(0.0f);
    weights.bfloat16 = bfloat16 && kernels().bfloat16;
    weights.differentiable = differentiable;
    weights.differentiable_elapsed = differentiable_elapsed;
    bound.memory = weights.memory;
    bound.variant = weights.variant;
    bound.heads_in = width;
    bound.cell_in = input_size + hidden_size;
    bound.recurrence = kernels().cfc(weights);
    return bound;
}

CfCGradient gradient_of(
    const Bound<CfC>& bound,
    const std::tuple<
        std::vector<AffineOut>,
        AffineOut,
        std::optional<Out>,
        std::optional<Out>,
        std::optional<MemoryOut>>& arrays
) {
    const auto& [backbone, heads, decay, target, memory] = arrays;
    const int hidden = bound.recurrence->hidden_size();
    CfCGradient gradient;
    if (backbone.size() != bound.backbone.size()) {
        throw std::invalid_argument("gradients has not one entry a backbone layer.");
    }
    int width = bound.cell_in;
    for (std::size_t i = 0; i < backbone.size(); ++i) {
        gradient.backbone.push_back(affine_gradient(backbone[i], bound.backbone[i], width));
        width = bound.backbone[i];
    }
    gradient.heads = affine_gradient(heads, heads_of(bound.variant) * hidden, bound.heads_in);
    gradient.decay = checked("gradient of decay", decay, {hidden});
    gradient.target = checked("gradient of target", target, {hidden});
    gradient.lstm = memory_gradient(memory, bound.recurrence->input_size(), hidden);
    return gradient;
}

Bound<Circuit> make_circuit(
    const std::string& variant,
    int input_size,
    int hidden_size,
    const std::vector<GroupArrays>& groups,
    const std::optional<MemoryArrays>& memory,
    const std::string& layout,
    bool differentiable,
    bool differentiable_elapsed
) {
    CircuitWeights weights;
    Bound<Circuit> bound;
    weights.variant = variant_of(variant);
    weights.input_size = input_size;
    weights.hidden_size = hidden_size;
    std::int64_t seen = input_size;
    for (const auto& [neuron, source, mask, weight, bias, decay, target] : groups) {
        GroupWeights group;
        group.neurons = static_cast<int>(neuron.size());
        group.sources = static_cast<int>(source.size());
        group.neuron = checked("neurons", neuron, {group.neurons});
        group.source = checked("sources", source, {group.sources});
        for (int i = 0; i < group.neurons; ++i) {
            if (group.neuron[i] < 0 || group.neuron[i] >= hidden_size) {
                throw std::invalid_argument("a group has a neuron that the network does not have.");
            }
        }
        for (int i = 0; i < group.sources; ++i) {
            if (group.source[i] < 0 || group.source[i] >= seen) {
                throw std::invalid_argument("a group has a source that comes after it.");
            }
        }
        seen += group.neurons;
        const int width = group.sources + group.neurons;
        group.mask = reinterpret_cast<const std::uint8_t*>(
            checked("mask", mask, {group.neurons, width})
        );
        group.heads = affine(
            "heads", {weight, bias}, heads_of(weights.variant) * group.neurons, width
        );
        group.decay = checked("decay", decay, {group.neurons});
        group.target = checked("target", target, {group.neurons});
        weights.groups.push_back(group);
        bound.groups.emplace_back(group.neurons, group.sources);
    }
    if (seen != input_size + hidden_size) {
        throw std::invalid_argument("the groups are no partition of the neurons.");
    }
    weights.memory = memory.has_value();
    weights.layout = layout_of(layout);
    weights.lstm = memory_of(memory, hidden_size);
    weights.differentiable = differentiable;
    weights.differentiable_elapsed = differentiable_elapsed;
    bound.memory = weights.memory;
    bound.variant = weights.variant;
    bound.recurrence = kernels().circuit(weights);
    return bound;
}

CircuitGradient gradient_of(
    const Bound<Circuit>& bound,
    const std::tuple<std::vector<GroupOut>, std::optional<MemoryOut>>& arrays
) {
    const auto& [groups, memory] = arrays;
    CircuitGradient gradient;
    if (groups.size() != bound.groups.size()) {
        throw std::invalid_argument("gradients has not one entry a group.");
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto& [weight, bias, decay, target] = groups[i];
        const auto [neurons, sources] = bound.groups[i];
        gradient.groups.push_back({
            affine_gradient({weight, bias}, heads_of(bound.variant) * neurons, sources + neurons),
            checked("gradient of decay", decay, {neurons}),
            checked("gradient of target", target, {neurons})
        });
    }
    gradient.lstm =
        memory_gradient(memory, bound.recurrence->input_size(), bound.recurrence->hidden_size());
    return gradient;
}

SynapseWeights synapses(const SynapseArrays& arrays, int neurons) {
    const auto& [conductance, midpoint, steepness, reversal, mask] = arrays;
    const int sources = matrix("conductance", conductance).rows;
    return {
        sources,
        neurons,
        checked("conductance", conductance, {sources, neurons}),
        checked("midpoint", midpoint, {sources, neurons}),
        checked("steepness", steepness, {sources, neurons}),
        checked("reversal_potential", reversal, {sources, neurons}),
        reinterpret_cast<const std::uint8_t*>(checked("mask", mask, {sources, neurons}))
    };
}

SynapseGradient synapse_gradient(const SynapseOut& arrays, int sources, int neurons) {
    const auto& [conductance, midpoint, steepness, reversal] = arrays;
    return {
        checked("gradient of conductance", conductance, {sources, neurons}),
        checked("gradient of midpoint", midpoint, {sources, neurons}),
        checked("gradient of steepness", steepness, {sources, neurons}),
        checked("gradient of reversal_potential", reversal, {sources, neurons})
    };
}

Bound<LTC> make_ltc(
    const std::string& integrator,
    int unfolds,
    const In& membrane_capacitance,
    const In& leak_conductance,
    const In& leak_potential,
    const SynapseArrays& recurrent,
    const SynapseArrays& sensory
) {
    const int neurons = static_cast<int>(membrane_capacitance.size());
    LTCWeights weights;
    weights.integrator = one_of<Integrator>(
        "integrator",
        integrator,
        {{"fused", Integrator::fused}, {"exponential", Integrator::exponential}}
    );
    weights.unfolds = unfolds;
    weights.membrane_capacitance = checked("membrane_capacitance", membrane_capacitance, {neurons});
    weights.leak_conductance = checked("leak_conductance", leak_conductance, {neurons});
    weights.leak_potential = checked("leak_potential", leak_potential, {neurons});
    weights.recurrent = synapses(recurrent, neurons);
    weights.sensory = synapses(sensory, neurons);
    if (weights.recurrent.sources != neurons) {
        throw std::invalid_argument("recurrent synapses are not [N, N].");
    }
    Bound<LTC> bound;
    bound.recurrence = kernels().ltc(weights);
    return bound;
}

LTCGradient gradient_of(
    const Bound<LTC>& bound, const std::tuple<Out, Out, Out, SynapseOut, SynapseOut>& arrays
) {
    const auto& [capacitance, conductance, potential, recurrent, sensory] = arrays;
    const int neurons = bound.recurrence->hidden_size();
    return {
        checked("gradient of membrane_capacitance", capacitance, {neurons}),
        checked("gradient of leak_conductance", conductance, {neurons}),
        checked("gradient of leak_potential", potential, {neurons}),
        synapse_gradient(recurrent, neurons, neurons),
        synapse_gradient(sensory, bound.recurrence->input_size(), neurons)
    };
}

template <class Gradients, class Kind>
void bind_runs(nb::class_<Bound<Kind>>& bound_class) {
    using B = Bound<Kind>;
    bound_class
        .def_prop_ro("input_size", [](const B& bound) { return bound.recurrence->input_size(); })
        .def_prop_ro("hidden_size", [](const B& bound) { return bound.recurrence->hidden_size(); })
        .def_prop_ro("saved_size", [](const B& bound) { return bound.recurrence->saved_size(); })
        .def(
            "forward",
            [](const B& bound,
               const In& x,
               const In& h,
               const std::optional<In>& c,
               const Strided& elapsed,
               const std::optional<Flags>& active,
               const std::vector<In>& dropout,
               const Out& output,
               const Out& h_last,
               const std::optional<Out>& c_last,
               const std::optional<Out>& saved,
               const std::optional<Out>& memories,
               int threads) {
                const Forward call = forward_of(
                    bound, x, h, c, elapsed, active, dropout, output, h_last, c_last, saved, memories, threads
                );
                nb::gil_scoped_release release;
                bound.recurrence->forward(call);
            },
            nb::arg("x"),
            nb::arg("h"),
            nb::arg("c").none(),
            nb::arg("elapsed"),
            nb::arg("active").none(),
            nb::arg("dropout"),
            nb::arg("output").noconvert(),
            nb::arg("h_last").noconvert(),
            nb::arg("c_last").none().noconvert(),
            nb::arg("saved").none().noconvert(),
            nb::arg("memories").none().noconvert(),
            nb::arg("threads")
        )
        .def(
            "backward",
            [](const B& bound,
               const In& x,
               const In& h,
               const std::optional<In>& c,
               const Strided& elapsed,
               const std::optional<Flags>& active,
               const std::vector<In>& dropout,
               const Out& output,
               const Out& h_last,
               const std::optional<Out>& c_last,
               const std::optional<Out>& saved,
               const std::optional<Out>& memories,
               int threads,
               const In& d_output,
               const In& d_h_last,
               const std::optional<In>& d_c_last,
               const std::optional<Out>& d_x,
               const Out& d_h,
               const std::optional<Out>& d_c,
               const std::optional<Out>& d_elapsed,
               const Gradients& gradients) {
                const Forward forward = forward_of(
                    bound, x, h, c, elapsed, active, dropout, output, h_last, c_last, saved, memories, threads
                );
                const Backward call = backward_of(
                    forward, *bound.recurrence, d_output, d_h_last, d_c_last, d_x, d_h, d_c, d_elapsed
                );
                const auto gradient = gradient_of(bound, gradients);
                nb::gil_scoped_release release;
                bound.recurrence->backward(call, gradient);
            },
            nb::arg("x"),
            nb::arg("h"),
            nb::arg("c").none(),
            nb::arg("elapsed"),
            nb::arg("active").none(),
            nb::arg("dropout"),
            nb::arg("output").noconvert(),
            nb::arg("h_last").noconvert(),
            nb::arg("c_last").none().noconvert(),
            nb::arg("saved").none().noconvert(),
            nb::arg("memories").none().noconvert(),
            nb::arg("threads"),
            nb::arg("d_output"),
            nb::arg("d_h_last"),
            nb::arg("d_c_last").none(),
            nb::arg("d_x").none().noconvert(),
            nb::arg("d_h").noconvert(),
            nb::arg("d_c").none().noconvert(),
            nb::arg("d_elapsed").none().noconvert(),
            nb::arg("gradients").noconvert()
        );
}

// Whether all gaps are finite and not negative, and x is finite wherever a step is active.
bool may_run(const In& x, const Strided& elapsed, const std::optional<Flags>& active) {
    if (x.ndim() != 3) {
        throw std::invalid_argument("x is not [B, T, D].");
    }
    const auto batch = static_cast<std::int64_t>(x.shape(0));
    const auto steps = static_cast<std::int64_t>(x.shape(1));
    const auto columns = static_cast<std::int64_t>(x.shape(2));
    expect("elapsed", elapsed, {batch, steps});
    const bool* used = checked("active", active, {batch, steps});
    for (std::int64_t i = 0; i < batch; ++i) {
        for (std::int64_t t = 0; t < steps; ++t) {
            if (!is_gap(elapsed.data()[i * elapsed.stride(0) + t * elapsed.stride(1)])) {
                return false;
            }
        }
    }
    if (used == nullptr) {
        return all_finite(x.data(), batch * steps * columns);
    }
    for (std::int64_t row = 0; row < batch * steps; ++row) {
        if (used[row] && !all_finite(x.data() + row * columns, columns)) {
            return false;
        }
    }
    return true;
}

}  // namespace

void bind_recurrence(nb::module_& module) {
    module.def("may_run", &may_run, nb::arg("x"), nb::arg("elapsed"), nb::arg("active").none());
    nb::class_<Bound<CfC>> cfc(module, "CfC");
    cfc.def(nb::new_([](const std::string& variant,
                        const std::string& activation,
                        int input_size,
                        int hidden_size,
                        const std::vector<AffineArrays>& backbone,
                        const AffineArrays& heads,
                        const std::optional<In>& decay,
                        const std::optional<In>& target,
                        const std::optional<MemoryArrays>& memory,
                        const std::string& layout,
                        std::optional<float> one_elapsed,
                        bool bfloat16,
                        bool differentiable,
                        bool differentiable_elapsed) {
                return new Bound<CfC>(make_cfc(
                    variant, activation, input_size, hidden_size, backbone, heads, decay, target,
                    memory, layout, one_elapsed, bfloat16, differentiable, differentiable_elapsed
                ));
            }),
            nb::arg("variant"),
            nb::arg("activation"),
            nb::arg("input_size"),
            nb::arg("hidden_size"),
            nb::arg("backbone"),
            nb::arg("heads"),
            nb::arg("decay").none(),
            nb::arg("target").none(),
            nb::arg("memory").none(),
            nb::arg("layout"),
            nb::arg("one_elapsed").none(),
            nb::arg("bfloat16"),
            nb::arg("differentiable"),
            nb::arg("differentiable_elapsed"));
    bind_runs<std::tuple<
        std::vector<AffineOut>,
        AffineOut,
        std::optional<Out>,
        std::optional<Out>,
        std::optional<MemoryOut>>>(cfc);

    nb::class_<Bound<Circuit>> circuit(module, "Circuit");
    circuit.def(nb::new_([](const std::string& variant,
                            int input_size,
                            int hidden_size,
                            const std::vector<GroupArrays>& groups,
                            const std::optional<MemoryArrays>& memory,
                            const std::string& layout,
                            bool differentiable,
                            bool differentiable_elapsed) {
                    return new Bound<Circuit>(make_circuit(
                        variant, input_size, hidden_size, groups, memory, layout, differentiable,
                        differentiable_elapsed
                    ));
                }),
                nb::arg("variant"),
                nb::arg("input_size"),
                nb::arg("hidden_size"),
                nb::arg("groups"),
                nb::arg("memory").none(),
                nb::arg("layout"),
                nb::arg("differentiable"),
                nb::arg("differentiable_elapsed"));
    bind_runs<std::tuple<std::vector<GroupOut>, std::optional<MemoryOut>>>(circuit);

    nb::class_<Bound<LTC>> ltc(module, "LTC");
    ltc.def(nb::new_([](const std::string& integrator,
                        int unfolds,
                        const In& membrane_capacitance,
                        const In& leak_conductance,
                        const In& leak_potential,
                        const SynapseArrays& recurrent,
                        const SynapseArrays& sensory) {
                return new Bound<LTC>(make_ltc(
                    integrator, unfolds, membrane_capacitance, leak_conductance, leak_potential,
                    recurrent, sensory
                ));
            }),
            nb::arg("integrator"),
            nb::arg("unfolds"),
            nb::arg("membrane_capacitance"),
            nb::arg("leak_conductance"),
            nb::arg("leak_potential"),
            nb::arg("recurrent"),
            nb::arg("sensory"));
    bind_runs<std::tuple<Out, Out, Out, SynapseOut, SynapseOut>>(ltc);
}

}  // namespace liquidtime
