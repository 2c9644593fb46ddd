// The fully connected CfC as a recurrence: the batch cut over threads, gradients put together.
#pragma once

#include <memory>

#include "cfc/backward.hpp"
#include "cfc/forward.hpp"
#include "core/threads.hpp"

namespace liquidtime::LT_ISA {

// Samples that are stepped together, so that their state stays in the nearest cache.
constexpr int most_samples = 64;
// Steps times samples whose gradients are kept for one product over all of them.
constexpr int chunk_rows = 256;

constexpr int parts(int count, int size) {
    return (count + size - 1) / size;
}

template <class T>
class DenseCfC final : public CfC {
public:
    explicit DenseCfC(const CfCWeights& weights)
        : net_(make_network<T>(weights)) {}

    int input_size() const override { return net_.input; }
    int hidden_size() const override { return net_.hidden; }
    int saved_size() const override { return net_.saved * net_.hidden; }

    void forward(const Forward& call) const override {
        each_slice(call, [&](int, Slice slice) {
            Scratch::Scope scope(Scratch::of_this_thread());
            CfCForward<T>(net_, call, slice, scope).run();
        });
    }

    void backward(const Backward& call, const CfCGradient& gradient) const override {
        std::vector<CfCSums<T>> sums;
        for (int i = 0; i < std::max(tasks(call.forward), 1); ++i) {
            sums.emplace_back(net_);
        }
        each_slice(call.forward, [&](int task, Slice slice) {
            Scratch::Scope scope(Scratch::of_this_thread());
            const int chunk = std::max(1, std::min(call.forward.steps, chunk_rows / slice.size()));
            CfCBackward<T>(net_, call, slice, chunk, sums[task], scope).run();
        });
        // In the order of tasks, so that as many threads give the same bits again.
        for (std::size_t i = 1; i < sums.size(); ++i) {
            sums[0].add(sums[i]);
        }
        write(sums[0], gradient);
    }

private:
    static int tasks(const Forward& call) {
        // No thread for less than a whole tile of rows.
        return std::min(call.threads, parts(call.batch, most_rows));
    }

    // Runs slices of the batch, each task its own ones one after the other.
    template <class Run>
    static void each_slice(const Forward& call, Run&& run) {
        const int count = tasks(call);
        const int groups = parts(call.batch, most_rows);
        parallel(count, count, [&](int task) {
            const int begin = std::min(call.batch, groups * task / count * most_rows);
            const int end = std::min(call.batch, groups * (task + 1) / count * most_rows);
            const int slices = parts(end - begin, most_samples);
            for (int i = 0; i < slices; ++i) {
                run(task,
                    Slice{
                        begin + (end - begin) * i / slices, begin + (end - begin) * (i + 1) / slices
                    });
            }
        });
    }

    static void copy_rows(
        const JointSums<T>& sums,
        int column,
        int columns,
        int first,
        int count,
        float scale,
        float* out,
        int out_stride
    ) {
        for (int n = 0; n < count; ++n) {
            const float* row =
                sums.sums.data() + static_cast<std::ptrdiff_t>(first + n) * sums.stride + column;
            for (int k = 0; k < columns; ++k) {
                out[static_cast<std::ptrdiff_t>(n) * out_stride + k] = scale * row[k];
            }
        }
    }

    // Rows [first, first + count) of a joint's sums as rows of a gradient of its weight and bias.
    static void put(
        const Joint<T>& joint,
        const JointSums<T>& sums,
        int first,
        int count,
        float scale,
        float* weight,
        float* bias
    ) {
        const int width = joint.first + joint.second;
        copy_rows(sums, 0, joint.first, first, count, scale, weight, width);
        copy_rows(
            sums, joint.second_column(), joint.second, first, count, scale, weight + joint.first,
            width
        );
        copy_rows(sums, joint.one_column(), 1, first, count, scale, bias, 1);
    }

    void write(const CfCSums<T>& sums, const CfCGradient& gradient) const {
        for (int i = 0; i < net_.backbone(); ++i) {
            const AffineGradient& out = gradient.backbone[i];
            put(net_.layers[i], sums.layers[i], 0, net_.layers[i].out, 1.0f, out.weight, out.bias);
        }
        const Joint<T>& heads = net_.heads();
        const JointSums<T>& summed = sums.layers.back();
        const int hidden = net_.hidden;
        const std::ptrdiff_t plane =
            static_cast<std::ptrdiff_t>(hidden) * (heads.first + heads.second);
        float* weight = gradient.heads.weight;
        float* bias = gradient.heads.bias;
        if (net_.folded) {
            put(heads, summed, 0, 2 * hidden, 1.0f, weight, bias);
            // The folded head is a Δt + b: b has its gradient, and a has Δt times that.
            put(heads, summed, 2 * hidden, hidden, net_.elapsed, weight + 2 * plane,
                bias + 2 * hidden);
            put(heads, summed, 2 * hidden, hidden, 1.0f, weight + 3 * plane, bias + 3 * hidden);
        } else {
            put(heads, summed, 0, heads.out, 1.0f, weight, bias);
        }
        if (net_.variant == Variant::closed_form) {
            std::copy_n(sums.decay.begin(), hidden, gradient.decay);
            std::copy_n(sums.target.begin(), hidden, gradient.target);
        }
        if (net_.memory) {
            const Joint<T>& lstm = net_.lstm;
            copy_rows(sums.lstm, 0, lstm.first, 0, lstm.out, 1.0f, gradient.lstm.input, lstm.first);
            copy_rows(
                sums.lstm, lstm.second_column(), hidden, 0, lstm.out, 1.0f, gradient.lstm.recurrent,
                hidden
            );
            copy_rows(sums.lstm, lstm.one_column(), 1, 0, lstm.out, 1.0f, gradient.lstm.bias, 1);
        }
    }

    CfCNetwork<T> net_;
};

inline std::unique_ptr<CfC> make_cfc(const CfCWeights& weights) {
#if defined(LT_HAS_BFLOAT16)
    if (weights.bfloat16) {
        return std::make_unique<DenseCfC<Half>>(weights);
    }
#endif
    return std::make_unique<DenseCfC<Single>>(weights);
}

}  // namespace liquidtime::LT_ISA
