// The wired CfC forward in time, a block of samples at once.
#pragma once

#include "wired/weights.hpp"

namespace liquidtime::LT_ISA {

// What a block leaves for the backward pass: [T, planes, H, B].
struct WiredSaved {
    float* data;
    int planes;
    int hidden;
    int batch;
    Block block;

    template <int Vectors>
    void put(int t, int plane, int unit, const Vec (&values)[Vectors]) const {
        if (data == nullptr) {
            return;
        }
        for (int q = 0; q < Vectors && q * lanes < block.count; ++q) {
            store_first(place(t, plane, unit) + q * lanes, values[q], block.count - q * lanes);
        }
    }
    Vec get(int t, int plane, int unit, int q) const {
        const int left = block.count - q * lanes;
        return left > 0 ? load_first(place(t, plane, unit) + q * lanes, left) : zero();
    }
    void clear(int t) const {
        for (int k = 0; data != nullptr && k < planes * hidden; ++k) {
            std::fill_n(place(t, 0, k), block.count, 0.0f);
        }
    }

private:
    float* place(int t, int plane, int unit) const {
        const std::ptrdiff_t row =
            (static_cast<std::ptrdiff_t>(t) * planes + plane) * hidden + unit;
        return data + row * batch + block.begin;
    }
};

template <int Vectors>
class WiredForward {
public:
    static constexpr int width = Vectors * lanes;

    WiredForward(const WiredParts& net, const Forward& call, Block block, Scratch::Scope& scope)
        : net_(net),
          step_{call, block},
          saved_{call.saved, net.planes(), net.hidden, call.batch, block} {
        active_ = scope.take<float>(width);
        elapsed_ = scope.take<float>(width);
        values_ = scope.take<float>(net.rows() * width);
        h_ = scope.take<float>(net.hidden * width);
        if (net.memory) {
            read_ = scope.take<float>(net.lstm_columns * width);
            m_ = scope.take<float>(net.hidden * width);
            c_ = scope.take<float>(net.hidden * width);
        }
    }

    void run() {
        const Forward& call = step_.call;
        const int n = net_.hidden;
        spreads_ = net_.sparse && !(net_.moderate && step_.moderate(net_.input, n));
        Lanes<Vectors>::gather(call.h + step_.first(n), n, n, step_.block.count, h_);
        if (net_.memory) {
            Lanes<Vectors>::gather(call.c + step_.first(n), n, n, step_.block.count, c_);
        }
        for (int t = 0; t < call.steps; ++t) {
            if (step_.activity(t, active_)) {
                step(t);
            } else {
                saved_.clear(t);
            }
            step_.put(call.output, t, n, h_);
            if (call.memories != nullptr) {
                step_.put(call.memories, t, n, c_);
            }
        }
        Lanes<Vectors>::scatter(h_, n, n, step_.block.count, call.h_last + step_.first(n));
        if (net_.memory) {
            Lanes<Vectors>::scatter(c_, n, n, step_.block.count, call.c_last + step_.first(n));
        }
    }

private:
    float* row(int k) const { return values_ + k * width; }
    void copy(float* to, const float* from, int rows) const {
        std::copy_n(from, static_cast<std::ptrdiff_t>(rows) * width, to);
    }

    void step(int t) {
        step_.elapsed(t, active_, elapsed_);
        if (net_.memory) {
            step_.inputs(t, net_.input, active_, read_);
            copy(read_ + net_.input * width, h_, net_.hidden);
            remember(t);
            const bool as_state = net_.layout == Layout::state;
            copy(row(0), as_state ? read_ : m_, net_.cell_input);
            copy(row(net_.old_states()), as_state ? m_ : h_, net_.hidden);
        } else {
            step_.inputs(t, net_.input, active_, row(0));
            copy(row(net_.old_states()), h_, net_.hidden);
        }
        for (std::size_t group = 0; group < net_.groups.size(); ++group) {
            for (int i = 0; i < net_.groups[group].targets; ++i) {
                if (net_.variant == Variant::closed_form) {
                    closed_form(net_.groups[group], i, net_.first[group] + i, t);
                } else if (net_.variant == Variant::relaxation) {
                    relax(net_.groups[group], i, net_.first[group] + i, t);
                } else {
                    gates(net_.groups[group], i, net_.first[group] + i, t);
                }
            }
        }
        for (int s = 0; s < net_.hidden; ++s) {
            Lanes<Vectors>::choose(
                active_, row(net_.new_states() + s), 1, h_ + net_.neuron[s] * width
            );
        }
    }

    void remember(int t) {
        const int first = net_.cell_planes();
        for (int i = 0; i < net_.hidden; ++i) {
            Vec gates[4][Vectors];
            net_.lstm[0].read(i, read_, gates);
            Vec squashed[Vectors];
            Vec out[Vectors];
            for (int q = 0; q < Vectors; ++q) {
                float* memory = c_ + i * width + q * lanes;
                gates[0][q] = tanh(gates[0][q]);
                for (int k = 1; k < 4; ++k) {
                    gates[k][q] = sigmoid(gates[k][q]);
                }
                const Vec c = fma(gates[2][q], load(memory), gates[1][q] * gates[0][q]);
                squashed[q] = tanh(c);
                out[q] = gates[3][q] * squashed[q];
                store(m_ + i * width + q * lanes, out[q]);
                store(memory, select(zero() < load(active_ + q * lanes), c, load(memory)));
            }
            for (int k = 0; k < 4; ++k) {
                saved_.put(t, first + k, i, gates[k]);
            }
            saved_.put(t, first + 4, i, squashed);
            saved_.put(t, first + 5, i, out);
        }
    }

    void gates(const LinearSynapses& synapses, int i, int s, int t) {
        Vec heads[4][Vectors];
        synapses.read(i, values_, heads);
        if (spreads_) {
            synapses.read_absent(i, values_, heads);
        }
        Vec gate[Vectors];
        for (int q = 0; q < Vectors; ++q) {
            const Vec f = heads[0][q] = tanh(heads[0][q]);
            const Vec g = heads[1][q] = tanh(heads[1][q]);
            const Vec open = gate[q] =
                sigmoid(fma(heads[2][q], load(elapsed_ + q * lanes), heads[3][q]));
            const Vec next = net_.variant == Variant::no_gate
                                 ? fma(open, g, f)
                                 : fma(g, open, f * (set1(1.0f) - open));
            store(row(net_.new_states() + s) + q * lanes, next);
        }
        saved_.put(t, 0, s, heads[0]);
        saved_.put(t, 1, s, heads[1]);
        saved_.put(t, 2, s, gate);
        if (net_.with_rate) {
            saved_.put(t, 3, s, heads[2]);
        }
    }

    void closed_form(const LinearSynapses& synapses, int i, int s, int t) {
        Vec f[1][Vectors];
        synapses.read(i, values_, f);
        if (spreads_) {
            synapses.read_absent(i, values_, f);
        }
        Vec e[Vectors];
        const Vec target = set1(net_.target[s]);
        for (int q = 0; q < Vectors; ++q) {
            const Vec rate = abs(set1(net_.decay[s])) + abs(f[0][q]);
            e[q] = exp(zero() - load(elapsed_ + q * lanes) * rate);
            store(row(net_.new_states() + s) + q * lanes, target - target * e[q] * f[0][q]);
        }
        saved_.put(t, 0, s, f[0]);
        saved_.put(t, 1, s, e);
    }

    // Kept out of line, so that the other variants' code stays as tight as without it.
    __attribute__((noinline)) void relax(const LinearSynapses& synapses, int i, int s, int t) {
        Vec heads[2][Vectors];
        synapses.read(i, values_, heads);
        if (spreads_) {
            synapses.read_absent(i, values_, heads);
        }
        Vec way[Vectors];
        Vec in_time[Vectors];
        const float* before = row(net_.old_states() + net_.neuron[s]);
        for (int q = 0; q < Vectors; ++q) {
            const Vec h = load(before + q * lanes);
            const Vec target = heads[0][q] = tanh(heads[0][q]);
            const Softplus rate = softplus(heads[1][q]);
            const Decay over = decay(zero() - load(elapsed_ + q * lanes) * rate.value);
            way[q] = zero() - over.change;
            heads[1][q] = over.left * rate.slope;
            in_time[q] = over.left * rate.value;
            store(row(net_.new_states() + s) + q * lanes, fnma(target - h, over.change, h));
        }
        saved_.put(t, 0, s, heads[0]);
        saved_.put(t, 1, s, way);
        saved_.put(t, 2, s, heads[1]);
        if (net_.with_rate) {
            saved_.put(t, 3, s, in_time);
        }
    }

    const WiredParts& net_;
    BlockStep<Vectors> step_;
    WiredSaved saved_;
    bool spreads_ = false;  // NaN goes to neurons without a synapse, too, as in the reference
    float* active_;
    float* elapsed_;
    float* values_;
    float* h_;
    float* read_ = nullptr;
    float* m_ = nullptr;
    float* c_ = nullptr;
};

}  // namespace liquidtime::LT_ISA
