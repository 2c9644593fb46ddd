// The mixed memory of the fully connected CfC on the way back: its gates computed again, and the
// gradients that go through them.
#pragma once

#include "cfc/backward.hpp"

namespace liquidtime::LT_ISA {

template <class T>
void CfCBackward<T>::recompute_memory() {
    const Joint<T>& joint = net_.lstm;
    for (int r = 0; r < rows(); ++r) {
        const int sample = sample_of(r);
        const int t = time_of(r);
        put_operands(
            joint, lstm_operands_.row(r), forward_.x + at(sample, t) * net_.input,
            h_before(sample, t), active(sample, t)
        );
    }
    lstm_operands_.round(0, rows());
    Segment<T> segments[2];
    const int count = read(joint, lstm_operands_, segments);
    product(
        joint.forward, segments, count, rows(),
        [&](const auto& panel, int first, int height, const float* tile) {
            const int unit = panel.first;
            for (int r = first; r < first + height; ++r, tile += 4 * lanes) {
                const int left = net_.hidden - unit;
                const float* c = forward_.memories + at(sample_of(r), time_of(r)) * net_.hidden;
                const Vec open = sigmoid(load(tile + 3 * lanes));
                const Vec squashed = tanh(load_first(c + unit, left));
                store(plane(r, 0) + unit, tanh(load(tile)));
                store(plane(r, 1) + unit, sigmoid(load(tile + lanes)));
                store(plane(r, 2) + unit, sigmoid(load(tile + 2 * lanes)));
                store(plane(r, 3) + unit, open);
                store(plane(r, 4) + unit, squashed);
                store(memories_.row(r) + unit, open * squashed);
            }
        }
    );
}

// From the gradients of the memory's output (d_m) and of itself (d_c) to those of its gates,
// and of itself before.
template <class T>
void CfCBackward<T>::through_memory(int t) {
    const int hidden = net_.hidden;
    const Vec one = set1(1.0f);
    for (int i = 0; i < samples_; ++i) {
        const int r = row(i, t);
        float* out = lstm_gradients_.row(r);
        if (!active(i, t)) {
            std::memset(out, 0, sizeof(float) * static_cast<std::size_t>(4 * hidden));
            continue;
        }
        const float* before = c_before(i, t);
        for (int unit = 0; unit < hidden; unit += lanes) {
            const int left = hidden - unit;
            const Vec candidate = load(plane(r, 0) + unit);
            const Vec write = load(plane(r, 1) + unit);
            const Vec forget = load(plane(r, 2) + unit);
            const Vec open = load(plane(r, 3) + unit);
            const Vec squashed = load(plane(r, 4) + unit);
            const Vec d_m = load(d_m_.row(i) + unit);
            const Vec d_c =
                fma(d_m * open, fnma(squashed, squashed, one), load(d_c_.row(i) + unit));
            store_first(out + unit, d_c * write * fnma(candidate, candidate, one), left);
            store_first(out + hidden + unit, d_c * candidate * write * (one - write), left);
            store_first(
                out + 2 * hidden + unit,
                d_c * load_first(before + unit, left) * forget * (one - forget), left
            );
            store_first(out + 3 * hidden + unit, d_m * squashed * open * (one - open), left);
            store_first(d_c_.row(i) + unit, d_c * forget, left);
        }
    }
    const int first = row(0, t);
    lstm_gradients_.round(first, first + samples_);
}

}  // namespace liquidtime::LT_ISA
