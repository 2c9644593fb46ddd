// The diagonal CfC for Python.
#include "bind/run.hpp"
#include "core/dispatch.hpp"

namespace liquidtime {
namespace {

Bound<Diagonal> make_diagonal(const In& own, bool differentiable_elapsed) {
    DiagonalWeights weights;
    weights.hidden_size = extent("own", own, 1);
    expect_at_least("hidden_size", weights.hidden_size, 1);
    weights.own = checked("own", own, {2, weights.hidden_size});
    weights.differentiable_elapsed = differentiable_elapsed;
    Bound<Diagonal> bound;
    bound.recurrence = kernels().diagonal(weights);
    return bound;
}

}  // namespace

// `bind_runs` finds it by the type of its first argument.
static DiagonalGradient gradient_of(const Bound<Diagonal>& bound, const std::tuple<Out>& arrays) {
    return {checked("gradient of own", std::get<0>(arrays), {2, bound.recurrence->hidden_size()})};
}

void bind_diagonal(nb::module_& module) {
    nb::class_<Bound<Diagonal>> diagonal(module, "Diagonal");
    diagonal.def(
        nb::new_([](const In& own, bool differentiable_elapsed) {
            return new Bound<Diagonal>(make_diagonal(own, differentiable_elapsed));
        }),
        nb::arg("own"), nb::arg("differentiable_elapsed")
    );
    bind_runs<std::tuple<Out>>(diagonal);
}

}  // namespace liquidtime
