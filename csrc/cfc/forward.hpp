// The fully connected CfC forward in time, a slice of the batch at once.
#pragma once

#include <utility>

#include "core/activations.hpp"
#include "cfc/weights.hpp"

namespace liquidtime::LT_ISA {

// Samples [begin, end) of a batch.
struct Slice {
    int begin;
    int end;
    int size() const { return end - begin; }
};

template <class T>
class CfCForward {
public:
    CfCForward(const CfCNetwork<T>& net, const Forward& call, Slice slice, Scratch::Scope& scope)
        : net_(net),
          call_(call),
          begin_(slice.begin),
          rows_(slice.size()),
          h_(scope, rows_, net.hidden),
          h_next_(scope, rows_, net.hidden) {
        if (net.memory) {
            c_ = Rows<Single>(scope, rows_, net.hidden);
            m_ = Rows<T>(scope, rows_, net.hidden);
        }
        if constexpr (!std::is_same_v<T, Single>) {
            x_ = Rows<T>(scope, rows_, net.input);
        }
        for (int i = 0; i < net.backbone(); ++i) {
            z_.push_back(Rows<T>(scope, rows_, net.layers[i].out));
        }
    }

    void run() {
        const int hidden = net_.hidden;
        for (int i = 0; i < rows_; ++i) {
            copy(h_.row(i), call_.h + offset(i, hidden), hidden);
            if (net_.memory) {
                copy(c_.row(i), call_.c + offset(i, hidden), hidden);
            }
        }
        h_.round(0, rows_);
        for (int t = 0; t < call_.steps; ++t) {
            if (t + 1 < call_.steps) {
                fetch_step(t + 1);
            }
            if (any_active(t)) {
                step(t);
            } else {
                skip(t);
            }
            for (int i = 0; i < rows_; ++i) {
                copy(call_.output + at(i, t) * hidden, h_.row(i), hidden);
                if (call_.memories != nullptr) {
                    copy(call_.memories + at(i, t) * hidden, c_.row(i), hidden);
                }
            }
        }
        for (int i = 0; i < rows_; ++i) {
            copy(call_.h_last + offset(i, hidden), h_.row(i), hidden);
            if (net_.memory) {
                copy(call_.c_last + offset(i, hidden), c_.row(i), hidden);
            }
        }
    }

private:
    static void copy(float* out, const float* in, int count) {
        std::memcpy(out, in, sizeof(float) * static_cast<std::size_t>(count));
    }
    std::ptrdiff_t offset(int row, int columns) const {
        return static_cast<std::ptrdiff_t>(begin_ + row) * columns;
    }
    std::ptrdiff_t at(int row, int t) const {
        return static_cast<std::ptrdiff_t>(begin_ + row) * call_.steps + t;
    }
    bool active(int row, int t) const {
        return call_.active == nullptr || call_.active[at(row, t)] != 0;
    }
    bool any_active(int t) const {
        for (int i = 0; i < rows_; ++i) {
            if (active(i, t)) {
                return true;
            }
        }
        return false;
    }

    void fetch_step(int t) const {
        for (int i = 0; i < rows_; ++i) {
            fetch(call_.x + at(i, t) * net_.input, net_.input);
            fetch(call_.output + at(i, t) * net_.hidden, net_.hidden);
        }
    }

    void skip(int t) {
        if (call_.saved == nullptr) {
            return;
        }
        const std::size_t count = static_cast<std::size_t>(rows_) * net_.saved * net_.hidden;
        std::memset(saved(0, t), 0, sizeof(float) * count);
    }

    Segment<T> input(int t) {
        // Float32 is read where it lies; bfloat16 has to be rounded somewhere first.
        if constexpr (std::is_same_v<T, Single>) {
            return {
                call_.x + at(0, t) * net_.input,
                static_cast<std::ptrdiff_t>(call_.steps) * net_.input, net_.input
            };
        } else {
            for (int i = 0; i < rows_; ++i) {
                copy(x_.row(i), call_.x + at(i, t) * net_.input, net_.input);
            }
            x_.round(0, rows_);
            return x_.all(0);
        }
    }

    void step(int t) {
        const Segment<T> x = input(t);
        Segment<T> read[2] = {x, h_.all(0)};
        if (net_.memory) {
            remember(read, t);
            read[net_.layout == Layout::state ? 1 : 0] = m_.all(0);
        }
        int count = 2;
        for (int i = 0; i < net_.backbone(); ++i) {
            backbone(i, read, count, t);
            read[0] = z_[i].all(0);
            count = 1;
        }
        if (net_.variant == Variant::closed_form) {
            closed_form(read, count, t);
        } else if (net_.variant == Variant::relaxation) {
            relax(read, count, t);
        } else {
            gates(read, count, t);
        }
        h_next_.round(0, rows_);
        std::swap(h_, h_next_);
    }

    void remember(const Segment<T>* read, int t) {
        const int hidden = net_.hidden;
        product(
            net_.lstm.forward, read, 2, rows_,
            [&](const auto& panel, int first, int rows, const float* tile) {
                for (int i = 0; i < rows; ++i, tile += 4 * lanes) {
                    float* memory = c_.row(first + i) + panel.first;
                    const Vec candidate = tanh(load(tile));
                    const Vec write = sigmoid(load(tile + lanes));
                    const Vec forget = sigmoid(load(tile + 2 * lanes));
                    const Vec open = sigmoid(load(tile + 3 * lanes));
                    const Vec c = fma(forget, load(memory), write * candidate);
                    store_first(
                        m_.row(first + i) + panel.first, open * tanh(c), hidden - panel.first
                    );
                    // A skipped sample computes all the same; it only keeps nothing of it.
                    if (active(first + i, t)) {
                        store_first(memory, c, hidden - panel.first);
                    }
                }
            }
        );
        m_.round(0, rows_);
    }

    void backbone(int layer, const Segment<T>* read, int count, int t) {
        Rows<T>& z = z_[layer];
        const int units = net_.layers[layer].out;
        const float* dropout = call_.dropout.empty() ? nullptr : call_.dropout[layer];
        product(
            net_.layers[layer].forward, read, count, rows_,
            [&](const auto& panel, int first, int rows, const float* tile) {
                for (int i = 0; i < rows; ++i) {
                    for (int v = 0; v < panel.vectors; ++v, tile += lanes) {
                        const int unit = panel.first + v * lanes;
                        Vec value = activate(net_.activation, load(tile));
                        if (dropout != nullptr) {
                            value =
                                value *
                                load_first(dropout + at(first + i, t) * units + unit, units - unit);
                        }
                        store(z.row(first + i) + unit, value);
                    }
                }
            }
        );
        z.round(0, rows_);
    }

    // What a step of a row leaves for the backward pass: planes of `hidden` numbers, [T, B,
    // planes].
    float* saved(int row, int t) const {
        const std::ptrdiff_t index = static_cast<std::ptrdiff_t>(t) * call_.batch + begin_ + row;
        return call_.saved == nullptr ? nullptr : call_.saved + index * net_.saved * net_.hidden;
    }

    void gates(const Segment<T>* read, int count, int t) {
        const int hidden = net_.hidden;
        const bool no_gate = net_.variant == Variant::no_gate;
        product(
            net_.heads().forward, read, count, rows_,
            [&](const auto& panel, int first, int rows, const float* tile) {
                const int unit = panel.first;
                const int left = hidden - unit;
                for (int i = first; i < first + rows; ++i, tile += net_.planes * lanes) {
                    const Vec f = tanh(load(tile));
                    const Vec g = tanh(load(tile + lanes));
                    Vec gate = load(tile + 2 * lanes);
                    if (!net_.folded) {
                        const Vec elapsed = set1(call_.elapsed.at(begin_ + i, t));
                        gate = fma(gate, elapsed, load(tile + 3 * lanes));
                    }
                    const Vec s = sigmoid(gate);
                    const Vec next = no_gate ? fma(s, g, f) : fma(g, s, f * (set1(1.0f) - s));
                    if (float* plane = saved(i, t)) {
                        store_first(plane + unit, f, left);
                        store_first(plane + hidden + unit, s, left);
                        if (net_.with_rate) {
                            store_first(plane + 2 * hidden + unit, load(tile + 2 * lanes), left);
                        }
                    }
                    put(i, t, unit, next);
                }
            }
        );
    }

    void closed_form(const Segment<T>* read, int count, int t) {
        const int hidden = net_.hidden;
        product(
            net_.heads().forward, read, count, rows_,
            [&](const auto& panel, int first, int rows, const float* tile) {
                for (int i = first; i < first + rows; ++i) {
                    const Vec elapsed = set1(call_.elapsed.at(begin_ + i, t));
                    for (int v = 0; v < panel.vectors; ++v, tile += lanes) {
                        const int unit = panel.first + v * lanes;
                        const int left = hidden - unit;
                        const Vec f = load(tile);
                        const Vec rate = abs(load_first(net_.decay.data() + unit, left)) + abs(f);
                        const Vec e = exp(zero() - elapsed * rate);
                        const Vec target = load_first(net_.target.data() + unit, left);
                        if (float* plane = saved(i, t)) {
                            store_first(plane + unit, f, left);
                            store_first(plane + hidden + unit, e, left);
                        }
                        put(i, t, unit, target - target * e * f);
                    }
                }
            }
        );
    }

    void relax(const Segment<T>* read, int count, int t) {
        const int hidden = net_.hidden;
        const Rows<T>& before = net_.memory_as_state() ? m_ : h_;
        product(
            net_.heads().forward, read, count, rows_,
            [&](const auto& panel, int first, int rows, const float* tile) {
                const int unit = panel.first;
                const int left = hidden - unit;
                for (int i = first; i < first + rows; ++i, tile += 2 * lanes) {
                    const Vec elapsed = set1(call_.elapsed.at(begin_ + i, t));
                    const Vec h = load(before.row(i) + unit);
                    const Vec q = tanh(load(tile));
                    const Softplus rate = softplus(load(tile + lanes));
                    const Decay over = decay(zero() - elapsed * rate.value);
                    if (float* plane = saved(i, t)) {
                        store_first(plane + unit, q, left);
                        store_first(plane + hidden + unit, zero() - over.change, left);
                        store_first(plane + 2 * hidden + unit, over.left * rate.slope, left);
                        if (net_.with_rate) {
                            store_first(plane + 3 * hidden + unit, over.left * rate.value, left);
                        }
                    }
                    put(i, t, unit, fnma(q - h, over.change, h));
                }
            }
        );
    }

    void put(int row, int t, int unit, Vec next) {
        const Vec kept = active(row, t) ? next : load(h_.row(row) + unit);
        // Rows are padded to whole vectors, so the last is stored whole.
        store(h_next_.row(row) + unit, kept);
    }

    const CfCNetwork<T>& net_;
    const Forward& call_;
    int begin_;
    int rows_;
    Rows<T> h_;
    Rows<T> h_next_;
    Rows<Single> c_;
    Rows<T> m_;
    Rows<T> x_;
    std::vector<Rows<T>> z_;
};

}  // namespace liquidtime::LT_ISA
