// The weights of a wired CfC: for each neuron the synapses that there are, all heads together.
#pragma once

#include <vector>

#include "core/blocks.hpp"

namespace liquidtime::LT_ISA {

// Heads that are linear in rows of values, each target reading rows of its own.
struct LinearSynapses {
    int heads = 0;
    int targets = 0;
    int columns = 0;
    std::vector<int> begin;     // of each target, and the end
    std::vector<int> row;       // of values
    std::vector<int> column;    // of the dense weight
    std::vector<float> weight;  // [synapse][heads]
    std::vector<float> bias;    // [target][heads]
    std::vector<int> row_of_column;

    // weight(head, target, column) is asked only where `mask` [targets, columns] is not 0; null for
    // all.
    template <class Weight, class Row>
    LinearSynapses(
        int heads_,
        int targets_,
        int columns_,
        const std::uint8_t* mask,
        const float* biases,
        Weight&& number,
        Row&& row_of
    )
        : heads(heads_),
          targets(targets_),
          columns(columns_) {
        for (int k = 0; k < columns; ++k) {
            row_of_column.push_back(row_of(k));
        }
        begin.push_back(0);
        for (int i = 0; i < targets; ++i) {
            for (int k = 0; k < columns; ++k) {
                if (mask != nullptr && mask[static_cast<std::ptrdiff_t>(i) * columns + k] == 0) {
                    continue;
                }
                row.push_back(row_of_column[k]);
                column.push_back(k);
                for (int head = 0; head < heads; ++head) {
                    weight.push_back(number(head, i, k));
                }
            }
            begin.push_back(static_cast<int>(row.size()));
            for (int head = 0; head < heads; ++head) {
                bias.push_back(biases[head * targets + i]);
            }
        }
    }

    int size() const { return static_cast<int>(row.size()); }
    bool sparse() const { return size() < targets * columns; }
    bool moderate() const { return all_moderate(weight) && all_moderate(bias); }

    template <int Heads, int Vectors>
    LT_INLINE void read(int target, const float* values, Vec (&sums)[Heads][Vectors]) const {
        constexpr int width = Vectors * lanes;
        for (int head = 0; head < Heads; ++head) {
            for (int q = 0; q < Vectors; ++q) {
                sums[head][q] = set1(bias[target * Heads + head]);
            }
        }
        for (int e = begin[target]; e < begin[target + 1]; ++e) {
            const float* from = values + row[e] * width;
            Vec value[Vectors];
#pragma GCC unroll 4
            for (int q = 0; q < Vectors; ++q) {
                value[q] = load(from + q * lanes);
            }
#pragma GCC unroll 4
            for (int head = 0; head < Heads; ++head) {
                const Vec w = set1(weight[e * Heads + head]);
#pragma GCC unroll 4
                for (int q = 0; q < Vectors; ++q) {
                    sums[head][q] = fma(w, value[q], sums[head][q]);
                }
            }
        }
    }

    // Adds to the heads what sources without a synapse give: NaN where they are not finite.
    template <int Heads, int Vectors>
    LT_INLINE void read_absent(int target, const float* values, Vec (&sums)[Heads][Vectors]) const {
        const int* there = column.data();
        for (int head = 0; head < Heads; ++head) {
            add_absent(
                values, row_of_column, there + begin[target], there + begin[target + 1], sums[head]
            );
        }
    }

    // The way back, onto the gradients of the values and the sums that the weights' gradients are
    // made of, [synapse][lanes] and [target][lanes] for the bias.
    template <int Heads, int Vectors>
    LT_INLINE void back(
        int target,
        const float* values,
        const Vec (&d)[Heads][Vectors],
        float* d_values,
        float* weight_sums,
        float* bias_sums
    ) const {
        constexpr int width = Vectors * lanes;
        Vec total[Heads];
        for (int head = 0; head < Heads; ++head) {
            total[head] = d[head][0];
            for (int q = 1; q < Vectors; ++q) {
                total[head] = total[head] + d[head][q];
            }
        }
        put<Heads>(bias_sums + target * lanes, total);
        for (int e = begin[target]; e < begin[target + 1]; ++e) {
            const float* from = values + row[e] * width;
            float* d_from = d_values + row[e] * width;
            Vec sums[Heads];
            for (int head = 0; head < Heads; ++head) {
                sums[head] = zero();
            }
#pragma GCC unroll 4
            for (int q = 0; q < Vectors; ++q) {
                const Vec value = load(from + q * lanes);
                Vec d_value = load(d_from + q * lanes);
#pragma GCC unroll 4
                for (int head = 0; head < Heads; ++head) {
                    sums[head] = fma(d[head][q], value, sums[head]);
                    d_value = fma(set1(weight[e * Heads + head]), d[head][q], d_value);
                }
                store(d_from + q * lanes, d_value);
            }
            put<Heads>(weight_sums + e * lanes, sums);
        }
    }

    template <int Heads>
    static LT_INLINE void put(float* place, const Vec (&sums)[Heads]) {
        // Four heads, or two, share a vector: lane i belongs to head i % 4.
        if constexpr (Heads == 4) {
            add_lanes(place, sums_of_four(sums[0], sums[1], sums[2], sums[3]));
        } else if constexpr (Heads == 2) {
            add_lanes(place, sums_of_four(sums[0], sums[1], zero(), zero()));
        } else {
            add_lanes(place, sums[0]);
        }
    }

    // The sum of one head over the lanes that are its.
    float total(const float* sums, int head) const {
        float all = 0;
        for (int i = heads > 1 ? head : 0; i < lanes; i += heads > 1 ? 4 : 1) {
            all += sums[i];
        }
        return all;
    }

    // put(head, target, column, gradient) for each synapse, and put_bias(head, target, gradient).
    template <class Put, class PutBias>
    void write(
        const float* weight_sums, const float* bias_sums, Put&& put_weight, PutBias&& put_bias
    ) const {
        for (int i = 0; i < targets; ++i) {
            for (int head = 0; head < heads; ++head) {
                for (int e = begin[i]; e < begin[i + 1]; ++e) {
                    put_weight(head, i, column[e], total(weight_sums + e * lanes, head));
                }
                put_bias(head, i, total(bias_sums + i * lanes, head));
            }
        }
    }
};

// Rows of values: the cell's input, the new states in the order of stepping, the old states.
struct WiredParts {
    Variant variant;
    Layout layout;
    bool memory;
    bool with_rate;
    int input;       // columns of x
    int cell_input;  // rows of the cell's input
    int hidden;
    std::vector<LinearSynapses> groups;
    std::vector<int> first;   // of each group's new states, in the order of stepping
    std::vector<int> neuron;  // which neuron a new state is of
    std::vector<float> decay;
    std::vector<float> target;         // both in the order of stepping
    std::vector<LinearSynapses> lstm;  // one, or none; reads x and the old states
    int lstm_columns = 0;
    bool sparse = false;
    bool moderate = true;  // all weights are

    explicit WiredParts(const WiredWeights& given)
        : variant(given.variant),
          layout(given.layout),
          memory(given.memory),
          with_rate(given.variant != Variant::closed_form && given.differentiable_elapsed),
          input(given.memory ? given.lstm.input.columns : given.input_size),
          cell_input(given.input_size),
          hidden(given.hidden_size) {
        const int heads = this->heads();
        for (const GroupWeights& group : given.groups) {
            const int n = group.neurons;
            const int columns = group.sources + n;
            first.push_back(static_cast<int>(neuron.size()));
            groups.emplace_back(
                heads, n, columns, group.mask, group.heads.bias,
                [&](int head, int i, int k) {
                    return group.heads.weight
                        .data[static_cast<std::ptrdiff_t>(head * n + i) * columns + k];
                },
                [&](int k) {
                    return k < group.sources
                               ? static_cast<int>(group.source[k])
                               : old_states() + static_cast<int>(group.neuron[k - group.sources]);
                }
            );
            for (int i = 0; i < n; ++i) {
                neuron.push_back(static_cast<int>(group.neuron[i]));
                if (heads == 1) {
                    decay.push_back(group.decay[i]);
                    target.push_back(group.target[i]);
                }
            }
        }
        if (memory) {
            lstm_columns = input + hidden;
            lstm.emplace_back(
                4, hidden, lstm_columns, nullptr, given.lstm.bias,
                [&](int head, int i, int k) {
                    const std::ptrdiff_t n = head * hidden + i;
                    return k < input ? given.lstm.input.data[n * input + k]
                                     : given.lstm.recurrent.data[n * hidden + k - input];
                },
                [](int k) { return k; }
            );
        }
        moderate = all_moderate(decay) && all_moderate(target);
        for (const auto* kind : {&groups, &lstm}) {
            for (const LinearSynapses& synapses : *kind) {
                sparse = sparse || synapses.sparse();
                moderate = moderate && synapses.moderate();
            }
        }
    }

    int heads() const {
        return variant == Variant::closed_form ? 1 : variant == Variant::relaxation ? 2 : 4;
    }
    int new_states() const { return cell_input; }
    int old_states() const { return cell_input + hidden; }
    int rows() const { return cell_input + 2 * hidden; }
    // Planes saved: f, g, s and maybe a; f and the exponential; or, of the relaxation, its target,
    // the way gone, the slope in r over the elapsed time and maybe that in time. Of the memory
    // candidate, write, forget, open, tanh c and its output.
    int cell_planes() const { return variant == Variant::closed_form ? 2 : with_rate ? 4 : 3; }
    int planes() const { return cell_planes() + (memory ? 6 : 0); }
};

}  // namespace liquidtime::LT_ISA
