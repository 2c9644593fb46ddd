// `forward` and `backward` of a recurrence for Python.
#pragma once

#include "bind/arrays.hpp"
#include "bind/recurrence.hpp"

namespace liquidtime {

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
    const std::int64_t batch = extent("x", x, 0);
    const std::int64_t steps = extent("x", x, 1);
    const std::int64_t hidden = recurrence.hidden_size();
    Forward call;
    call.batch = static_cast<int>(batch);
    call.steps = static_cast<int>(steps);
    call.x = checked("x", x, {batch, steps, recurrence.input_size()});
    call.h = checked("h", h, {batch, hidden});
    expect("elapsed", elapsed, {batch, steps});
    call.elapsed = {elapsed.data(), elapsed.stride(0), elapsed.stride(1)};
    call.active = reinterpret_cast<const std::uint8_t*>(checked("active", active, {batch, steps}));
    if (!dropout.empty() && dropout.size() != bound.backbone.size()) {
        throw std::invalid_argument("dropout has not one factor a backbone layer.");
    }
    for (std::size_t i = 0; i < dropout.size(); ++i) {
        call.dropout.push_back(checked("dropout", dropout[i], {batch, steps, bound.backbone[i]}));
    }
    call.output = checked("output", output, {batch, steps, hidden});
    call.h_last = checked("h_last", h_last, {batch, hidden});
    if (bound.memory != c.has_value() || bound.memory != c_last.has_value()) {
        throw std::invalid_argument(
            "c and c_last belong to a recurrence with memory, and to no other."
        );
    }
    call.c = checked("c", c, {batch, hidden});
    call.c_last = checked("c_last", c_last, {batch, hidden});
    call.saved = checked("saved", saved, {steps, batch, recurrence.saved_size()});
    if (memories && !bound.memory) {
        throw std::invalid_argument(
            "memories belong to a recurrence with memory, and to no other."
        );
    }
    call.memories = checked("memories", memories, {batch, steps, hidden});
    call.threads = threads < 1 ? 1 : threads;
    return call;
}

inline Backward backward_of(
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
        throw std::invalid_argument(
            "saved is missing; the backward pass needs what forward put there."
        );
    }
    if (forward.c != nullptr &&
        (forward.memories == nullptr || !d_c_last.has_value() || !d_c.has_value())) {
        throw std::invalid_argument("memories, d_c_last and d_c are needed with memory.");
    }
    if (forward.c == nullptr && (d_c_last.has_value() || d_c.has_value())) {
        throw std::invalid_argument("d_c_last and d_c belong to a recurrence with memory.");
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

template <class Gradients, class Kind>
void bind_runs(nb::class_<Bound<Kind>>& bound_class) {
    using B = Bound<Kind>;
    bound_class
        .def_prop_ro("input_size", [](const B& bound) { return bound.recurrence->input_size(); })
        .def_prop_ro("hidden_size", [](const B& bound) { return bound.recurrence->hidden_size(); })
        .def_prop_ro("saved_size", [](const B& bound) { return bound.recurrence->saved_size(); })
        .def(
            "forward",
            [](const B& bound, const In& x, const In& h, const std::optional<In>& c,
               const Strided& elapsed, const std::optional<Flags>& active,
               const std::vector<In>& dropout, const Out& output, const Out& h_last,
               const std::optional<Out>& c_last, const std::optional<Out>& saved,
               const std::optional<Out>& memories, int threads) {
                const Forward call = forward_of(
                    bound, x, h, c, elapsed, active, dropout, output, h_last, c_last, saved,
                    memories, threads
                );
                nb::gil_scoped_release release;
                bound.recurrence->forward(call);
            },
            nb::arg("x"), nb::arg("h"), nb::arg("c").none(), nb::arg("elapsed"),
            nb::arg("active").none(), nb::arg("dropout"), nb::arg("output").noconvert(),
            nb::arg("h_last").noconvert(), nb::arg("c_last").none().noconvert(),
            nb::arg("saved").none().noconvert(), nb::arg("memories").none().noconvert(),
            nb::arg("threads")
        )
        .def(
            "backward",
            [](const B& bound, const In& x, const In& h, const std::optional<In>& c,
               const Strided& elapsed, const std::optional<Flags>& active,
               const std::vector<In>& dropout, const Out& output, const Out& h_last,
               const std::optional<Out>& c_last, const std::optional<Out>& saved,
               const std::optional<Out>& memories, int threads, const In& d_output,
               const In& d_h_last, const std::optional<In>& d_c_last, const std::optional<Out>& d_x,
               const Out& d_h, const std::optional<Out>& d_c, const std::optional<Out>& d_elapsed,
               const Gradients& gradients) {
                const Forward forward = forward_of(
                    bound, x, h, c, elapsed, active, dropout, output, h_last, c_last, saved,
                    memories, threads
                );
                const Backward call = backward_of(
                    forward, *bound.recurrence, d_output, d_h_last, d_c_last, d_x, d_h, d_c,
                    d_elapsed
                );
                const auto gradient = gradient_of(bound, gradients);
                nb::gil_scoped_release release;
                bound.recurrence->backward(call, gradient);
            },
            nb::arg("x"), nb::arg("h"), nb::arg("c").none(), nb::arg("elapsed"),
            nb::arg("active").none(), nb::arg("dropout"), nb::arg("output").noconvert(),
            nb::arg("h_last").noconvert(), nb::arg("c_last").none().noconvert(),
            nb::arg("saved").none().noconvert(), nb::arg("memories").none().noconvert(),
            nb::arg("threads"), nb::arg("d_output"), nb::arg("d_h_last"),
            nb::arg("d_c_last").none(), nb::arg("d_x").none().noconvert(),
            nb::arg("d_h").noconvert(), nb::arg("d_c").none().noconvert(),
            nb::arg("d_elapsed").none().noconvert(), nb::arg("gradients").noconvert()
        );
}

}  // namespace liquidtime
