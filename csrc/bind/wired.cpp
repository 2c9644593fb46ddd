// The wired CfC for Python.
#include "bind/run.hpp"
#include "bind/weights.hpp"

namespace liquidtime {
namespace {

using GroupArrays =
    std::tuple<Indices, Indices, Flags, In, In, std::optional<In>, std::optional<In>>;
using GroupOut = std::tuple<Out, Out, std::optional<Out>, std::optional<Out>>;

Bound<Wired> make_wired(
    const std::string& variant,
    int input_size,
    int hidden_size,
    const std::vector<GroupArrays>& groups,
    const std::optional<MemoryArrays>& memory,
    const std::string& layout,
    bool differentiable,
    bool differentiable_elapsed
) {
    expect_at_least("input_size", input_size, 0);
    expect_at_least("hidden_size", hidden_size, 1);
    WiredWeights weights;
    Bound<Wired> bound;
    weights.variant = variant_of(variant);
    weights.input_size = input_size;
    weights.hidden_size = hidden_size;
    // A source is an input, or a neuron of a group that steps before.
    std::int64_t seen = input_size;
    std::vector<bool> placed(static_cast<std::size_t>(hidden_size));
    for (const auto& [neuron, source, mask, weight, bias, decay, target] : groups) {
        GroupWeights group;
        group.neurons = extent("neurons", neuron, 0);
        group.sources = extent("sources", source, 0);
        group.neuron = checked("neurons", neuron, {group.neurons});
        group.source = checked("sources", source, {group.sources});
        for (int i = 0; i < group.neurons; ++i) {
            if (group.neuron[i] < 0 || group.neuron[i] >= hidden_size) {
                throw std::invalid_argument("a group has a neuron that the network does not have.");
            }
            if (placed[static_cast<std::size_t>(group.neuron[i])]) {
                throw std::invalid_argument("a neuron is in the groups twice.");
            }
            placed[static_cast<std::size_t>(group.neuron[i])] = true;
        }
        for (int i = 0; i < group.sources; ++i) {
            if (group.source[i] < 0 || group.source[i] >= seen) {
                throw std::invalid_argument("a group has a source that comes after it.");
            }
        }
        seen += group.neurons;
        const int width = group.sources + group.neurons;
        group.mask =
            reinterpret_cast<const std::uint8_t*>(checked("mask", mask, {group.neurons, width}));
        group.heads =
            affine("heads", {weight, bias}, heads_of(weights.variant) * group.neurons, width);
        expect_closed(weights.variant, decay, target);
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
    bound.recurrence = kernels().wired(weights);
    return bound;
}

}  // namespace

// `bind_runs` finds it by the type of its first argument.
static WiredGradient gradient_of(
    const Bound<Wired>& bound,
    const std::tuple<std::vector<GroupOut>, std::optional<MemoryOut>>& arrays
) {
    const auto& [groups, memory] = arrays;
    WiredGradient gradient;
    if (groups.size() != bound.groups.size()) {
        throw std::invalid_argument("gradients has not one entry a group.");
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto& [weight, bias, decay, target] = groups[i];
        const auto [neurons, sources] = bound.groups[i];
        expect_closed(bound.variant, decay, target);
        gradient.groups.push_back(
            {affine_gradient({weight, bias}, heads_of(bound.variant) * neurons, sources + neurons),
             checked("gradient of decay", decay, {neurons}),
             checked("gradient of target", target, {neurons})}
        );
    }
    const Wired& wired = *bound.recurrence;
    gradient.lstm = memory_gradient(memory, bound.memory, wired.input_size(), wired.hidden_size());
    return gradient;
}

void bind_wired(nb::module_& module) {
    nb::class_<Bound<Wired>> wired(module, "Wired");
    wired.def(
        nb::new_([](const std::string& variant, int input_size, int hidden_size,
                    const std::vector<GroupArrays>& groups,
                    const std::optional<MemoryArrays>& memory, const std::string& layout,
                    bool differentiable, bool differentiable_elapsed) {
            return new Bound<Wired>(make_wired(
                variant, input_size, hidden_size, groups, memory, layout, differentiable,
                differentiable_elapsed
            ));
        }),
        nb::arg("variant"), nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("groups"),
        nb::arg("memory").none(), nb::arg("layout"), nb::arg("differentiable"),
        nb::arg("differentiable_elapsed")
    );
    bind_runs<std::tuple<std::vector<GroupOut>, std::optional<MemoryOut>>>(wired);
}

}  // namespace liquidtime
