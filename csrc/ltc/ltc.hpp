// The LTC network as a recurrence: fused and exponential, dense and wired.
//
// Backward, only the states after each step are known; a step's sub-steps are computed again, so
// that memory grows with B · T · N and no faster.
#pragma once

#include <memory>

#include "ltc/step.hpp"

namespace liquidtime::LT_ISA {

template <int Vectors>
class LTCBlock {
public:
    static constexpr int width = Vectors * lanes;

    LTCBlock(const LTCNetwork& net, const Forward& call, Block block, Scratch::Scope& scope)
        : net_(net),
          step_{call, block},
          n_(net.neurons()),
          exact_(!(net.moderate && step_.moderate(net.inputs(), n_))) {
        x_ = scope.take<float>(net.inputs() * width);
        active_ = scope.take<float>(width);
        interval_ = scope.take<float>(width);
        g_in_ = scope.take<float>(n_ * width);
        j_in_ = scope.take<float>(n_ * width);
        v_ = scope.take<float>(n_ * width);
        next_ = scope.take<float>(n_ * width);
        spare_ = scope.take<float>(n_ * width);
    }

    void forward() {
        const Forward& call = step_.call;
        float* before = v_;
        load_state(call.h, before);
        for (int t = 0; t < call.steps; ++t) {
            if (step_.activity(t, active_)) {
                begin_step(t);
                float* from = before;
                float* to = next_;
                for (int k = 0; k < net_.unfolds; ++k) {
                    unfold(from, to, nullptr, nullptr);
                    from = to;
                    // Never into `before`: skipped lanes keep what is there.
                    to = to == next_ ? spare_ : next_;
                }
                Lanes<Vectors>::choose(active_, from, n_, before);
            }
            step_.put(call.output, t, n_, before);
        }
        Lanes<Vectors>::scatter(before, n_, n_, step_.block.count, call.h_last + step_.first(n_));
    }

protected:
    void load_state(const float* array, float* to) const {
        Lanes<Vectors>::gather(array + step_.first(n_), n_, n_, step_.block.count, to);
    }

    LT_INLINE void drive(
        const SynapseList& synapses,
        int target,
        const float* potentials,
        Vec (&g)[Vectors],
        Vec (&j)[Vectors]
    ) const {
        if (exact_) {
            synapses.template drive<true>(target, potentials, g, j);
            synapses.drive_absent(target, potentials, g);
        } else {
            synapses.template drive<false>(target, potentials, g, j);
        }
    }

    // Inputs, times and what does not change over the sub-steps.
    void begin_step(int t) {
        step_.inputs(t, net_.inputs(), active_, x_);
        step_.elapsed(t, active_, interval_);
        const Vec parts = set1(static_cast<float>(net_.unfolds));
        for (int v = 0; v < width; v += lanes) {
            store(interval_ + v, load(interval_ + v) / parts);
        }
        for (int i = 0; i < n_; ++i) {
            Vec g[Vectors];
            Vec j[Vectors];
            for (int q = 0; q < Vectors; ++q) {
                g[q] = set1(net_.leak[i]);
                j[q] = set1(net_.leak[i] * net_.leak_potential[i]);
            }
            drive(net_.sensory, i, x_, g, j);
            for (int q = 0; q < Vectors; ++q) {
                store(g_in_ + i * width + q * lanes, g[q]);
                store(j_in_ + i * width + q * lanes, j[q]);
            }
        }
    }

    // One sub-step of all neurons; keeps conductances and currents where asked to.
    void unfold(const float* from, float* to, float* keep_g, float* keep_j) const {
        for (int i = 0; i < n_; ++i) {
            Vec g[Vectors];
            Vec j[Vectors];
            for (int q = 0; q < Vectors; ++q) {
                g[q] = load(g_in_ + i * width + q * lanes);
                j[q] = load(j_in_ + i * width + q * lanes);
            }
            drive(net_.recurrent, i, from, g, j);
            const Vec capacitance = set1(net_.capacitance[i]);
            for (int q = 0; q < Vectors; ++q) {
                const int place = i * width + q * lanes;
                store(
                    to + place, sub_step(
                                    net_.integrator, load(from + place),
                                    load(interval_ + q * lanes), g[q], j[q], capacitance
                                )
                );
                if (keep_g != nullptr) {
                    store(keep_g + place, g[q]);
                    store(keep_j + place, j[q]);
                }
            }
        }
    }

    const LTCNetwork& net_;
    BlockStep<Vectors> step_;
    int n_;
    bool exact_;  // something is infinite, or may be, and goes where it goes in the reference
    float* x_;
    float* active_;
    float* interval_;
    float* g_in_;
    float* j_in_;
    float* v_;
    float* next_;
    float* spare_;
};

// Sums of a block, one vector of lanes to a number.
struct LTCSums {
    AlignedArray<float> recurrent;
    AlignedArray<float> sensory;
    AlignedArray<float> neurons;  // [capacitance, leak, leak potential][N]

    explicit LTCSums(const LTCNetwork& net)
        : recurrent(static_cast<std::size_t>(net.recurrent.size()) * lanes),
          sensory(static_cast<std::size_t>(net.sensory.size()) * lanes),
          neurons(static_cast<std::size_t>(3) * net.neurons() * lanes) {
        each(net, [](AlignedArray<float>& array, std::size_t size) {
            std::fill(array.data(), array.data() + size, 0.0f);
        });
    }

    template <class Do>
    void each(const LTCNetwork& net, Do&& use) {
        use(recurrent, static_cast<std::size_t>(net.recurrent.size()) * lanes);
        use(sensory, static_cast<std::size_t>(net.sensory.size()) * lanes);
        use(neurons, static_cast<std::size_t>(3) * net.neurons() * lanes);
    }

    void add(const LTCNetwork& net, const LTCSums& other) {
        const AlignedArray<float>* parts[] = {&other.recurrent, &other.sensory, &other.neurons};
        int part = 0;
        each(net, [&](AlignedArray<float>& array, std::size_t size) {
            const float* more = parts[part++]->data();
            for (std::size_t i = 0; i < size; ++i) {
                array.data()[i] += more[i];
            }
        });
    }
};

template <int Vectors>
class LTCBackwardBlock : private LTCBlock<Vectors> {
    using Base = LTCBlock<Vectors>;
    using Base::active_;
    using Base::exact_;
    using Base::interval_;
    using Base::n_;
    using Base::net_;
    using Base::step_;
    using Base::width;
    using Base::x_;

public:
    LTCBackwardBlock(
        const LTCNetwork& net,
        const Backward& call,
        Block block,
        LTCSums& sums,
        Scratch::Scope& scope
    )
        : Base(net, call.forward, block, scope),
          call_(call),
          sums_(sums) {
        const std::size_t size = static_cast<std::size_t>(n_) * width;
        states_ = scope.take<float>(size * (net.unfolds + 1));
        g_ = scope.take<float>(size * net.unfolds);
        j_ = scope.take<float>(size * net.unfolds);
        d_v_ = scope.take<float>(size);
        d_before_ = scope.take<float>(size);
        d_g_in_ = scope.take<float>(size);
        d_j_in_ = scope.take<float>(size);
        more_ = scope.take<float>(size);
        d_x_ = scope.take<float>(static_cast<std::size_t>(net.inputs()) * width);
        d_elapsed_ = scope.take<float>(width);
    }

    void run() {
        const Forward& call = step_.call;
        Base::load_state(call_.d_h_last, d_v_);
        for (int t = call.steps - 1; t >= 0; --t) {
            step_.get(call_.d_output, t, n_, more_);
            for (int k = 0; k < n_ * width; k += lanes) {
                store(d_v_ + k, load(d_v_ + k) + load(more_ + k));
            }
            const bool any = step_.activity(t, active_);
            std::fill(d_x_, d_x_ + net_.inputs() * width, 0.0f);
            std::fill(d_elapsed_, d_elapsed_ + width, 0.0f);
            if (any) {
                back_through_step(t);
            }
            if (call_.d_x != nullptr) {
                step_.put(call_.d_x, t, net_.inputs(), d_x_);
            }
            if (call_.d_elapsed != nullptr) {
                step_.put(call_.d_elapsed, t, 1, d_elapsed_);
            }
        }
        Lanes<Vectors>::scatter(d_v_, n_, n_, step_.block.count, call_.d_h + step_.first(n_));
    }

private:
    float* kept(float* array, int k) const {
        return array + static_cast<std::ptrdiff_t>(k) * n_ * width;
    }

    void back_through_step(int t) {
        if (t == 0) {
            Base::load_state(step_.call.h, states_);
        } else {
            step_.get(step_.call.output, t - 1, n_, states_);
        }
        Base::begin_step(t);
        for (int k = 0; k < net_.unfolds; ++k) {
            Base::unfold(kept(states_, k), kept(states_, k + 1), kept(g_, k), kept(j_, k));
        }
        const int size = n_ * width;
        std::fill(d_g_in_, d_g_in_ + size, 0.0f);
        std::fill(d_j_in_, d_j_in_ + size, 0.0f);
        // Skipped lanes keep their gradient aside and carry zeros through the step.
        for (int i = 0; i < size; i += width) {
            for (int v = 0; v < width; v += lanes) {
                const Mask used = zero() < load(active_ + v);
                const Vec d = load(d_v_ + i + v);
                store(more_ + i + v, select(used, zero(), d));
                store(d_v_ + i + v, select(used, d, zero()));
            }
        }
        for (int k = net_.unfolds - 1; k >= 0; --k) {
            back_through_unfold(k);
        }
        back_through_inputs();
        for (int i = 0; i < size; i += lanes) {
            store(d_v_ + i, load(d_v_ + i) + load(more_ + i));
        }
        const Vec parts = set1(static_cast<float>(net_.unfolds));
        for (int v = 0; v < width; v += lanes) {
            store(d_elapsed_ + v, load(d_elapsed_ + v) / parts);
        }
    }

    float* sum_of_neuron(int which, int i) const {
        return sums_.neurons.data() + (static_cast<std::ptrdiff_t>(which) * n_ + i) * lanes;
    }

    void back_through_unfold(int k) {
        const float* from = kept(states_, k);
        const float* to = kept(states_, k + 1);
        std::fill(d_before_, d_before_ + n_ * width, 0.0f);
        for (int i = 0; i < n_; ++i) {
            Vec d_g[Vectors];
            Vec d_j[Vectors];
            Vec d_capacitance = zero();
            const Vec capacitance = set1(net_.capacitance[i]);
            for (int q = 0; q < Vectors; ++q) {
                const int place = i * width + q * lanes;
                const SubStepGradient d = sub_step_back(
                    net_.integrator, load(from + place), load(to + place),
                    load(interval_ + q * lanes), load(kept(g_, k) + place),
                    load(kept(j_, k) + place), capacitance, load(d_v_ + place)
                );
                d_g[q] = d.g;
                d_j[q] = d.j;
                d_capacitance = d_capacitance + d.capacitance;
                store(d_before_ + place, load(d_before_ + place) + d.v);
                store(d_g_in_ + place, load(d_g_in_ + place) + d.g);
                store(d_j_in_ + place, load(d_j_in_ + place) + d.j);
                store(d_elapsed_ + q * lanes, load(d_elapsed_ + q * lanes) + d.elapsed);
            }
            add_lanes(sum_of_neuron(0, i), d_capacitance);
            drive_back(net_.recurrent, i, from, d_g, d_j, d_before_, sums_.recurrent.data());
        }
        std::swap(d_v_, d_before_);
    }

    LT_INLINE void drive_back(
        const SynapseList& synapses,
        int target,
        const float* potentials,
        const Vec (&d_g)[Vectors],
        const Vec (&d_j)[Vectors],
        float* d_potentials,
        float* sums
    ) const {
        if (exact_) {
            synapses.template drive_back<true>(target, potentials, d_g, d_j, d_potentials, sums);
        } else {
            synapses.template drive_back<false>(target, potentials, d_g, d_j, d_potentials, sums);
        }
    }

    void back_through_inputs() {
        for (int i = 0; i < n_; ++i) {
            Vec d_g[Vectors];
            Vec d_j[Vectors];
            Vec d_leak = zero();
            Vec d_potential = zero();
            for (int q = 0; q < Vectors; ++q) {
                const int place = i * width + q * lanes;
                d_g[q] = load(d_g_in_ + place);
                d_j[q] = load(d_j_in_ + place);
                d_leak = d_leak + fma(set1(net_.leak_potential[i]), d_j[q], d_g[q]);
                d_potential = fma(set1(net_.leak[i]), d_j[q], d_potential);
            }
            add_lanes(sum_of_neuron(1, i), d_leak);
            add_lanes(sum_of_neuron(2, i), d_potential);
            drive_back(net_.sensory, i, x_, d_g, d_j, d_x_, sums_.sensory.data());
        }
    }

    const Backward& call_;
    LTCSums& sums_;
    float* states_;
    float* g_;
    float* j_;
    float* d_v_;
    float* d_before_;
    float* d_g_in_;
    float* d_j_in_;
    float* more_;
    float* d_x_;
    float* d_elapsed_;
};

class WiredLTC final : public LTC {
public:
    explicit WiredLTC(const LTCWeights& weights)
        : net_(weights) {}

    int input_size() const override { return net_.inputs(); }
    int hidden_size() const override { return net_.neurons(); }
    int saved_size() const override { return 0; }

    void forward(const Forward& call) const override {
        with_vectors(block_vectors(call.batch, call.threads), [&](auto vectors) {
            const std::vector<Block> blocks = blocks_of(call.batch, vectors * lanes);
            each_block(blocks, call.threads, [&](int, Block block) {
                Scratch::Scope scope(Scratch::of_this_thread());
                LTCBlock<vectors>(net_, call, block, scope).forward();
            });
        });
    }

    void backward(const Backward& call, const LTCGradient& gradient) const override {
        const int threads = call.forward.threads;
        with_vectors(block_vectors(call.forward.batch, threads), [&](auto vectors) {
            const std::vector<Block> blocks = blocks_of(call.forward.batch, vectors * lanes);
            std::vector<LTCSums> sums;
            for (std::size_t i = 0; i < std::max<std::size_t>(blocks.size(), 1); ++i) {
                sums.emplace_back(net_);
            }
            each_block(blocks, threads, [&](int i, Block block) {
                Scratch::Scope scope(Scratch::of_this_thread());
                LTCBackwardBlock<vectors>(net_, call, block, sums[i], scope).run();
            });
            for (std::size_t i = 1; i < sums.size(); ++i) {
                sums[0].add(net_, sums[i]);
            }
            write(sums[0], gradient);
        });
    }

private:
    void write(const LTCSums& sums, const LTCGradient& gradient) const {
        net_.recurrent.write(sums.recurrent.data(), gradient.recurrent);
        net_.sensory.write(sums.sensory.data(), gradient.sensory);
        float* const outs[] = {
            gradient.membrane_capacitance, gradient.leak_conductance, gradient.leak_potential
        };
        for (int which = 0; which < 3; ++which) {
            for (int i = 0; i < net_.neurons(); ++i) {
                outs[which][i] = sum(load(
                    sums.neurons.data() +
                    (static_cast<std::ptrdiff_t>(which) * net_.neurons() + i) * lanes
                ));
            }
        }
    }

    LTCNetwork net_;
};

inline std::unique_ptr<LTC> make_ltc(const LTCWeights& weights) {
    return std::make_unique<WiredLTC>(weights);
}

}  // namespace liquidtime::LT_ISA
