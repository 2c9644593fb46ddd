// Random liquid units for Python.
#include "bind/reservoir.hpp"

#include <cmath>
#include <memory>

#include "bind/arrays.hpp"
#include "core/finite.hpp"
#include "reservoir/reservoir.hpp"

namespace liquidtime {
namespace {

using Doubles = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;
using Whole = nb::ndarray<const std::int32_t, nb::c_contig, nb::device::cpu>;

// Rates and frequencies, whose products with gaps must mean something.
const float* checked_rates(const char* name, const In& array, std::int64_t units, float least) {
    const float* numbers = checked(name, array, {units});
    for (std::int64_t i = 0; i < units; ++i) {
        if (!(numbers[i] >= least && numbers[i] <= 3.4028235e38f)) {
            throw std::invalid_argument(
                std::string(name) + " is " + std::to_string(numbers[i]) + " at " +
                std::to_string(i) + "; expected finite numbers" +
                (least == 0.0f ? ", 0 or more." : ".")
            );
        }
    }
    return numbers;
}

Reservoir make(
    const Whole& kind,
    const Whole& channels,
    const In& weights,
    const In& rate,
    const In& second,
    const In& frequency,
    const In& phase,
    const In& gain,
    const In& steepness,
    const In& midpoint
) {
    constexpr float lowest = -3.4028235e38f;
    UnitArrays arrays;
    arrays.units = extent("kind", kind, 0);
    arrays.channels = extent("channels", channels, 1);
    const std::int64_t units = arrays.units;
    arrays.kind = checked("kind", kind, {units});
    arrays.channel = checked("channels", channels, {units, arrays.channels});
    for (std::int64_t i = 0; i < units * arrays.channels; ++i) {
        if (arrays.channel[i] < -1 || arrays.channel[i] == std::numeric_limits<int>::max()) {
            throw std::invalid_argument(
                "channels has " + std::to_string(arrays.channel[i]) +
                "; expected numbers of channels, or -1 for none."
            );
        }
    }
    arrays.weight = checked("weights", weights, {units, arrays.channels});
    if (!all_finite(arrays.weight, units * arrays.channels)) {
        throw std::invalid_argument("weights are NaN or infinite; expected finite numbers.");
    }
    arrays.rate = checked_rates("rate", rate, units, 0.0f);
    arrays.second = checked_rates("second", second, units, 0.0f);
    arrays.frequency = checked_rates("frequency", frequency, units, lowest);
    arrays.phase = checked_rates("phase", phase, units, lowest);
    arrays.gain = checked_rates("gain", gain, units, 0.0f);
    arrays.steepness = checked_rates("steepness", steepness, units, lowest);
    arrays.midpoint = checked_rates("midpoint", midpoint, units, lowest);
    return Reservoir(arrays);
}

SeriesArrays series_of(
    const Reservoir& reservoir,
    const In& values,
    const Flags& mask,
    const Doubles& times,
    const Indices& lengths,
    double between
) {
    if (values.ndim() != 3) {
        throw std::invalid_argument("values is not [B, T, D].");
    }
    SeriesArrays series;
    series.batch = extent("values", values, 0);
    series.steps = extent("values", values, 1);
    series.channels = extent("values", values, 2);
    const std::int64_t batch = series.batch;
    const std::int64_t steps = series.steps;
    // Points of a series are counted in an int, as are tasks, a thread a series at most.
    if (steps > std::numeric_limits<int>::max() / 64 ||
        batch > std::numeric_limits<int>::max() / 4096) {
        throw std::invalid_argument("values is too large; pass fewer series at once.");
    }
    if (series.channels < reservoir.channels()) {
        throw std::invalid_argument(
            "values has " + std::to_string(series.channels) + " channels; expected " +
            std::to_string(reservoir.channels()) + " at least, which the units read."
        );
    }
    series.values = values.data();
    series.mask = reinterpret_cast<const std::uint8_t*>(
        checked("mask", mask, {batch, steps, series.channels})
    );
    series.times = checked("times", times, {batch, steps});
    series.length = checked("lengths", lengths, {batch});
    series.between = between;
    if (!(between > 0.0)) {
        throw std::invalid_argument(
            "between is " + std::to_string(between) + "; expected a time above 0."
        );
    }
    for (std::int64_t i = 0; i < batch; ++i) {
        if (series.length[i] < 0 || series.length[i] > steps) {
            throw std::invalid_argument(
                "lengths has " + std::to_string(series.length[i]) + " at " + std::to_string(i) +
                "; expected 0 to " + std::to_string(steps) + "."
            );
        }
        const double* time = series.times + i * steps;
        for (std::int64_t t = 0; t < series.length[i]; ++t) {
            // Also the sum of all gaps is a float then.
            if (!(std::abs(time[t]) <= 1e38) || (t > 0 && !(time[t] >= time[t - 1]))) {
                throw std::invalid_argument(
                    "times of series " + std::to_string(i) + " are not finite or fall at row " +
                    std::to_string(t) + "; expected finite numbers that never fall."
                );
            }
        }
    }
    return series;
}

}  // namespace

void bind_reservoir(nb::module_& module) {
    nb::class_<Reservoir>(module, "Reservoir")
        .def(
            "__init__",
            [](Reservoir* self, const Whole& kind, const Whole& channels, const In& weights,
               const In& rate, const In& second, const In& frequency, const In& phase,
               const In& gain, const In& steepness, const In& midpoint) {
                new (self) Reservoir(make(
                    kind, channels, weights, rate, second, frequency, phase, gain, steepness,
                    midpoint
                ));
            },
            nb::arg("kind"), nb::arg("channels"), nb::arg("weights"), nb::arg("rate"),
            nb::arg("second"), nb::arg("frequency"), nb::arg("phase"), nb::arg("gain"),
            nb::arg("steepness"), nb::arg("midpoint")
        )
        .def_prop_ro("units", &Reservoir::units)
        .def(
            "pool",
            [](const Reservoir& self, const In& values, const Flags& mask, const Doubles& times,
               const Indices& lengths, const In& thresholds, double between, const Out& features,
               int threads) {
                const SeriesArrays series = series_of(self, values, mask, times, lengths, between);
                const int count = extent("thresholds", thresholds, 1);
                const float* limits = checked("thresholds", thresholds, {self.units(), count});
                float* out = checked(
                    "features", features,
                    {series.batch, self.units(),
                     level_pools + std::int64_t{threshold_pools} * count}
                );
                nb::gil_scoped_release release;
                self.pool(series, limits, count, out, threads < 1 ? 1 : threads);
            },
            nb::arg("values"), nb::arg("mask"), nb::arg("times"), nb::arg("lengths"),
            nb::arg("thresholds"), nb::arg("between"), nb::arg("features").noconvert(),
            nb::arg("threads")
        )
        .def(
            "respond",
            [](const Reservoir& self, const In& values, const Flags& mask, const Doubles& times,
               const Indices& lengths, double between, const Out& responses, int threads) {
                const SeriesArrays series = series_of(self, values, mask, times, lengths, between);
                const int samples = extent("responses", responses, 1);
                float* out = checked("responses", responses, {series.batch, samples, self.units()});
                nb::gil_scoped_release release;
                self.respond(series, samples, out, threads < 1 ? 1 : threads);
            },
            nb::arg("values"), nb::arg("mask"), nb::arg("times"), nb::arg("lengths"),
            nb::arg("between"), nb::arg("responses").noconvert(), nb::arg("threads")
        );
}

}  // namespace liquidtime
