// A batch in blocks, a sample to a lane: for recurrences whose weights are sparse or per synapse.
//
// Values of a block lie as [unit][width], width = vectors · lanes, so that one synapse serves
// `width` samples at once. Lanes beyond the last sample compute with zeros, and nothing reads what
// comes out.
#pragma once

#include <algorithm>
#include <vector>

#include "core/finite.hpp"
#include "core/math.hpp"
#include "core/recurrence.hpp"
#include "core/scratch.hpp"
#include "core/simd.hpp"
#include "core/threads.hpp"

namespace liquidtime::LT_ISA {

// Samples [begin, begin + count) of a batch, in lanes.
struct Block {
    int begin;
    int count;
};

// Vectors to a block: as many as leave a block for every thread, and no more than there are
// samples.
inline int block_vectors(int batch, int threads) {
    int vectors = 4;
    while (vectors > 1 && ((batch + vectors * lanes - 1) / (vectors * lanes) < threads ||
                           batch <= vectors * lanes / 2)) {
        vectors /= 2;
    }
    return vectors;
}

inline std::vector<Block> blocks_of(int batch, int width) {
    std::vector<Block> blocks;
    for (int begin = 0; begin < batch; begin += width) {
        blocks.push_back({begin, std::min(width, batch - begin)});
    }
    return blocks;
}

template <int Vectors>
struct Lanes {
    static constexpr int width = Vectors * lanes;

    // Numbers [samples][columns] with a stride from sample to sample, as [columns][width], zeros in
    // the lanes without a sample.
    static void gather(
        const float* from, std::ptrdiff_t stride, int columns, int count, float* to
    ) {
        for (int k = 0; k < columns; ++k) {
            for (int i = 0; i < count; ++i) {
                to[k * width + i] = from[i * stride + k];
            }
            for (int i = count; i < width; ++i) {
                to[k * width + i] = 0.0f;
            }
        }
    }

    static void scatter(
        const float* from, std::ptrdiff_t stride, int columns, int count, float* to
    ) {
        for (int i = 0; i < count; ++i) {
            for (int k = 0; k < columns; ++k) {
                to[i * stride + k] = from[k * width + i];
            }
        }
    }

    // to[n] of a lane is from[n] where the lane is active.
    static void choose(const float* active, const float* from, int units, float* to) {
        for (int n = 0; n < units; ++n) {
            for (int v = 0; v < width; v += lanes) {
                const Mask chosen = zero() < load(active + v);
                store(
                    to + n * width + v,
                    select(chosen, load(from + n * width + v), load(to + n * width + v))
                );
            }
        }
    }
};

// What a run over a block knows of its samples at one step.
template <int Vectors>
struct BlockStep {
    static constexpr int width = Vectors * lanes;

    const Forward& call;
    Block block;

    std::ptrdiff_t at(int sample, int t) const {
        return static_cast<std::ptrdiff_t>(block.begin + sample) * call.steps + t;
    }
    std::ptrdiff_t first(int columns) const {
        return static_cast<std::ptrdiff_t>(block.begin) * columns;
    }

    // 1 where a lane has a sample whose step counts, else 0; returns whether there is any.
    bool activity(int t, float* active) const {
        bool any = false;
        for (int i = 0; i < width; ++i) {
            const bool used =
                i < block.count && (call.active == nullptr || call.active[at(i, t)] != 0);
            active[i] = used ? 1.0f : 0.0f;
            any = any || used;
        }
        return any;
    }

    // Gaps of the lanes that are active, zeros in the others, whose gaps may be anything: so they
    // stay finite, and 0 times what they leave for the way back is 0.
    void elapsed(int t, const float* active, float* out) const {
        for (int i = 0; i < width; ++i) {
            out[i] = active[i] > 0.0f ? call.elapsed.at(block.begin + i, t) : 0.0f;
        }
    }

    // Inputs of the lanes that are active, zeros in the others, whose x may be anything.
    void inputs(int t, int columns, const float* active, float* out) const {
        Lanes<Vectors>::gather(
            call.x + at(0, t) * columns, static_cast<std::ptrdiff_t>(call.steps) * columns, columns,
            block.count, out
        );
        for (int k = 0; k < columns; ++k) {
            for (int v = 0; v < width; v += lanes) {
                float* place = out + k * width + v;
                store(place, select(zero() < load(active + v), load(place), zero()));
            }
        }
    }

    // Whether all inputs [T, columns] and states [units] of the samples are moderate, skipped steps
    // included.
    bool moderate(int columns, int units) const {
        const auto inputs = static_cast<std::int64_t>(block.count) * call.steps * columns;
        const auto states = static_cast<std::int64_t>(block.count) * units;
        return all_moderate(call.x + first(columns) * call.steps, inputs) &&
               all_moderate(call.h + first(units), states) &&
               (call.c == nullptr || all_moderate(call.c + first(units), states));
    }

    void put(float* array, int t, int columns, const float* values) const {
        Lanes<Vectors>::scatter(
            values, static_cast<std::ptrdiff_t>(call.steps) * columns, columns, block.count,
            array + at(0, t) * columns
        );
    }
    void get(const float* array, int t, int columns, float* values) const {
        Lanes<Vectors>::gather(
            array + at(0, t) * columns, static_cast<std::ptrdiff_t>(call.steps) * columns, columns,
            block.count, values
        );
    }
};

// What a target gets from sources without a synapse to it: 0 times their values, as in a product
// with a dense matrix, which is NaN where one is not finite. `row` holds the row of values of each
// of the columns; `there`, ascending, are the columns with a synapse.
template <int Vectors>
LT_INLINE void add_absent(
    const float* values,
    const std::vector<int>& row,
    const int* there,
    const int* end,
    Vec (&sums)[Vectors]
) {
    // In an array of its own, so that the caller's stays in registers where nobody comes here.
    Vec own[Vectors];
    for (int q = 0; q < Vectors; ++q) {
        own[q] = zero();
    }
    for (int k = 0; k < static_cast<int>(row.size()); ++k) {
        if (there != end && *there == k) {
            ++there;
            continue;
        }
        for (int q = 0; q < Vectors; ++q) {
            const float* from = values + static_cast<std::ptrdiff_t>(row[k]) * Vectors * lanes;
            own[q] = fma(zero(), load(from + q * lanes), own[q]);
        }
    }
    for (int q = 0; q < Vectors; ++q) {
        sums[q] = sums[q] + own[q];
    }
}

// Sums over lanes that belong to one number each.
inline void add_lanes(float* sums, Vec more) {
    store(sums, load(sums) + more);
}

// Runs a block after the other on each of the threads: run(index, block).
template <class Run>
void each_block(const std::vector<Block>& blocks, int threads, Run&& run) {
    parallel(static_cast<int>(blocks.size()), threads, [&](int i) { run(i, blocks[i]); });
}

// Calls with the number of vectors as a constant: run(std::integral_constant<int, vectors>).
template <class Run>
void with_vectors(int vectors, Run&& run) {
    switch (vectors) {
        case 1:
            return run(std::integral_constant<int, 1>());
        case 2:
            return run(std::integral_constant<int, 2>());
        default:
            return run(std::integral_constant<int, 4>());
    }
}

}  // namespace liquidtime::LT_ISA
