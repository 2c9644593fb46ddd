// Back through the heads of one step of the fully connected CfC: from the new state's gradient to
// those of the heads and of the elapsed time.
#pragma once

#include "cfc/backward.hpp"

namespace liquidtime::LT_ISA {

// From the gradient of a sample's new state to those of its heads. A skipped step hands the
// gradient on as it is.
template <class T>
void CfCBackward<T>::through_heads(int sample, int t) {
    float* out = gradients_.back().row(row(sample, t));
    if (!active(sample, t)) {
        add_to(d_h_.row(sample), call_.d_output + at(sample, t) * net_.hidden);
        std::memset(out, 0, sizeof(float) * static_cast<std::size_t>(net_.planes * net_.hidden));
        if (call_.d_elapsed != nullptr) {
            call_.d_elapsed[at(sample, t)] = 0.0f;
        }
        return;
    }
    const float slope = net_.variant == Variant::closed_form  ? through_closed_form(sample, t, out)
                        : net_.variant == Variant::relaxation ? through_relaxation(sample, t, out)
                                                              : through_gates(sample, t, out);
    if (call_.d_elapsed != nullptr) {
        call_.d_elapsed[at(sample, t)] = slope;
    }
}

// All return the gradient of the elapsed time.
template <class T>
float CfCBackward<T>::through_gates(int sample, int t, float* out) {
    const int hidden = net_.hidden;
    const float* kept = saved(sample, t);
    const float* next = forward_.output + at(sample, t) * hidden;
    const float* more = call_.d_output + at(sample, t) * hidden;
    const Vec elapsed = set1(forward_.elapsed.at(begin_ + sample, t));
    const Vec one = set1(1.0f);
    const bool no_gate = net_.variant == Variant::no_gate;
    Vec d_elapsed = zero();
    for (int unit = 0; unit < hidden; unit += lanes) {
        const int left = hidden - unit;
        const Vec d = load(d_h_.row(sample) + unit) + load_first(more + unit, left);
        const Vec f = load_first(kept + unit, left);
        const Vec s = load_first(kept + hidden + unit, left);
        const Vec h = load_first(next + unit, left);
        const Vec closed = one - s;
        // h = f (1 − s) + g s, or f + g s, gives g; where s hides it, it has no gradient
        // either.
        const Vec from_g = no_gate ? h - f : fma(zero() - f, closed, h);
        // Kept within ±1, out of which rounding can carry it, so that 1 − g² has no wrong sign.
        const Vec ratio = from_g * reciprocal(at_least(s, set1(1e-30f)));
        const Vec g = at_most(at_least(ratio, set1(-1.0f)), one);
        const Vec d_f = d * fnma(f, f, one);
        const Vec d_gate = d * (h - f) * closed;
        store_first(out + unit, no_gate ? d_f : d_f * closed, left);
        store_first(out + hidden + unit, d * s * fnma(g, g, one), left);
        if (net_.folded) {
            store_first(out + 2 * hidden + unit, d_gate, left);
        } else {
            store_first(out + 2 * hidden + unit, d_gate * elapsed, left);
            store_first(out + 3 * hidden + unit, d_gate, left);
        }
        if (net_.with_rate) {
            d_elapsed = fma(d_gate, load_first(kept + 2 * hidden + unit, left), d_elapsed);
        }
    }
    return sum(d_elapsed);
}

template <class T>
float CfCBackward<T>::through_closed_form(int sample, int t, float* out) {
    const int hidden = net_.hidden;
    const float* kept = saved(sample, t);
    const float* more = call_.d_output + at(sample, t) * hidden;
    const Vec elapsed = set1(forward_.elapsed.at(begin_ + sample, t));
    Vec d_elapsed = zero();
    for (int unit = 0; unit < hidden; unit += lanes) {
        const int left = hidden - unit;
        const Vec d = load(d_h_.row(sample) + unit) + load_first(more + unit, left);
        const Vec f = load_first(kept + unit, left);
        const Vec e = load_first(kept + hidden + unit, left);
        const Vec decay = load_first(net_.decay.data() + unit, left);
        const Vec target = load_first(net_.target.data() + unit, left);
        const Vec d_target = d * target;
        const Vec change = d_target * e * f;
        store_first(out + unit, zero() - d_target * e * fnma(elapsed, abs(f), set1(1.0f)), left);
        const Vec sign =
            select(zero() < decay, set1(1.0f), select(decay < zero(), set1(-1.0f), zero()));
        float* d_decay = sums_.decay.data() + unit;
        float* d_of_target = sums_.target.data() + unit;
        store(d_decay, fma(change * elapsed, sign, load(d_decay)));
        store(d_of_target, fma(d, fnma(e, f, set1(1.0f)), load(d_of_target)));
        d_elapsed = fma(change, abs(decay) + abs(f), d_elapsed);
    }
    return sum(d_elapsed);
}

// Leaves what goes past the heads, too: that of the state before, or of the memory in its place.
template <class T>
float CfCBackward<T>::through_relaxation(int sample, int t, float* out) {
    const int hidden = net_.hidden;
    const float* kept = saved(sample, t);
    const float* more = call_.d_output + at(sample, t) * hidden;
    const bool from_memory = net_.memory_as_state();
    const float* before = from_memory ? memories_.row(row(sample, t)) : h_before(sample, t);
    float* past = (from_memory ? d_m_ : d_h_).row(sample);
    const Vec elapsed = set1(forward_.elapsed.at(begin_ + sample, t));
    const Vec one = set1(1.0f);
    Vec d_elapsed = zero();
    for (int unit = 0; unit < hidden; unit += lanes) {
        const int left = hidden - unit;
        const Vec d = load(d_h_.row(sample) + unit) + load_first(more + unit, left);
        const Vec q = load_first(kept + unit, left);
        const Vec way = load_first(kept + hidden + unit, left);
        const Vec d_left = d * (q - load_first(before + unit, left));
        store_first(out + unit, d * way * fnma(q, q, one), left);
        const Vec slope = load_first(kept + 2 * hidden + unit, left);
        store_first(out + hidden + unit, d_left * slope * elapsed, left);
        if (net_.with_rate) {
            d_elapsed = fma(d_left, load_first(kept + 3 * hidden + unit, left), d_elapsed);
        }
        store(past + unit, d * (one - way));
    }
    return sum(d_elapsed);
}

}  // namespace liquidtime::LT_ISA
