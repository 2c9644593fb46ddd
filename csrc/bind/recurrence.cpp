// The recurrences for Python, and the check of what goes into them.
#include "bind/recurrence.hpp"

#include "bind/arrays.hpp"
#include "core/finite.hpp"

namespace liquidtime {
namespace {

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
    bind_cfc(module);
    bind_wired(module);
    bind_ltc(module);
    bind_diagonal(module);
}

}  // namespace liquidtime
