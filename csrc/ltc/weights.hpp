// The synapses of an LTC network, those that there are, target by target.
#pragma once

#include <numeric>
#include <vector>

#include "core/blocks.hpp"

namespace liquidtime::LT_ISA {

// A synapse opens to 1 / (1 + 2^(slope v + offset)); what it then gives is linear in the opening.
struct Synapse {
    float slope;   // −σ log₂ e
    float offset;  // σ μ log₂ e
    float conductance;
    float current;  // w E
};

// Within ±10¹⁵; NaN stays NaN.
inline float at_most_steep(float sigma) {
    return sigma > 1e15f ? 1e15f : sigma < -1e15f ? -1e15f : sigma;
}

struct SynapseList {
    int sources = 0;
    int targets = 0;
    std::vector<int> begin;  // of each target, and the end
    std::vector<int> source;
    std::vector<Synapse> synapse;
    std::vector<int> place;  // in the dense [P, N] matrices
    std::vector<float> midpoint;
    std::vector<float> steepness;
    std::vector<float> conductance;
    std::vector<float> reversal;
    std::vector<int> all_sources;

    SynapseList() = default;
    explicit SynapseList(const SynapseWeights& weights)
        : sources(weights.sources),
          targets(weights.targets),
          all_sources(static_cast<std::size_t>(weights.sources)) {
        std::iota(all_sources.begin(), all_sources.end(), 0);
        begin.push_back(0);
        for (int i = 0; i < targets; ++i) {
            for (int j = 0; j < sources; ++j) {
                const int k = j * targets + i;
                if (weights.mask != nullptr && weights.mask[k] == 0) {
                    continue;
                }
                // An infinite one would become NaN where its two terms meet; in the reference it
                // leaves a switch.
                const float sigma = at_most_steep(weights.steepness[k]);
                const float w = weights.conductance[k];
                source.push_back(j);
                place.push_back(k);
                synapse.push_back(
                    {-sigma * log2_e, sigma * weights.midpoint[k] * log2_e, w,
                     w * weights.reversal_potential[k]}
                );
                midpoint.push_back(weights.midpoint[k]);
                steepness.push_back(sigma);
                conductance.push_back(w);
                reversal.push_back(weights.reversal_potential[k]);
            }
            begin.push_back(static_cast<int>(source.size()));
        }
    }

    int size() const { return static_cast<int>(source.size()); }
    bool moderate() const {
        return all_moderate(midpoint) && all_moderate(steepness) && all_moderate(conductance) &&
               all_moderate(reversal);
    }

    // Adds to a target's conductance what sources without a synapse give: NaN where they are not
    // finite.
    template <int Vectors>
    LT_INLINE void drive_absent(int target, const float* potentials, Vec (&g)[Vectors]) const {
        const int* there = source.data();
        add_absent(potentials, all_sources, there + begin[target], there + begin[target + 1], g);
    }

    // Adds conductance and current of all synapses onto a target, from potentials [P][width].
    // `Exact`: as the reference where something is not finite: closed synapses give 0 times it.
    template <bool Exact, int Vectors>
    LT_INLINE void drive(
        int target, const float* potentials, Vec (&g)[Vectors], Vec (&j)[Vectors]
    ) const {
        constexpr int width = Vectors * lanes;
        for (int e = begin[target]; e < begin[target + 1]; ++e) {
            const Synapse& now = synapse[e];
            const float* v = potentials + source[e] * width;
            const Vec slope = set1(now.slope);
            const Vec offset = set1(now.offset);
            const Vec conductance_now = set1(now.conductance);
            const Vec current = set1(now.current);
#pragma GCC unroll 4
            for (int q = 0; q < Vectors; ++q) {
                const Vec t = fma(load(v + q * lanes), slope, offset);
                Vec s = one_over_one_plus_exp2<!Exact>(t);
                if constexpr (Exact) {
                    s = select(set1(149.0f) < t, zero(), s);
                }
                g[q] = fma(conductance_now, s, g[q]);
                j[q] = fma(current, s, j[q]);
            }
        }
    }

    // The way back: from gradients of conductance and current to those of the potentials, and to
    // the sums [synapse][lanes] that the parameters' gradients are made of.
    template <bool Exact, int Vectors>
    LT_INLINE void drive_back(
        int target,
        const float* potentials,
        const Vec (&d_g)[Vectors],
        const Vec (&d_j)[Vectors],
        float* d_potentials,
        float* sums
    ) const {
        constexpr int width = Vectors * lanes;
        for (int e = begin[target]; e < begin[target + 1]; ++e) {
            const Synapse& now = synapse[e];
            const float* v = potentials + source[e] * width;
            float* d_v = d_potentials + source[e] * width;
            const Vec slope = set1(now.slope);
            const Vec offset = set1(now.offset);
            const Vec conductance_now = set1(now.conductance);
            const Vec current = set1(now.current);
            const Vec sigma = set1(steepness[e]);
            Vec opened_g = zero();  // Σ s dG
            Vec opened_j = zero();  // Σ s dJ
            Vec moved = zero();     // Σ s (1 − s) (w dG + w E dJ)
            Vec moved_v = zero();   // the same times v
#pragma GCC unroll 4
            for (int q = 0; q < Vectors; ++q) {
                const Vec potential = load(v + q * lanes);
                const Vec s = one_over_one_plus_exp2<!Exact>(fma(potential, slope, offset));
                const Vec d_s = fma(conductance_now, d_g[q], current * d_j[q]);
                const Vec d_argument = d_s * fnma(s, s, s);
                opened_g = fma(s, d_g[q], opened_g);
                opened_j = fma(s, d_j[q], opened_j);
                moved = moved + d_argument;
                moved_v = fma(d_argument, potential, moved_v);
                store(d_v + q * lanes, fma(d_argument, sigma, load(d_v + q * lanes)));
            }
            add_lanes(sums + e * lanes, sums_of_four(opened_g, opened_j, moved, moved_v));
        }
    }

    // From those sums, put together over lanes, to gradients; zeros where there is no synapse.
    void write(const float* sums, const SynapseGradient& out) const {
        const std::size_t dense = static_cast<std::size_t>(sources) * targets;
        for (float* array :
             {out.conductance, out.midpoint, out.steepness, out.reversal_potential}) {
            std::fill(array, array + dense, 0.0f);
        }
        for (int e = 0; e < size(); ++e) {
            float total[4] = {0, 0, 0, 0};
            for (int i = 0; i < lanes; ++i) {
                // `sums_of_four` has left the four in turn, lane by lane.
                total[i % 4] += sums[e * lanes + i];
            }
            const auto [opened_g, opened_j, moved, moved_v] = total;
            const int k = place[e];
            out.conductance[k] = opened_g + reversal[e] * opened_j;
            out.reversal_potential[k] = conductance[e] * opened_j;
            out.steepness[k] = moved_v - midpoint[e] * moved;
            out.midpoint[k] = -steepness[e] * moved;
        }
    }
};

struct LTCNetwork {
    Integrator integrator;
    int unfolds;
    std::vector<float> capacitance;
    std::vector<float> leak;
    std::vector<float> leak_potential;
    SynapseList recurrent;
    SynapseList sensory;
    bool moderate;  // all weights are

    explicit LTCNetwork(const LTCWeights& weights)
        : integrator(weights.integrator),
          unfolds(weights.unfolds),
          recurrent(weights.recurrent),
          sensory(weights.sensory) {
        const int n = weights.recurrent.targets;
        capacitance.assign(weights.membrane_capacitance, weights.membrane_capacitance + n);
        leak.assign(weights.leak_conductance, weights.leak_conductance + n);
        leak_potential.assign(weights.leak_potential, weights.leak_potential + n);
        moderate = all_moderate(capacitance) && all_moderate(leak) &&
                   all_moderate(leak_potential) && recurrent.moderate() && sensory.moderate();
    }

    int neurons() const { return recurrent.targets; }
    int inputs() const { return sensory.sources; }
};

}  // namespace liquidtime::LT_ISA
