// The LTC for Python.
#include "bind/run.hpp"
#include "bind/weights.hpp"

namespace liquidtime {
namespace {

using SynapseArrays = std::tuple<In, In, In, In, std::optional<Flags>>;
using SynapseOut = std::tuple<Out, Out, Out, Out>;

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
    const int neurons = extent("membrane_capacitance", membrane_capacitance, 0);
    expect_at_least("unfolds", unfolds, 1);
    LTCWeights weights;
    weights.integrator = one_of<Integrator>(
        "integrator", integrator,
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

}  // namespace

// `bind_runs` finds it by the type of its first argument.
static LTCGradient gradient_of(
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

void bind_ltc(nb::module_& module) {
    nb::class_<Bound<LTC>> ltc(module, "LTC");
    ltc.def(
        nb::new_([](const std::string& integrator, int unfolds, const In& membrane_capacitance,
                    const In& leak_conductance, const In& leak_potential,
                    const SynapseArrays& recurrent, const SynapseArrays& sensory) {
            return new Bound<LTC>(make_ltc(
                integrator, unfolds, membrane_capacitance, leak_conductance, leak_potential,
                recurrent, sensory
            ));
        }),
        nb::arg("integrator"), nb::arg("unfolds"), nb::arg("membrane_capacitance"),
        nb::arg("leak_conductance"), nb::arg("leak_potential"), nb::arg("recurrent"),
        nb::arg("sensory")
    );
    bind_runs<std::tuple<Out, Out, Out, SynapseOut, SynapseOut>>(ltc);
}

}  // namespace liquidtime
