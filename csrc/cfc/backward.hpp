// The fully connected CfC backward in time, a slice of the batch at once.
//
// Time is cut into chunks. In each, what the forward pass did not keep is computed again for all
// its steps at once: the backbone's units and slopes, the memory's gates. The loop over the steps
// then has two products and no transcendental function. Gradients of weights and inputs follow for
// the whole chunk, while its numbers are in the cache.
#pragma once

#include <vector>

#include "core/activations.hpp"
#include "cfc/forward.hpp"
#include "cfc/weights.hpp"
#include "cfc/sums.hpp"

namespace liquidtime::LT_ISA {

template <class T>
class CfCBackward {
public:
    CfCBackward(
        const CfCNetwork<T>& net,
        const Backward& call,
        Slice slice,
        int chunk,
        CfCSums<T>& sums,
        Scratch::Scope& scope
    )
        : net_(net),
          call_(call),
          forward_(call.forward),
          begin_(slice.begin),
          samples_(slice.size()),
          chunk_(chunk),
          sums_(sums) {
        const int rows = samples_ * chunk_;
        // Its padding goes into sums over units before it is first written.
        d_h_ = Rows<Single>(scope, samples_, net.hidden);
        d_h_.clear(samples_);
        operands_.push_back(cleared(scope, rows, net.layers[0].row_columns()));
        for (int i = 0; i < net.backbone(); ++i) {
            operands_.push_back(cleared(scope, rows, net.layers[i + 1].row_columns()));
            slopes_.push_back(Rows<Single>(scope, rows, net.layers[i].out));
        }
        for (const Joint<T>& layer : net.layers) {
            gradients_.push_back(cleared(scope, rows, layer.out));
        }
        if (net.memory) {
            d_c_ = Rows<Single>(scope, samples_, net.hidden);
            d_m_ = Rows<Single>(scope, samples_, net.hidden);
            d_m_.clear(samples_);
            lstm_operands_ = cleared(scope, rows, net.lstm.row_columns());
            lstm_gradients_ = cleared(scope, rows, net.lstm.out);
            lstm_gates_ = Rows<Single>(scope, rows, 5 * round_up(net.hidden, lanes));
            memories_ = Rows<Single>(scope, rows, net.hidden);
        }
    }

    void run() {
        const int hidden = net_.hidden;
        for (int i = 0; i < samples_; ++i) {
            copy(d_h_.row(i), call_.d_h_last + offset(i, hidden), hidden);
            if (net_.memory) {
                copy(d_c_.row(i), call_.d_c_last + offset(i, hidden), hidden);
            }
        }
        for (int end = forward_.steps; end > 0; end -= chunk_) {
            start_ = end > chunk_ ? end - chunk_ : 0;
            end_ = end;
            recompute();
            for (int t = end_ - 1; t >= start_; --t) {
                step(t);
            }
            finish_chunk();
        }
        for (int i = 0; i < samples_; ++i) {
            copy(call_.d_h + offset(i, hidden), d_h_.row(i), hidden);
            if (net_.memory) {
                copy(call_.d_c + offset(i, hidden), d_c_.row(i), hidden);
            }
        }
    }

private:
    static void copy(float* out, const float* in, int count) {
        std::memcpy(out, in, sizeof(float) * static_cast<std::size_t>(count));
    }
    static Rows<T> cleared(Scratch::Scope& scope, int rows, int columns) {
        Rows<T> made(scope, rows, columns);
        // Padding is multiplied, too, by weights of 0, so it must hold numbers and no NaN.
        made.clear(rows);
        return made;
    }
    std::ptrdiff_t offset(int sample, int columns) const {
        return static_cast<std::ptrdiff_t>(begin_ + sample) * columns;
    }
    std::ptrdiff_t at(int sample, int t) const {
        return static_cast<std::ptrdiff_t>(begin_ + sample) * forward_.steps + t;
    }
    bool active(int sample, int t) const {
        return forward_.active == nullptr || forward_.active[at(sample, t)] != 0;
    }
    // Rows of a chunk lie step after step.
    int row(int sample, int t) const { return (t - start_) * samples_ + sample; }
    int rows() const { return (end_ - start_) * samples_; }
    int sample_of(int r) const { return r % samples_; }
    int time_of(int r) const { return start_ + r / samples_; }
    int padded() const { return round_up(net_.hidden, lanes); }

    const float* h_before(int sample, int t) const {
        return t == 0 ? forward_.h + offset(sample, net_.hidden)
                      : forward_.output + at(sample, t - 1) * net_.hidden;
    }
    const float* c_before(int sample, int t) const {
        return t == 0 ? forward_.c + offset(sample, net_.hidden)
                      : forward_.memories + at(sample, t - 1) * net_.hidden;
    }

    const float* saved(int sample, int t) const {
        const std::ptrdiff_t index =
            static_cast<std::ptrdiff_t>(t) * forward_.batch + begin_ + sample;
        return forward_.saved + index * net_.saved * net_.hidden;
    }

    // A row [first operand, recurrent operand, 1]; zeros where the step was skipped.
    void put_operands(
        const Joint<T>& joint, float* out, const float* first, const float* second, bool used
    ) {
        if (used) {
            copy(out, first, joint.first);
            copy(out + joint.second_column(), second, joint.second);
        } else {
            std::memset(out, 0, sizeof(float) * static_cast<std::size_t>(joint.one_column()));
        }
        out[joint.one_column()] = 1.0f;
    }

    void recompute() {
        if (net_.memory) {
            recompute_memory();
        }
        const Joint<T>& joint = net_.layers[0];
        Rows<T>& operands = operands_[0];
        for (int r = 0; r < rows(); ++r) {
            const int sample = sample_of(r);
            const int t = time_of(r);
            const float* first = forward_.x + at(sample, t) * net_.input;
            const float* second = h_before(sample, t);
            if (net_.memory) {
                (net_.layout == Layout::state ? second : first) = memories_.row(r);
            }
            put_operands(joint, operands.row(r), first, second, active(sample, t));
        }
        operands.round(0, rows());
        for (int i = 0; i < net_.backbone(); ++i) {
            recompute_backbone(i);
        }
    }

    int read(const Joint<T>& joint, const Rows<T>& operands, Segment<T>* segments) const {
        segments[0] = operands.segment(0, 0, joint.first);
        if (joint.second == 0) {
            return 1;
        }
        segments[1] = operands.segment(0, joint.second_column(), joint.second);
        return 2;
    }

    void recompute_backbone(int layer) {
        const Joint<T>& joint = net_.layers[layer];
        Segment<T> segments[2];
        const int count = read(joint, operands_[layer], segments);
        Rows<T>& units = operands_[layer + 1];
        Rows<Single>& slopes = slopes_[layer];
        const float* dropout = forward_.dropout.empty() ? nullptr : forward_.dropout[layer];
        product(
            joint.forward, segments, count, rows(),
            [&](const auto& panel, int first, int height, const float* tile) {
                for (int r = first; r < first + height; ++r) {
                    const std::ptrdiff_t dropped = at(sample_of(r), time_of(r)) * joint.out;
                    for (int v = 0; v < panel.vectors; ++v, tile += lanes) {
                        const int unit = panel.first + v * lanes;
                        Activated now = activate_with_slope(net_.activation, load(tile));
                        if (dropout != nullptr) {
                            const Vec factor =
                                load_first(dropout + dropped + unit, joint.out - unit);
                            now.value = now.value * factor;
                            now.slope = now.slope * factor;
                        }
                        store_first(units.row(r) + unit, now.value, joint.out - unit);
                        store(slopes.row(r) + unit, now.slope);
                    }
                }
            }
        );
        const int one = net_.layers[layer + 1].one_column();
        for (int r = 0; r < rows(); ++r) {
            units.row(r)[one] = 1.0f;
        }
        units.round(0, rows());
    }

    // Planes of lstm_gates_: candidate, write, forget, open, tanh c.
    float* plane(int r, int which) const { return lstm_gates_.row(r) + which * padded(); }

    void recompute_memory();  // in memory_gradient.hpp

    // Gradients come from far away; some rows ahead is soon enough.
    void fetch_ahead(int sample, int t) const {
        constexpr int ahead = 6;
        if (sample + ahead < samples_) {
            fetch(saved(sample + ahead, t), net_.saved * net_.hidden);
            fetch(forward_.output + at(sample + ahead, t) * net_.hidden, net_.hidden);
            fetch(call_.d_output + at(sample + ahead, t) * net_.hidden, net_.hidden);
        }
    }

    void step(int t) {
        for (int i = 0; i < samples_; ++i) {
            fetch_ahead(i, t);
            through_heads(i, t);
        }
        const int first = row(0, t);
        Rows<T>& heads = gradients_.back();
        heads.round(first, first + samples_);
        Segment<T> read = heads.all(first);
        for (int layer = net_.backbone(); layer > 0; --layer) {
            const Rows<T>& below = gradients_[layer - 1];
            const Rows<Single>& slopes = slopes_[layer - 1];
            const int units = net_.layers[layer - 1].out;
            product(
                net_.layers[layer].to_first, &read, 1, samples_,
                [&](const auto& panel, int begin, int height, const float* tile) {
                    for (int r = first + begin; r < first + begin + height; ++r) {
                        for (int v = 0; v < panel.vectors; ++v, tile += lanes) {
                            const int unit = panel.first + v * lanes;
                            store_first(
                                below.row(r) + unit, load(tile) * load(slopes.row(r) + unit),
                                units - unit
                            );
                        }
                    }
                }
            );
            below.round(first, first + samples_);
            read = below.all(first);
        }
        const Joint<T>& joint = net_.layers[0];
        if (!net_.memory) {
            to_state(joint.to_second, read, t, net_.carries());
        } else if (net_.layout == Layout::state) {
            to_memory(joint.to_second, read, net_.carries());
            through_memory(t);
            to_state(net_.lstm.to_second, lstm_gradients_.all(first), t, false);
        } else {
            to_memory(joint.to_first, read, false);
            through_memory(t);
            to_state(joint.to_second, read, t, net_.carries());
            to_state(net_.lstm.to_second, lstm_gradients_.all(first), t, true);
        }
    }

    void add_to(float* sum, const float* more) const {
        for (int unit = 0; unit < net_.hidden; unit += lanes) {
            const int left = net_.hidden - unit;
            store_first(
                sum + unit, load_first(sum + unit, left) + load_first(more + unit, left), left
            );
        }
    }

    // The gradient of the state before, of samples that were not skipped.
    void to_state(const Packed<T>& weights, const Segment<T>& read, int t, bool add) {
        product(
            weights, &read, 1, samples_,
            [&](const auto& panel, int begin, int height, const float* tile) {
                for (int i = begin; i < begin + height; ++i) {
                    const bool used = active(i, t);
                    for (int v = 0; v < panel.vectors; ++v, tile += lanes) {
                        float* place = d_h_.row(i) + panel.first + v * lanes;
                        if (used) {
                            store(place, add ? load(place) + load(tile) : load(tile));
                        }
                    }
                }
            }
        );
    }

    // The gradient of what the memory puts out.
    void to_memory(const Packed<T>& weights, const Segment<T>& read, bool add) {
        product(
            weights, &read, 1, samples_,
            [&](const auto& panel, int begin, int height, const float* tile) {
                for (int i = begin; i < begin + height; ++i) {
                    for (int v = 0; v < panel.vectors; ++v, tile += lanes) {
                        float* place = d_m_.row(i) + panel.first + v * lanes;
                        store(place, add ? load(place) + load(tile) : load(tile));
                    }
                }
            }
        );
    }

    // In heads_gradient.hpp.
    void through_heads(int sample, int t);
    float through_gates(int sample, int t, float* out);
    float through_closed_form(int sample, int t, float* out);
    float through_relaxation(int sample, int t, float* out);
    // In memory_gradient.hpp.
    void through_memory(int t);

    void finish_chunk() {
        for (std::size_t i = 0; i < net_.layers.size(); ++i) {
            sums_.layers[i].add(gradients_[i], operands_[i], rows());
        }
        if (net_.memory) {
            sums_.lstm.add(lstm_gradients_, lstm_operands_, rows());
        }
        if (call_.d_x == nullptr) {
            return;
        }
        const bool cell_reads_x = !net_.memory || net_.layout == Layout::state;
        if (cell_reads_x) {
            input_gradient(net_.layers[0].to_first, gradients_[0], false);
        }
        if (net_.memory) {
            // On top of what the cell has written there, if it reads x.
            input_gradient(net_.lstm.to_first, lstm_gradients_, cell_reads_x);
        }
    }

    void input_gradient(const Packed<T>& weights, const Rows<T>& gradient, bool add) {
        const Segment<T> read = gradient.all(0);
        product(
            weights, &read, 1, rows(),
            [&](const auto& panel, int first, int height, const float* tile) {
                for (int r = first; r < first + height; ++r) {
                    float* out = call_.d_x + at(sample_of(r), time_of(r)) * net_.input;
                    for (int v = 0; v < panel.vectors; ++v, tile += lanes) {
                        const int column = panel.first + v * lanes;
                        const int left = net_.input - column;
                        const Vec old = add ? load_first(out + column, left) : zero();
                        store_first(out + column, old + load(tile), left);
                    }
                }
            }
        );
    }

    const CfCNetwork<T>& net_;
    const Backward& call_;
    const Forward& forward_;
    int begin_;
    int samples_;
    int chunk_;
    CfCSums<T>& sums_;
    int start_ = 0;
    int end_ = 0;
    Rows<Single> d_h_;
    Rows<Single> d_c_;
    Rows<Single> d_m_;
    std::vector<Rows<T>> operands_;  // of each layer, [first, second, 1]
    std::vector<Rows<Single>> slopes_;
    std::vector<Rows<T>> gradients_;  // of what each layer puts out before its activation
    Rows<T> lstm_operands_;
    Rows<T> lstm_gradients_;
    Rows<Single> lstm_gates_;
    Rows<Single> memories_;  // what the memory puts out
};

}  // namespace liquidtime::LT_ISA

#include "cfc/heads_gradient.hpp"
#include "cfc/memory_gradient.hpp"
