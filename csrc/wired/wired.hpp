// The wired CfC as a recurrence: blocks over threads, gradients put together.
#pragma once

#include <memory>

#include "wired/backward.hpp"
#include "wired/forward.hpp"

namespace liquidtime::LT_ISA {

class WiredCfC final : public Wired {
public:
    explicit WiredCfC(const WiredWeights& weights)
        : net_(weights) {}

    int input_size() const override { return net_.input; }
    int hidden_size() const override { return net_.hidden; }
    int saved_size() const override { return net_.planes() * net_.hidden; }

    void forward(const Forward& call) const override {
        with_vectors(block_vectors(call.batch, call.threads), [&](auto vectors) {
            each_block(blocks_of(call.batch, vectors * lanes), call.threads, [&](int, Block block) {
                Scratch::Scope scope(Scratch::of_this_thread());
                WiredForward<vectors>(net_, call, block, scope).run();
            });
        });
    }

    void backward(const Backward& call, const WiredGradient& gradient) const override {
        const int threads = call.forward.threads;
        with_vectors(block_vectors(call.forward.batch, threads), [&](auto vectors) {
            const std::vector<Block> blocks = blocks_of(call.forward.batch, vectors * lanes);
            std::vector<WiredSums> sums;
            for (std::size_t i = 0; i < std::max<std::size_t>(blocks.size(), 1); ++i) {
                sums.emplace_back(net_);
            }
            each_block(blocks, threads, [&](int i, Block block) {
                Scratch::Scope scope(Scratch::of_this_thread());
                WiredBackward<vectors>(net_, call, block, sums[i], scope).run();
            });
            for (std::size_t i = 1; i < sums.size(); ++i) {
                sums[0].add(sums[i]);
            }
            write(sums[0], gradient);
        });
    }

private:
    void write(WiredSums& sums, const WiredGradient& gradient) const {
        for (std::size_t k = 0; k < net_.groups.size(); ++k) {
            write_group(sums, static_cast<int>(k), gradient.groups[k]);
        }
        if (!net_.memory) {
            return;
        }
        const int place = static_cast<int>(net_.groups.size());
        const int hidden = net_.hidden;
        const int input = net_.input;
        const MemoryGradient& out = gradient.lstm;
        net_.lstm[0].write(
            sums.weight(place), sums.bias(place),
            [&](int head, int i, int k, float number) {
                const std::ptrdiff_t n = head * hidden + i;
                (k < input ? out.input[n * input + k] : out.recurrent[n * hidden + k - input]) =
                    number;
            },
            [&](int head, int i, float number) { out.bias[head * hidden + i] = number; }
        );
    }

    void write_group(WiredSums& sums, int k, const GroupGradient& out) const {
        const LinearSynapses& synapses = net_.groups[k];
        const std::ptrdiff_t columns = synapses.columns;
        std::fill_n(out.heads.weight, synapses.heads * synapses.targets * columns, 0.0f);
        synapses.write(
            sums.weight(k), sums.bias(k),
            [&](int head, int i, int column, float number) {
                out.heads.weight[(head * synapses.targets + i) * columns + column] = number;
            },
            [&](int head, int i, float number) {
                out.heads.bias[head * synapses.targets + i] = number;
            }
        );
        if (net_.variant == Variant::closed_form) {
            for (int i = 0; i < synapses.targets; ++i) {
                const int s = net_.first[k] + i;
                out.decay[i] = sum(load(sums.decay() + s * lanes));
                out.target[i] = sum(load(sums.target() + s * lanes));
            }
        }
    }

    WiredParts net_;
};

inline std::unique_ptr<Wired> make_wired(const WiredWeights& weights) {
    return std::make_unique<WiredCfC>(weights);
}

}  // namespace liquidtime::LT_ISA
