// The fully connected CfC for Python.
#include "bind/run.hpp"
#include "bind/weights.hpp"

namespace liquidtime {
namespace {

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
        "activation", activation,
        {{"lecun_tanh", Activation::lecun_tanh},
         {"silu", Activation::silu},
         {"relu", Activation::relu},
         {"tanh", Activation::tanh},
         {"gelu", Activation::gelu}}
    );
    expect_at_least("input_size", input_size, 0);
    expect_at_least("hidden_size", hidden_size, 1);
    weights.input_size = input_size;
    weights.hidden_size = hidden_size;
    Bound<CfC> bound;
    int width = input_size + hidden_size;
    for (const AffineArrays& layer : backbone) {
        const int units = matrix("backbone", std::get<0>(layer)).rows;
        weights.backbone.push_back(affine("backbone", layer, units, width));
        bound.backbone.push_back(units);
        width = units;
    }
    weights.heads = affine("heads", heads, heads_of(weights.variant) * hidden_size, width);
    weights.decay = checked("decay", decay, {hidden_size});
    weights.target = checked("target", target, {hidden_size});
    expect_closed(weights.variant, decay, target);
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

}  // namespace

// `bind_runs` finds it by the type of its first argument.
static CfCGradient gradient_of(
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
    expect_closed(bound.variant, decay, target);
    gradient.lstm = memory_gradient(memory, bound.memory, bound.recurrence->input_size(), hidden);
    return gradient;
}

void bind_cfc(nb::module_& module) {
    nb::class_<Bound<CfC>> cfc(module, "CfC");
    cfc.def(
        nb::new_([](const std::string& variant, const std::string& activation, int input_size,
                    int hidden_size, const std::vector<AffineArrays>& backbone,
                    const AffineArrays& heads, const std::optional<In>& decay,
                    const std::optional<In>& target, const std::optional<MemoryArrays>& memory,
                    const std::string& layout, std::optional<float> one_elapsed, bool bfloat16,
                    bool differentiable, bool differentiable_elapsed) {
            return new Bound<CfC>(make_cfc(
                variant, activation, input_size, hidden_size, backbone, heads, decay, target,
                memory, layout, one_elapsed, bfloat16, differentiable, differentiable_elapsed
            ));
        }),
        nb::arg("variant"), nb::arg("activation"), nb::arg("input_size"), nb::arg("hidden_size"),
        nb::arg("backbone"), nb::arg("heads"), nb::arg("decay").none(), nb::arg("target").none(),
        nb::arg("memory").none(), nb::arg("layout"), nb::arg("one_elapsed").none(),
        nb::arg("bfloat16"), nb::arg("differentiable"), nb::arg("differentiable_elapsed")
    );
    bind_runs<std::tuple<
        std::vector<AffineOut>, AffineOut, std::optional<Out>, std::optional<Out>,
        std::optional<MemoryOut>>>(cfc);
}

}  // namespace liquidtime
