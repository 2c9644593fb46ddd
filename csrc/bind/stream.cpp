// The stepping network for Python.
#include "bind/stream.hpp"

#include <algorithm>

#include "bind/arrays.hpp"
#include "bind/recurrence.hpp"
#include "bind/weights.hpp"
#include "core/finite.hpp"
#include "stream/stream.hpp"

namespace liquidtime {
namespace {

using MapArrays = std::tuple<std::optional<In>, std::optional<In>>;
using LayerArrays = std::tuple<nb::object, MapArrays, int, MapArrays>;
using LinearArrays = std::tuple<In, In>;
using NewArray = nb::ndarray<nb::numpy, float>;

std::vector<float> numbers(const std::optional<In>& array) {
    return array ? std::vector<float>(array->data(), array->data() + array->size())
                 : std::vector<float>();
}

FeatureMap feature_map(const MapArrays& arrays) {
    return {numbers(std::get<0>(arrays)), numbers(std::get<1>(arrays))};
}

LinearMap linear_map(const std::optional<LinearArrays>& arrays) {
    if (!arrays) {
        return {};
    }
    const auto& [weight, bias] = *arrays;
    const Matrix shape = matrix("weight", weight);
    expect("bias", bias, {shape.rows});
    return {shape.rows, shape.columns, numbers(weight), numbers(bias)};
}

StreamLayer layer_of(const LayerArrays& arrays) {
    const auto& [object, input, outputs, output] = arrays;
    StreamLayer layer{nullptr, false, feature_map(input), outputs, feature_map(output)};
    const auto take = [&](const auto& bound) {
        layer.recurrence = bound.recurrence;
        layer.memory = bound.memory;
    };
    if (nb::isinstance<Bound<CfC>>(object)) {
        take(nb::cast<const Bound<CfC>&>(object));
    } else if (nb::isinstance<Bound<Wired>>(object)) {
        take(nb::cast<const Bound<Wired>&>(object));
    } else {
        take(nb::cast<const Bound<LTC>&>(object));
    }
    return layer;
}

Readout readout_of(const std::string& name) {
    return one_of<Readout>(
        "readout", name,
        {{"last", Readout::last}, {"mean", Readout::mean}, {"last_mean", Readout::last_mean}}
    );
}

// See that each part reads as many numbers as the one before it puts out.
void expect_fit(
    const std::vector<StreamLayer>& layers,
    const LinearMap& projection,
    const LinearMap& head,
    Readout readout
) {
    if (layers.empty()) {
        throw std::invalid_argument("a stream needs a layer at least.");
    }
    int width = layers.front().recurrence->input_size();
    const auto expect_width = [&](const char* name, int reads) {
        if (reads != width) {
            throw std::invalid_argument(
                std::string(name) + " reads " + std::to_string(reads) + " numbers; expected " +
                std::to_string(width) + ", as many as come before it."
            );
        }
    };
    for (const StreamLayer& layer : layers) {
        expect_width("a layer", layer.recurrence->input_size());
        expect_at_least("a layer's outputs", layer.outputs, 0);
        expect_at_least("a layer's units", layer.recurrence->hidden_size(), layer.outputs);
        width = layer.outputs;
    }
    if (projection.outputs > 0) {
        expect_width("projection", projection.inputs);
        width = projection.outputs;
    }
    if (head.outputs > 0) {
        width *= readout == Readout::last_mean ? 2 : 1;
        expect_width("head", head.inputs);
    }
}

NewArray new_array(std::initializer_list<std::size_t> shape) {
    std::size_t size = 1;
    for (const std::size_t n : shape) {
        size *= n;
    }
    float* memory = new float[size > 0 ? size : 1];
    nb::capsule owner(memory, [](void* p) noexcept { delete[] static_cast<float*>(p); });
    return NewArray(memory, shape, owner);
}

[[noreturn]] void refuse(
    const std::string& name, const nb::ndarray<>& array, const std::string& wanted
) {
    std::vector<std::int64_t> got;
    for (std::size_t i = 0; i < array.ndim(); ++i) {
        got.push_back(static_cast<std::int64_t>(array.shape(i)));
    }
    throw std::invalid_argument(
        name + " has shape " + shape_text(got) + "; expected " + wanted + "."
    );
}

void check_inputs(const Stream& stream, const float* x, const std::uint8_t* active) {
    for (int i = 0; i < stream.streams(); ++i) {
        if ((active == nullptr || active[i] != 0) &&
            !all_finite(
                x + static_cast<std::ptrdiff_t>(i) * stream.input_size(), stream.input_size()
            )) {
            throw std::invalid_argument(
                "x is NaN or infinite in stream " + std::to_string(i) +
                "; expected finite numbers. Leave a stream without a reading out with active."
            );
        }
    }
}

// What an object is that was to be an array: dtype, shape, and whether it can be written into.
std::string described(nb::handle object) {
    if (!nb::hasattr(object, "dtype") || !nb::hasattr(object, "flags")) {
        return std::string("a ") + nb::type_name(object.type()).c_str();
    }
    const nb::object flags = object.attr("flags");
    std::string text = nb::cast<bool>(flags.attr("writeable")) ? "a " : "a read-only ";
    const nb::object dtype = object.attr("dtype");
    const nb::object shape = object.attr("shape");
    text += nb::str(nb::handle(dtype)).c_str();
    text += " array of shape ";
    text += nb::str(nb::handle(shape)).c_str();
    return nb::cast<bool>(flags.attr("c_contiguous")) ? text : text + ", not in one piece";
}

// A step of one stream [D] or of all [S, D], into `out` if it is given.
nb::object step(
    Stream& stream, const In& x, Elapsed elapsed, const std::optional<Flags>& active, nb::handle out
) {
    const auto streams = static_cast<std::size_t>(stream.streams());
    const auto inputs = static_cast<std::size_t>(stream.input_size());
    const auto outputs = static_cast<std::size_t>(stream.output_size());
    const bool alone = x.ndim() == 1 && streams == 1 && x.shape(0) == inputs;
    if (!alone && !(x.ndim() == 2 && x.shape(0) == streams && x.shape(1) == inputs)) {
        refuse(
            "x", nb::ndarray<>(x),
            "[streams, inputs]=" + shape_text({stream.streams(), stream.input_size()}) +
                (streams == 1 ? " or [inputs]" : "")
        );
    }
    const auto* flags =
        reinterpret_cast<const std::uint8_t*>(checked("active", active, {stream.streams()}));
    check_inputs(stream, x.data(), flags);
    const auto go = [&](float* to) {
        stream.step(x.data(), stream.input_size(), elapsed, flags, to, stream.output_size());
    };
    if (out.is_none()) {
        NewArray made = alone ? new_array({outputs}) : new_array({streams, outputs});
        go(made.data());
        return nb::cast(made);
    }
    // Not converted: into a converted copy the caller would never look.
    Out given;
    if (!nb::try_cast(out, given, false)) {
        throw std::invalid_argument(
            "out is " + described(out) +
            "; expected a float32 array in one piece (C order) that can be written into."
        );
    }
    if (given.size() != streams * outputs) {
        refuse("out", nb::ndarray<>(given), shape_text({stream.streams(), stream.output_size()}));
    }
    go(given.data());
    return nb::borrow(out);
}

void check_time(float elapsed) {
    if (!is_gap(elapsed)) {
        throw std::invalid_argument(
            "elapsed is " + std::to_string(elapsed) +
            "; expected a finite number, 0 or more: the time since the previous step."
        );
    }
}

// Steps [T, D] of one stream or [S, T, D] of all, elapsed shaped likewise without the last axis.
NewArray run(Stream& stream, const In& x, const Strided& elapsed) {
    const auto streams = static_cast<std::size_t>(stream.streams());
    const auto inputs = static_cast<std::size_t>(stream.input_size());
    const auto outputs = static_cast<std::size_t>(stream.output_size());
    const bool alone = x.ndim() == 2 && streams == 1 && x.shape(1) == inputs;
    if (!alone && !(x.ndim() == 3 && x.shape(0) == streams && x.shape(2) == inputs)) {
        refuse(
            "x", nb::ndarray<>(x),
            "[streams, steps, inputs]=[" + std::to_string(streams) + ", T, " +
                std::to_string(inputs) + "]" + (streams == 1 ? " or [T, inputs]" : "")
        );
    }
    const auto steps = x.shape(alone ? 0 : 1);
    if (elapsed.ndim() != 2 || elapsed.shape(0) != streams || elapsed.shape(1) != steps) {
        refuse(
            "elapsed", nb::ndarray<>(elapsed),
            shape_text({stream.streams(), static_cast<std::int64_t>(steps)})
        );
    }
    if (!all_finite(x.data(), static_cast<std::int64_t>(x.size()))) {
        throw std::invalid_argument("x is NaN or infinite somewhere; expected finite numbers.");
    }
    NewArray out = alone ? new_array({steps, outputs}) : new_array({streams, steps, outputs});
    // After the array is made, for that needs the interpreter's lock.
    nb::gil_scoped_release release;
    for (std::size_t t = 0; t < steps; ++t) {
        stream.step(
            x.data() + t * inputs, static_cast<std::ptrdiff_t>(steps * inputs),
            {elapsed.data() + static_cast<std::int64_t>(t) * elapsed.stride(1), elapsed.stride(0),
             0},
            nullptr, out.data() + t * outputs, static_cast<std::ptrdiff_t>(steps * outputs)
        );
    }
    return out;
}

}  // namespace

void bind_stream(nb::module_& module) {
    nb::class_<Stream>(module, "Stream")
        .def(
            nb::new_([](const std::vector<LayerArrays>& layers,
                        const std::optional<LinearArrays>& projection,
                        const std::optional<LinearArrays>& head, const std::string& readout,
                        int streams, int threads) {
                expect_at_least("streams", streams, 1);
                expect_at_least("threads", threads, 1);
                std::vector<StreamLayer> made;
                for (const LayerArrays& layer : layers) {
                    made.push_back(layer_of(layer));
                }
                LinearMap projected = linear_map(projection);
                LinearMap read = linear_map(head);
                const Readout what = readout_of(readout);
                expect_fit(made, projected, read, what);
                return new Stream(
                    std::move(made), std::move(projected), std::move(read), what, streams, threads
                );
            }),
            nb::arg("layers"), nb::arg("projection").none(), nb::arg("head").none(),
            nb::arg("readout"), nb::arg("streams"), nb::arg("threads")
        )
        .def_prop_ro("input_size", &Stream::input_size)
        .def_prop_ro("output_size", &Stream::output_size)
        .def(
            "step",
            [](Stream& stream, const In& x, float elapsed, const std::optional<Flags>& active,
               nb::handle out) {
                check_time(elapsed);
                return step(stream, x, {&elapsed, 0, 0}, active, out);
            },
            nb::arg("x"), nb::arg("elapsed") = 1.0f, nb::arg("active").none() = nb::none(),
            nb::arg("out").none() = nb::none()
        )
        .def(
            "step",
            [](Stream& stream, const In& x, const In& elapsed, const std::optional<Flags>& active,
               nb::handle out) {
                expect("elapsed", elapsed, {stream.streams()});
                for (int i = 0; i < stream.streams(); ++i) {
                    check_time(elapsed.data()[i]);
                }
                return step(stream, x, {elapsed.data(), 1, 0}, active, out);
            },
            nb::arg("x"), nb::arg("elapsed"), nb::arg("active").none() = nb::none(),
            nb::arg("out").none() = nb::none()
        )
        .def("run", &run, nb::arg("x"), nb::arg("elapsed"))
        .def(
            "reset",
            [](Stream& stream, int which) {
                if (which < 0 || which >= stream.streams()) {
                    throw std::invalid_argument(
                        "stream is " + std::to_string(which) + "; expected 0 to " +
                        std::to_string(stream.streams() - 1) + "."
                    );
                }
                stream.reset(which);
            },
            nb::arg("stream")
        )
        .def(
            "get_state",
            [](const Stream& stream) {
                std::vector<NewArray> parts;
                for (const Stream::Part& part : stream.state()) {
                    parts.push_back(new_array(
                        {static_cast<std::size_t>(stream.streams()),
                         static_cast<std::size_t>(part.columns)}
                    ));
                    std::copy(part.numbers.begin(), part.numbers.end(), parts.back().data());
                }
                return parts;
            }
        )
        .def(
            "set_state",
            [](Stream& stream, const std::vector<In>& parts) {
                if (parts.size() != stream.state().size()) {
                    throw std::invalid_argument(
                        "state has " + std::to_string(parts.size()) + " parts; expected " +
                        std::to_string(stream.state().size()) + ", as the stream's state has."
                    );
                }
                // All are checked before one is written, so that a refused state changes nothing.
                for (std::size_t i = 0; i < parts.size(); ++i) {
                    expect(
                        "a part of the state", parts[i],
                        {stream.streams(), stream.state()[i].columns}
                    );
                }
                for (std::size_t i = 0; i < parts.size(); ++i) {
                    std::copy_n(
                        parts[i].data(), parts[i].size(), stream.state()[i].numbers.begin()
                    );
                }
            },
            nb::arg("parts")
        );
}

}  // namespace liquidtime
