// One step of the neurons of a tile, from the sums over their synapses.
//
//   G = g + Σ u_c A_c + Σ g_gap,   H = g v_leak + Σ u_c E_c A_c + Σ g_gap v_j + I
//   v' = v + δ/C (H − G v) φ₁(−δ G / C)
//
// which is exact for as long as G and H stand still. With `extrapolate`, A_c and v_j are those of
// the middle of the step, 3/2 of the last ones less 1/2 of those before, A_c not below 0, so that
// H / G stays between the reversal potentials; where δ G / C > 1 extrapolation no longer helps, and
// the last ones are used.
#pragma once

#include "core/math.hpp"
#include "network/network.hpp"

namespace liquidtime::LT_ISA {

// value + change, and in `lost` what the sum is short of by its rounding.
LT_INLINE Vec compensated(Vec value, Vec change, Vec& lost) {
    const Vec sum = value + change;
    lost = change - (sum - value);
    return sum;
}

template <bool Many>
void step_rows(const TileStep& call) {
    const NeuronConstants& k = *call.constants;
    const int trials = call.trials;
    const int first = call.tile->first_row;
    const int last = call.tile->last_row;
    const auto plane = static_cast<std::ptrdiff_t>(last - first) * trials;
    const bool gaps = !k.gap_offsets.empty();
    const Vec dt = set1(call.dt);
    // With one trial neighbouring neurons fill the lanes, else the trials of one neuron do.
    for (int r = first; r < last; r += Many ? 1 : lanes) {
        for (int b = 0; b < (Many ? trials : 1); b += lanes) {
            const int n = Many ? trials - b : last - r;
            const auto at = static_cast<std::ptrdiff_t>(r) * trials + b;
            const auto of_row = [&](const std::vector<float>& constant) {
                return Many ? set1(constant[static_cast<std::size_t>(r)])
                            : load_first(constant.data() + r, n);
            };
            const auto here = [&](const float* values) {
                return load_first(values + at, n);
            };
            Vec g = of_row(k.leak_conductance);
            Vec h = of_row(k.leak_current);
            if (call.current != nullptr) {
                h = h + here(call.current);
            }
            if (call.conductance != nullptr) {
                g = g + here(call.conductance);
                h = h + here(call.drive);
            }
            Vec synaptic_g = zero(), synaptic_h = zero();
            Vec ahead_g = zero(), ahead_h = zero();
            const std::ptrdiff_t in_tile = static_cast<std::ptrdiff_t>(r - first) * trials + b;
            for (int c = 0; c < call.classes; ++c) {
                Vec unit = set1(k.unit_conductance[static_cast<std::size_t>(c)]);
                if (!k.class_scale.empty()) {
                    const float* scale =
                        k.class_scale.data() + static_cast<std::ptrdiff_t>(c) * trials;
                    unit = unit * (Many ? load_first(scale + b, n) : set1(scale[0]));
                }
                const Vec driven = unit * set1(k.reversal_potential[static_cast<std::size_t>(c)]);
                const Vec a = load_first(call.sums + c * plane + in_tile, n);
                synaptic_g = fma(unit, a, synaptic_g);
                synaptic_h = fma(driven, a, synaptic_h);
                if (call.extrapolate) {
                    const Vec before = load_first(call.sums_before + c * plane + in_tile, n);
                    const Vec ahead = at_least(fma(set1(1.5f), a, set1(-0.5f) * before), zero());
                    ahead_g = fma(unit, ahead, ahead_g);
                    ahead_h = fma(driven, ahead, ahead_h);
                }
            }
            if (gaps) {
                float conductance[lanes], drive[lanes], ahead[lanes];
                for (int i = 0; i < std::min(n, lanes); ++i) {
                    const auto row = static_cast<std::size_t>(Many ? r : r + i);
                    const int trial = Many ? b + i : 0;
                    float sum = 0, sum_drive = 0, sum_ahead = 0;
                    for (std::int64_t e = k.gap_offsets[row]; e < k.gap_offsets[row + 1]; ++e) {
                        const auto j =
                            static_cast<std::ptrdiff_t>(k.gap_source[static_cast<std::size_t>(e)]) *
                                trials +
                            trial;
                        float contact = k.gap_conductance[static_cast<std::size_t>(e)];
                        if (!k.contact_gate.empty()) {
                            contact *= k.contact_gate[static_cast<std::size_t>(j)];
                            contact *= k.contact_gate[static_cast<std::size_t>(
                                static_cast<std::ptrdiff_t>(k.own[row]) * trials + trial
                            )];
                        }
                        const float v = call.neighbours[j];
                        sum += contact;
                        sum_drive += contact * v;
                        if (call.extrapolate) {
                            sum_ahead += contact * (1.5f * v - 0.5f * call.neighbours_before[j]);
                        }
                    }
                    conductance[i] = sum;
                    drive[i] = sum_drive;
                    ahead[i] = sum_ahead;
                }
                const Vec contacts = load_first(conductance, n);
                synaptic_g = synaptic_g + contacts;
                synaptic_h = synaptic_h + load_first(drive, n);
                ahead_g = ahead_g + contacts;
                ahead_h = ahead_h + load_first(ahead, n);
            }
            const Vec rate = dt * of_row(k.inverse_capacitance);
            if (call.extrapolate) {
                const Mask slow = rate * (g + synaptic_g) < set1(1.0f);
                synaptic_g = select(slow, ahead_g, synaptic_g);
                synaptic_h = select(slow, ahead_h, synaptic_h);
            }
            if (call.synaptic_conductance != nullptr) {
                store_first(call.synaptic_conductance + at, synaptic_g, n);
                store_first(call.synaptic_drive + at, synaptic_h, n);
            }
            g = g + synaptic_g;
            h = h + synaptic_h;
            const Vec v = here(call.v);
            Vec next, v_lost = zero();
            if (call.v_lost == nullptr) {
                next = fma(rate * fnma(g, v, h), phi1(zero() - rate * g), v);
            } else {
                v_lost = here(call.v_lost);
                const Vec pull = fnma(g, v_lost, fnma(g, v, h));
                next = compensated(v, fma(rate * pull, phi1(zero() - rate * g), v_lost), v_lost);
            }
            if (call.clamp != nullptr) {
                const Vec held = here(call.clamp);
                const Mask is_held = abs(held) < set1(1e30f);  // false of NaN
                next = select(is_held, held, next);
                v_lost = select(is_held, zero(), v_lost);
            }
            if (call.v_lost != nullptr && call.keep_lost) {
                store_first(call.v_lost + at, v_lost, n);
            }
            store_first(call.v_next + at, next, n);
            if (call.s_next == nullptr) {
                continue;
            }
            const bool slow_synapses = !k.synaptic_time.empty();
            Vec source = next;
            if (slow_synapses) {
                source = call.mean_source ? set1(0.5f) * (v + next) : here(call.source_v);
            }
            const Vec t = fma(of_row(k.slope), source, of_row(k.shift));
            Vec s = one_over_one_plus_exp2(t);
            if (slow_synapses) {
                const Vec time = of_row(k.synaptic_time);
                const Mask at_once = time < set1(1e-30f);
                const Vec decay = exp(zero() - dt / select(at_once, set1(1.0f), time));
                const Vec now = here(call.s);
                const Vec last_t = fma(of_row(k.slope), next, of_row(k.shift));
                const Vec open = one_over_one_plus_exp2(last_t);
                if (call.s_lost == nullptr) {
                    s = select(at_once, open, fma(now - s, decay, s));
                } else {
                    Vec s_lost = here(call.s_lost);
                    const Vec share = dt / select(at_once, set1(1.0f), time);
                    const Vec follow = share * phi1(zero() - share);
                    const Vec change = fma((s - now) - s_lost, follow, s_lost);
                    s = select(at_once, open, compensated(now, change, s_lost));
                    if (call.keep_lost) {
                        store_first(call.s_lost + at, select(at_once, zero(), s_lost), n);
                    }
                }
            }
            store_first(call.s_next + at, s, n);
        }
    }
}

inline void network_step(const TileStep& call) {
    if (call.trials == 1) {
        step_rows<false>(call);
    } else {
        step_rows<true>(call);
    }
}

}  // namespace liquidtime::LT_ISA
