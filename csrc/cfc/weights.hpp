// The weights of a fully connected CfC, packed for both directions.
#pragma once

#include <cmath>
#include <vector>

#include "core/recurrence.hpp"
#include "core/rows.hpp"

namespace liquidtime::LT_ISA {

// A linear map that reads two operands side by side, the second of them recurrent, or one alone.
template <class T>
struct Joint {
    int out = 0;
    int first = 0;   // columns of the first operand
    int second = 0;  // of the recurrent one
    Packed<T> forward;
    Packed<T> to_first;  // the transposed, for gradients of the operands
    Packed<T> to_second;

    // Where the recurrent operand, and the 1 that the bias belongs to, lie in a row of both.
    int second_column() const { return round_up(first, T::depth_of_element); }
    int one_column() const { return second_column() + second; }
    int row_columns() const { return one_column() + 1; }
};

template <class T>
struct CfCNetwork {
    Variant variant;
    Activation activation;
    Layout layout;
    bool memory;
    bool with_rate;  // whether the slope in time is saved, for gradients of the elapsed time
    bool folded;
    float elapsed;
    int input;  // columns of x
    int hidden;
    int planes;  // heads as computed: f, g, gate; f, g, a, b; f; or f, r
    int saved;   // planes left for the backward pass
    std::vector<float> decay;
    std::vector<float> target;
    std::vector<Joint<T>> layers;  // the backbone's, and the heads last
    Joint<T> lstm;

    int backbone() const { return static_cast<int>(layers.size()) - 1; }
    const Joint<T>& heads() const { return layers.back(); }
    // Whether the state before goes into the next one besides through the weights.
    bool carries() const { return variant == Variant::relaxation; }
    // Whether the memory's output is what the cell takes for its state before.
    bool memory_as_state() const { return memory && layout == Layout::state; }
};

// weight(n, k) of a linear map out of memory of its own.
struct Entries {
    const float* data;
    int columns;
    float operator()(int n, int k) const {
        return data[static_cast<std::ptrdiff_t>(n) * columns + k];
    }
};

// weight: [out, first + second]; `groups` heads of out / groups units share panels, 1 for none.
template <class T, class Weight>
Joint<T> make_joint(
    int out,
    int first,
    int second,
    int groups,
    const float* bias,
    bool differentiable,
    Weight&& weight
) {
    Joint<T> joint;
    joint.out = out;
    joint.first = first;
    joint.second = second;
    std::vector<int> depths{first};
    if (second > 0) {
        depths.push_back(second);
    }
    joint.forward = groups > 1 ? Packed<T>::heads(groups, out / groups, depths, bias, weight)
                               : Packed<T>(out, depths, bias, weight);
    if (differentiable) {
        joint.to_first =
            Packed<T>(first, {out}, nullptr, [&](int n, int k) { return weight(k, n); });
        if (second > 0) {
            joint.to_second = Packed<T>(second, {out}, nullptr, [&](int n, int k) {
                return weight(k, first + n);
            });
        }
    }
    return joint;
}

template <class T>
CfCNetwork<T> make_network(const CfCWeights& given) {
    CfCNetwork<T> net;
    const int hidden = given.hidden_size;
    const bool closed = given.variant == Variant::closed_form;
    const bool gate = given.variant == Variant::gated || given.variant == Variant::no_gate;
    net.variant = given.variant;
    net.activation = given.activation;
    net.layout = given.layout;
    net.memory = given.memory;
    net.with_rate = !closed && given.differentiable_elapsed;
    // A time near the end of floats would make weights infinite that are not, and NaN of their
    // sums.
    net.folded = gate && given.one_elapsed && !given.differentiable_elapsed &&
                 std::fabs(given.elapsed) < 1e30f;
    net.elapsed = given.elapsed;
    net.hidden = hidden;
    net.input = given.memory ? given.lstm.input.columns : given.input_size;
    net.planes = closed ? 1 : !gate ? 2 : net.folded ? 3 : 4;
    net.saved = (net.carries() ? 3 : 2) + net.with_rate;
    if (closed) {
        net.decay.assign(given.decay, given.decay + hidden);
        net.target.assign(given.target, given.target + hidden);
    }

    int first = given.input_size;
    int second = hidden;
    for (const Affine& layer : given.backbone) {
        const Entries weight{layer.weight.data, layer.weight.columns};
        net.layers.push_back(
            make_joint<T>(
                layer.weight.rows, first, second, 1, layer.bias, given.differentiable, weight
            )
        );
        first = layer.weight.rows;
        second = 0;
    }

    const Entries heads{given.heads.weight.data, given.heads.weight.columns};
    if (net.folded) {
        // a Δt + b is one head while Δt is one number.
        const int width = heads.columns;
        const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(hidden) * width;
        std::vector<float> weight(heads.data, heads.data + 3 * plane);
        std::vector<float> bias(given.heads.bias, given.heads.bias + 3 * hidden);
        for (std::ptrdiff_t i = 0; i < plane; ++i) {
            weight[2 * plane + i] =
                heads.data[2 * plane + i] * given.elapsed + heads.data[3 * plane + i];
        }
        for (int i = 0; i < hidden; ++i) {
            bias[2 * hidden + i] =
                given.heads.bias[2 * hidden + i] * given.elapsed + given.heads.bias[3 * hidden + i];
        }
        net.layers.push_back(
            make_joint<T>(
                3 * hidden, first, second, 3, bias.data(), given.differentiable,
                Entries{weight.data(), width}
            )
        );
    } else {
        net.layers.push_back(
            make_joint<T>(
                net.planes * hidden, first, second, net.planes, given.heads.bias,
                given.differentiable, heads
            )
        );
    }

    if (given.memory) {
        const Entries input{given.lstm.input.data, given.lstm.input.columns};
        const Entries recurrent{given.lstm.recurrent.data, hidden};
        const int columns = net.input;
        net.lstm = make_joint<T>(
            4 * hidden, columns, hidden, 4, given.lstm.bias, given.differentiable,
            [&](int n, int k) { return k < columns ? input(n, k) : recurrent(n, k - columns); }
        );
    }
    return net;
}

}  // namespace liquidtime::LT_ISA
