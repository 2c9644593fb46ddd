// The wired CfC backward in time, a block of samples at once; no transcendental function is needed.
#pragma once

#include "wired/forward.hpp"

namespace liquidtime::LT_ISA {

// Sums of a block, one vector of lanes to a synapse, a neuron's bias, its decay and its target.
struct WiredSums {
    std::vector<AlignedArray<float>> arrays;
    std::vector<std::size_t> sizes;

    explicit WiredSums(const WiredParts& net) {
        for (const LinearSynapses& synapses : net.groups) {
            add_array(synapses.size());
            add_array(synapses.targets);
        }
        for (const LinearSynapses& synapses : net.lstm) {
            add_array(synapses.size());
            add_array(synapses.targets);
        }
        add_array(net.hidden);
        add_array(net.hidden);
    }

    float* weight(int group) { return arrays[2 * group].data(); }
    float* bias(int group) { return arrays[2 * group + 1].data(); }
    float* decay() { return arrays[arrays.size() - 2].data(); }
    float* target() { return arrays[arrays.size() - 1].data(); }

    void add(const WiredSums& other) {
        for (std::size_t k = 0; k < arrays.size(); ++k) {
            for (std::size_t i = 0; i < sizes[k]; ++i) {
                arrays[k].data()[i] += other.arrays[k].data()[i];
            }
        }
    }

private:
    void add_array(int count) {
        sizes.push_back(static_cast<std::size_t>(count) * lanes);
        arrays.emplace_back(sizes.back());
        std::fill_n(arrays.back().data(), sizes.back(), 0.0f);
    }
};

template <int Vectors>
class WiredBackward {
public:
    static constexpr int width = Vectors * lanes;

    WiredBackward(
        const WiredParts& net,
        const Backward& call,
        Block block,
        WiredSums& sums,
        Scratch::Scope& scope
    )
        : net_(net),
          call_(call),
          step_{call.forward, block},
          saved_{call.forward.saved, net.planes(), net.hidden, call.forward.batch, block},
          sums_(sums) {
        const int n = net.hidden * width;
        active_ = scope.take<float>(width);
        elapsed_ = scope.take<float>(width);
        d_elapsed_ = scope.take<float>(width);
        values_ = scope.take<float>(net.rows() * width);
        d_values_ = scope.take<float>(net.rows() * width);
        d_x_ = scope.take<float>(net.input * width);
        states_ = scope.take<float>(n);
        before_ = scope.take<float>(n);
        d_h_ = scope.take<float>(n);
        more_ = scope.take<float>(n);
        if (net.memory) {
            read_ = scope.take<float>(net.lstm_columns * width);
            d_read_ = scope.take<float>(net.lstm_columns * width);
            c_ = scope.take<float>(n);
            d_c_ = scope.take<float>(n);
        }
    }

    void run() {
        const int n = net_.hidden;
        const int count = step_.block.count;
        Lanes<Vectors>::gather(call_.d_h_last + step_.first(n), n, n, count, d_h_);
        if (net_.memory) {
            Lanes<Vectors>::gather(call_.d_c_last + step_.first(n), n, n, count, d_c_);
        }
        for (int t = step_.call.steps - 1; t >= 0; --t) {
            step_.get(call_.d_output, t, n, more_);
            add(d_h_, more_, n);
            std::fill_n(d_x_, net_.input * width, 0.0f);
            std::fill_n(d_elapsed_, width, 0.0f);
            if (step_.activity(t, active_)) {
                step(t);
            }
            if (call_.d_x != nullptr) {
                step_.put(call_.d_x, t, net_.input, d_x_);
            }
            if (call_.d_elapsed != nullptr) {
                step_.put(call_.d_elapsed, t, 1, d_elapsed_);
            }
        }
        Lanes<Vectors>::scatter(d_h_, n, n, count, call_.d_h + step_.first(n));
        if (net_.memory) {
            Lanes<Vectors>::scatter(d_c_, n, n, count, call_.d_c + step_.first(n));
        }
    }

private:
    static void add(float* sum, const float* more, int rows) {
        for (int k = 0; k < rows * width; k += lanes) {
            store(sum + k, load(sum + k) + load(more + k));
        }
    }
    void copy(float* to, const float* from, int rows) const {
        std::copy_n(from, static_cast<std::ptrdiff_t>(rows) * width, to);
    }
    float* row(float* values, int k) const { return values + k * width; }
    Mask used(int q) const { return zero() < load(active_ + q * lanes); }

    void load_before(const float* first, const float* later, int t, float* to) const {
        const int n = net_.hidden;
        if (t == 0) {
            Lanes<Vectors>::gather(first + step_.first(n), n, n, step_.block.count, to);
        } else {
            step_.get(later, t - 1, n, to);
        }
    }

    void step(int t) {
        const Forward& call = step_.call;
        const int n = net_.hidden;
        step_.elapsed(t, active_, elapsed_);
        step_.get(call.output, t, n, states_);
        load_before(call.h, call.output, t, before_);
        if (net_.memory) {
            load_before(call.c, call.memories, t, c_);
            step_.inputs(t, net_.input, active_, read_);
            copy(read_ + net_.input * width, before_, n);
            std::fill_n(d_read_, net_.lstm_columns * width, 0.0f);
            const bool as_state = net_.layout == Layout::state;
            copy(row(values_, 0), read_, as_state ? net_.cell_input : 0);
            copy(row(values_, net_.old_states()), before_, n);
            for (int i = 0; i < n; ++i) {
                float* m = row(values_, (as_state ? net_.old_states() : 0) + i);
                for (int q = 0; q < Vectors; ++q) {
                    store(m + q * lanes, saved_.get(t, net_.cell_planes() + 5, i, q));
                }
            }
        } else {
            step_.inputs(t, net_.input, active_, row(values_, 0));
            copy(row(values_, net_.old_states()), before_, n);
        }
        std::fill_n(d_values_, net_.rows() * width, 0.0f);
        for (int s = 0; s < n; ++s) {
            const float* state = row(states_, net_.neuron[s]);
            float* d_state = row(d_h_, net_.neuron[s]);
            copy(row(values_, net_.new_states() + s), state, 1);
            // Skipped lanes keep their gradient and carry zeros through the step.
            for (int q = 0; q < Vectors; ++q) {
                const Vec d = load(d_state + q * lanes);
                store(
                    row(d_values_, net_.new_states() + s) + q * lanes, select(used(q), d, zero())
                );
                store(d_state + q * lanes, select(used(q), zero(), d));
            }
        }
        for (int group = static_cast<int>(net_.groups.size()) - 1; group >= 0; --group) {
            for (int i = 0; i < net_.groups[group].targets; ++i) {
                if (net_.variant == Variant::closed_form) {
                    closed_form(group, i, net_.first[group] + i, t);
                } else if (net_.variant == Variant::relaxation) {
                    relax(group, i, net_.first[group] + i, t);
                } else {
                    gates(group, i, net_.first[group] + i, t);
                }
            }
        }
        to_inputs(t);
    }

    void gates(int group, int i, int s, int t) {
        const Vec one = set1(1.0f);
        Vec d[4][Vectors];
        for (int q = 0; q < Vectors; ++q) {
            const Vec d_next = load(row(d_values_, net_.new_states() + s) + q * lanes);
            const Vec f = saved_.get(t, 0, s, q);
            const Vec g = saved_.get(t, 1, s, q);
            const Vec open = saved_.get(t, 2, s, q);
            const bool no_gate = net_.variant == Variant::no_gate;
            const Vec d_f = d_next * fnma(f, f, one);
            const Vec d_gate = d_next * (no_gate ? g : g - f) * open * (one - open);
            d[0][q] = no_gate ? d_f : d_f * (one - open);
            d[1][q] = d_next * open * fnma(g, g, one);
            d[2][q] = d_gate * load(elapsed_ + q * lanes);
            d[3][q] = d_gate;
            if (net_.with_rate) {
                const Vec rate = saved_.get(t, 3, s, q);
                add_lanes(d_elapsed_ + q * lanes, select(used(q), d_gate * rate, zero()));
            }
        }
        net_.groups[group].back(i, values_, d, d_values_, sums_.weight(group), sums_.bias(group));
    }

    void closed_form(int group, int i, int s, int t) {
        Vec d[1][Vectors];
        const Vec target = set1(net_.target[s]);
        const float decay = net_.decay[s];
        const Vec sign = set1(decay > 0 ? 1.0f : decay < 0 ? -1.0f : 0.0f);
        Vec d_decay = zero();
        Vec d_of_target = zero();
        for (int q = 0; q < Vectors; ++q) {
            const Vec d_next = load(row(d_values_, net_.new_states() + s) + q * lanes);
            const Vec f = saved_.get(t, 0, s, q);
            const Vec e = saved_.get(t, 1, s, q);
            const Vec elapsed = load(elapsed_ + q * lanes);
            const Vec d_target = d_next * target;
            const Vec change = d_target * e * f;
            d[0][q] = zero() - d_target * e * fnma(elapsed, abs(f), set1(1.0f));
            d_decay = fma(change * elapsed, sign, d_decay);
            d_of_target = fma(d_next, fnma(e, f, set1(1.0f)), d_of_target);
            const Vec slope = change * (abs(set1(decay)) + abs(f));
            add_lanes(d_elapsed_ + q * lanes, select(used(q), slope, zero()));
        }
        add_lanes(sums_.decay() + s * lanes, d_decay);
        add_lanes(sums_.target() + s * lanes, d_of_target);
        net_.groups[group].back(i, values_, d, d_values_, sums_.weight(group), sums_.bias(group));
    }

    // Kept out of line, so that the other variants' code stays as tight as without it.
    __attribute__((noinline)) void relax(int group, int i, int s, int t) {
        const Vec one = set1(1.0f);
        const int old = net_.old_states() + net_.neuron[s];
        Vec d[2][Vectors];
        for (int q = 0; q < Vectors; ++q) {
            const Vec d_next = load(row(d_values_, net_.new_states() + s) + q * lanes);
            const Vec target = saved_.get(t, 0, s, q);
            const Vec way = saved_.get(t, 1, s, q);
            const Vec d_left = d_next * (target - load(row(values_, old) + q * lanes));
            d[0][q] = d_next * way * fnma(target, target, one);
            d[1][q] = d_left * saved_.get(t, 2, s, q) * load(elapsed_ + q * lanes);
            add_lanes(row(d_values_, old) + q * lanes, d_next * (one - way));
            if (net_.with_rate) {
                const Vec in_time = saved_.get(t, 3, s, q);
                add_lanes(d_elapsed_ + q * lanes, select(used(q), d_left * in_time, zero()));
            }
        }
        net_.groups[group].back(i, values_, d, d_values_, sums_.weight(group), sums_.bias(group));
    }

    // From the cell's inputs and old states to x and the state before, through the memory if any.
    void to_inputs(int t) {
        const int n = net_.hidden;
        float* d_input = row(d_values_, 0);
        float* d_old = row(d_values_, net_.old_states());
        if (!net_.memory) {
            copy(d_x_, d_input, net_.input);
            add(d_h_, d_old, n);
            return;
        }
        if (net_.layout == Layout::state) {
            copy(d_x_, d_input, net_.input);
            through_memory(t, d_old);
        } else {
            add(d_h_, d_old, n);
            through_memory(t, d_input);
        }
        add(d_x_, d_read_, net_.input);
        add(d_h_, d_read_ + net_.input * width, n);
    }

    void through_memory(int t, const float* d_m) {
        const Vec one = set1(1.0f);
        const int first = net_.cell_planes();
        const int place = static_cast<int>(net_.groups.size());
        for (int i = 0; i < net_.hidden; ++i) {
            Vec d[4][Vectors];
            for (int q = 0; q < Vectors; ++q) {
                const Vec candidate = saved_.get(t, first, i, q);
                const Vec write = saved_.get(t, first + 1, i, q);
                const Vec forget = saved_.get(t, first + 2, i, q);
                const Vec open = saved_.get(t, first + 3, i, q);
                const Vec squashed = saved_.get(t, first + 4, i, q);
                const Vec d_out = load(d_m + i * width + q * lanes);
                float* d_memory = d_c_ + i * width + q * lanes;
                const Vec carried = load(d_memory);
                const Vec d_c = select(
                    used(q), fma(d_out * open, fnma(squashed, squashed, one), carried), zero()
                );
                const Vec before = load(c_ + i * width + q * lanes);
                d[0][q] = d_c * write * fnma(candidate, candidate, one);
                d[1][q] = d_c * candidate * write * (one - write);
                d[2][q] = d_c * before * forget * (one - forget);
                d[3][q] = d_out * squashed * open * (one - open);
                store(d_memory, select(used(q), d_c * forget, carried));
            }
            net_.lstm[0].back(i, read_, d, d_read_, sums_.weight(place), sums_.bias(place));
        }
    }

    const WiredParts& net_;
    const Backward& call_;
    BlockStep<Vectors> step_;
    WiredSaved saved_;
    WiredSums& sums_;
    float* active_;
    float* elapsed_;
    float* d_elapsed_;
    float* values_;
    float* d_values_;
    float* d_x_;
    float* states_;
    float* before_;
    float* d_h_;
    float* more_;
    float* read_ = nullptr;
    float* d_read_ = nullptr;
    float* c_ = nullptr;
    float* d_c_ = nullptr;
};

}  // namespace liquidtime::LT_ISA
