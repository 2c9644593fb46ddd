// The gradients of a fully connected CfC's weights while they are summed up.
#pragma once

#include <vector>

#include "cfc/weights.hpp"

namespace liquidtime::LT_ISA {

// Sums over rows of a joint's outputs' gradients times its operands, the last column for the bias.
template <class T>
struct JointSums {
    AlignedArray<float> sums;
    int stride = 0;
    int out = 0;

    JointSums() = default;
    explicit JointSums(const Joint<T>& joint)
        : sums(static_cast<std::size_t>(joint.out) * row_stride(joint.row_columns())),
          stride(row_stride(joint.row_columns())),
          out(joint.out) {
        std::memset(sums.data(), 0, sizeof(float) * static_cast<std::size_t>(out) * stride);
    }

    void add(const Rows<T>& gradient, const Rows<T>& operands, int rows) {
        Scratch::Scope scope(Scratch::of_this_thread());
        const Stacked<T> p = stack(scope, gradient, rows);
        const Stacked<T> a = stack(scope, operands, rows);
        outer<T>(
            p.elements, p.stride, out, a.elements, a.stride, operands.columns, p.depth, sums.data(),
            stride
        );
    }

    void add(const JointSums& other) {
        float* mine = sums.data();
        const float* theirs = other.sums.data();
        for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(out) * stride; ++i) {
            mine[i] += theirs[i];
        }
    }
};

template <class T>
struct CfCSums {
    std::vector<JointSums<T>> layers;
    JointSums<T> lstm;
    std::vector<float> decay;
    std::vector<float> target;

    explicit CfCSums(const CfCNetwork<T>& net) {
        for (const Joint<T>& layer : net.layers) {
            layers.emplace_back(layer);
        }
        if (net.memory) {
            lstm = JointSums<T>(net.lstm);
        }
        if (net.variant == Variant::closed_form) {
            const int padded = round_up(net.hidden, lanes);
            decay.assign(padded, 0.0f);
            target.assign(padded, 0.0f);
        }
    }

    void add(const CfCSums& other) {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            layers[i].add(other.layers[i]);
        }
        if (lstm.out > 0) {
            lstm.add(other.lstm);
        }
        for (std::size_t i = 0; i < decay.size(); ++i) {
            decay[i] += other.decay[i];
            target[i] += other.target[i];
        }
    }
};

}  // namespace liquidtime::LT_ISA
