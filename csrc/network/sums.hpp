// Sums over a tile's synapses: per class Σ count · s of the source, or with constants of each
// synapse Σ low · σ and Σ high · σ.
#pragma once

#include "network/graph.hpp"
#include "core/math.hpp"

namespace liquidtime::LT_ISA {

// Four floats, the unit in which segments are padded.
#if defined(LT_AVX512) || defined(LT_AVX2)

struct Quad {
    __m128 v;
};
LT_INLINE Quad load_quad(const float* p) {
    return {_mm_loadu_ps(p)};
}
LT_INLINE void store_quad(float* p, Quad a) {
    _mm_storeu_ps(p, a.v);
}
// One by one: the gather instructions of these processors take half as long again.
template <class Index>
LT_INLINE Quad pick(const float* table, const Index* index) {
    __m128 a = _mm_load_ss(table + index[0]);
    a = _mm_insert_ps(a, _mm_load_ss(table + index[1]), 0x10);
    a = _mm_insert_ps(a, _mm_load_ss(table + index[2]), 0x20);
    return {_mm_insert_ps(a, _mm_load_ss(table + index[3]), 0x30)};
}
LT_INLINE Quad numbers(const std::int8_t* p) {
    int bits;
    std::memcpy(&bits, p, 4);
    return {_mm_cvtepi32_ps(_mm_cvtepi8_epi32(_mm_cvtsi32_si128(bits)))};
}
LT_INLINE Quad numbers(const std::int16_t* p) {
    return {
        _mm_cvtepi32_ps(_mm_cvtepi16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))))
    };
}
LT_INLINE Quad numbers(const float* p) {
    return load_quad(p);
}
LT_INLINE Quad operator+(Quad a, Quad b) {
    return {_mm_add_ps(a.v, b.v)};
}
LT_INLINE Quad operator*(Quad a, Quad b) {
    return {_mm_mul_ps(a.v, b.v)};
}
LT_INLINE Quad fma(Quad a, Quad b, Quad c) {
    return {_mm_fmadd_ps(a.v, b.v, c.v)};
}

#else

struct Quad {
    float v[4];
};
LT_INLINE Quad load_quad(const float* p) {
    return {{p[0], p[1], p[2], p[3]}};
}
LT_INLINE void store_quad(float* p, Quad a) {
    std::memcpy(p, a.v, sizeof(a.v));
}
template <class Index>
LT_INLINE Quad pick(const float* table, const Index* index) {
    return {{table[index[0]], table[index[1]], table[index[2]], table[index[3]]}};
}
template <class Number>
LT_INLINE Quad numbers(const Number* p) {
    return {
        {static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2]),
         static_cast<float>(p[3])}
    };
}
LT_INLINE Quad operator+(Quad a, Quad b) {
    return {{a.v[0] + b.v[0], a.v[1] + b.v[1], a.v[2] + b.v[2], a.v[3] + b.v[3]}};
}
LT_INLINE Quad operator*(Quad a, Quad b) {
    return {{a.v[0] * b.v[0], a.v[1] * b.v[1], a.v[2] * b.v[2], a.v[3] * b.v[3]}};
}
LT_INLINE Quad fma(Quad a, Quad b, Quad c) {
    return a * b + c;
}

#endif

LT_INLINE float total(Quad a) {
    float v[4];
    store_quad(v, a);
    // `segment_of_trials` adds in this order, too.
    return (v[0] + v[2]) + (v[1] + v[3]);
}

// Segments of Q quads each, four side by side, so that none waits for its own additions.
template <int Q, class Count, class Index>
LT_INLINE void short_segments(
    int segments,
    const std::uint16_t* rows,
    const Index* emitter,
    const Count* count,
    const float* table,
    float* sums
) {
    const auto one = [&] {
        Quad a = numbers(count) * pick(table, emitter);
        for (int q = 1; q < Q; ++q) {
            a = fma(numbers(count + 4 * q), pick(table, emitter + 4 * q), a);
        }
        count += 4 * Q;
        emitter += 4 * Q;
        return a;
    };
    int i = 0;
    for (; i + 4 <= segments; i += 4) {
        const Quad a = one(), b = one(), c = one(), d = one();
        sums[rows[i]] += total(a);
        sums[rows[i + 1]] += total(b);
        sums[rows[i + 2]] += total(c);
        sums[rows[i + 3]] += total(d);
    }
    for (; i < segments; ++i) {
        sums[rows[i]] += total(one());
    }
}

template <class Count, class Index>
LT_INLINE void long_segments(
    int segments,
    int quads,
    const std::uint16_t* rows,
    const Index* emitter,
    const Count* count,
    const float* table,
    float* sums
) {
    for (int i = 0; i < segments; ++i) {
        Quad a = numbers(count) * pick(table, emitter);
        Quad b = numbers(count + 4) * pick(table, emitter + 4);
        int q = 2;
        for (; q + 2 <= quads; q += 2) {
            a = fma(numbers(count + 4 * q), pick(table, emitter + 4 * q), a);
            b = fma(numbers(count + 4 * q + 4), pick(table, emitter + 4 * q + 4), b);
        }
        if (q < quads) {
            a = fma(numbers(count + 4 * q), pick(table, emitter + 4 * q), a);
        }
        sums[rows[i]] += total(a + b);
        count += 4 * quads;
        emitter += 4 * quads;
    }
}

constexpr int longest_short = 5;  // quads; longer segments are added in two alternating parts

template <class Count, class Index>
void block_sums(
    const Tile& tile,
    const SourceBlock& block,
    const Index* emitter,
    const Count* count,
    const float* table,
    float* sums
) {
    const std::uint16_t* rows = tile.rows.data() + block.first_segment;
    emitter += block.first_slot;
    count += block.first_slot;
    table += block.first_emitter;
    for (const auto& [quads, segments] : block.groups) {
        switch (quads) {
            case 1:
                short_segments<1>(segments, rows, emitter, count, table, sums);
                break;
            case 2:
                short_segments<2>(segments, rows, emitter, count, table, sums);
                break;
            case 3:
                short_segments<3>(segments, rows, emitter, count, table, sums);
                break;
            case 4:
                short_segments<4>(segments, rows, emitter, count, table, sums);
                break;
            case 5:
                short_segments<5>(segments, rows, emitter, count, table, sums);
                break;
            default:
                long_segments(segments, quads, rows, emitter, count, table, sums);
        }
        const auto slots = static_cast<std::ptrdiff_t>(4) * quads * segments;
        rows += segments;
        emitter += slots;
        count += slots;
    }
}

// One segment of several trials side by side in the lanes, n of them: a source's numbers are one
// piece of memory. Products are added in the order of the functions above, so that a trial gives
// the same bits in any company.
template <bool Full, class Count, class Index>
LT_INLINE Vec segment_of_trials(
    int quads, const Index* emitter, const Count* count, const float* table, int trials, int n
) {
    const auto at = [&](const float* p) {
        return Full ? load(p) : load_partial(p, n);
    };
    const auto add = [&](Vec(&parts)[4], int quad) {
        float weights[4];
        store_quad(weights, numbers(count + 4 * quad));
        for (int k = 0; k < 4; ++k) {
            const float* from = table + static_cast<std::ptrdiff_t>(emitter[4 * quad + k]) * trials;
            parts[k] = fma(set1(weights[k]), at(from), parts[k]);
        }
    };
    Vec even[4] = {zero(), zero(), zero(), zero()};
    if (quads <= longest_short) {
        for (int q = 0; q < quads; ++q) {
            add(even, q);
        }
    } else {
        Vec odd[4] = {zero(), zero(), zero(), zero()};
        int q = 0;
        for (; q + 2 <= quads; q += 2) {
            add(even, q);
            add(odd, q + 1);
        }
        if (q < quads) {
            add(even, q);
        }
        for (int k = 0; k < 4; ++k) {
            even[k] = even[k] + odd[k];
        }
    }
    return (even[0] + even[2]) + (even[1] + even[3]);
}

template <class Count, class Index>
void block_sums_of_trials(
    const Tile& tile,
    const SourceBlock& block,
    const Index* emitter,
    const Count* count,
    const float* table,
    int trials,
    float* sums
) {
    const std::uint16_t* rows = tile.rows.data() + block.first_segment;
    emitter += block.first_slot;
    count += block.first_slot;
    table += static_cast<std::ptrdiff_t>(block.first_emitter) * trials;
    for (const auto& [quads, segments] : block.groups) {
        for (int i = 0; i < segments; ++i) {
            float* sum = sums + static_cast<std::ptrdiff_t>(rows[i]) * trials;
            for (int b = 0; b < trials; b += lanes) {
                const int n = trials - b;
                if (n >= lanes) {
                    const Vec all =
                        segment_of_trials<true>(quads, emitter, count, table + b, trials, n);
                    store(sum + b, load(sum + b) + all);
                } else {
                    const Vec all =
                        segment_of_trials<false>(quads, emitter, count, table + b, trials, n);
                    store_partial(sum + b, load_partial(sum + b, n) + all, n);
                }
            }
            emitter += 4 * quads;
            count += 4 * quads;
        }
        rows += segments;
    }
}

// The table of the next functions holds potentials; `gate` what is let through of each source, or
// null.
constexpr int slots_a_chunk = 64;
// The constants are read in bursts of a chunk, too short for the processor to see them coming.
constexpr int slots_ahead = 512;

template <class Index>
void synapse_sums(
    const Tile& tile,
    const SourceBlock& block,
    const Index* emitter,
    const float* table,
    const float* gate,
    float* low_sums,
    float* high_sums,
    std::vector<float>& scratch
) {
    const std::uint16_t* rows = tile.rows.data() + block.first_segment;
    std::size_t slot = block.first_slot;
    table += block.first_emitter;
    const float* const constants[] = {
        tile.slope.data(), tile.shift.data(), tile.low.data(), tile.high.data()
    };
    for (const auto& [quads, segments] : block.groups) {
        const int width = 4 * quads;
        const int step = std::max(1, slots_a_chunk / width);
        // The last vector is stored whole, up to a vector beyond the slots.
        const auto room = static_cast<std::size_t>(step) * static_cast<std::size_t>(width) + lanes;
        scratch.resize(std::max(scratch.size(), 2 * room));
        float* low = scratch.data();
        float* high = low + room;
        for (int i = 0; i < segments; i += step) {
            const int now = std::min(step, segments - i);
            const int slots = now * width;
            const Index* index = emitter + slot;
            for (int k = 0; k < slots; k += 4) {
                store_quad(low + k, pick(table, index + k));
            }
            if (gate != nullptr) {
                for (int k = 0; k < slots; k += 4) {
                    store_quad(high + k, pick(gate + block.first_emitter, index + k));
                }
            }
            for (int k = 0; k < slots; k += lanes) {
                const int n = slots - k;
                const std::size_t at = slot + static_cast<std::size_t>(k);
                for (const float* values : constants) {
                    __builtin_prefetch(values + at + slots_ahead);
                }
                const Vec t =
                    fma(load_first(&tile.slope[at], n), load(low + k),
                        load_first(&tile.shift[at], n));
                Vec s = one_over_one_plus_exp2(t);
                if (gate != nullptr) {
                    s = s * load(high + k);
                }
                store(low + k, load_first(&tile.low[at], n) * s);
                store(high + k, load_first(&tile.high[at], n) * s);
            }
            for (int j = 0; j < now; ++j) {
                Quad a = load_quad(low + j * width);
                Quad b = load_quad(high + j * width);
                for (int q = 1; q < quads; ++q) {
                    a = a + load_quad(low + j * width + 4 * q);
                    b = b + load_quad(high + j * width + 4 * q);
                }
                low_sums[rows[i + j]] += total(a);
                high_sums[rows[i + j]] += total(b);
            }
            slot += static_cast<std::size_t>(slots);
        }
        rows += segments;
    }
}

template <class Index>
void synapse_sums_of_trials(
    const Tile& tile,
    const SourceBlock& block,
    const Index* emitter,
    const float* table,
    const float* gate,
    int trials,
    float* low_sums,
    float* high_sums
) {
    const std::uint16_t* rows = tile.rows.data() + block.first_segment;
    std::size_t slot = block.first_slot;
    for (const auto& [quads, segments] : block.groups) {
        for (int i = 0; i < segments; ++i, slot += 4 * static_cast<std::size_t>(quads)) {
            const auto row = static_cast<std::ptrdiff_t>(rows[i]) * trials;
            for (int b = 0; b < trials; b += lanes) {
                const int n = trials - b;
                Vec low[4] = {zero(), zero(), zero(), zero()};
                Vec high[4] = {zero(), zero(), zero(), zero()};
                for (int k = 0; k < 4 * quads; ++k) {
                    const std::size_t of = slot + static_cast<std::size_t>(k);
                    const auto at =
                        (static_cast<std::ptrdiff_t>(block.first_emitter) + emitter[of]) * trials +
                        b;
                    const Vec t =
                        fma(set1(tile.slope[of]), load_first(table + at, n), set1(tile.shift[of]));
                    Vec s = one_over_one_plus_exp2(t);
                    if (gate != nullptr) {
                        s = s * load_first(gate + at, n);
                    }
                    // Four sums that end in the order of `total`, as for one trial.
                    low[k % 4] = low[k % 4] + set1(tile.low[of]) * s;
                    high[k % 4] = high[k % 4] + set1(tile.high[of]) * s;
                }
                float* a = low_sums + row + b;
                float* z = high_sums + row + b;
                store_first(a, load_first(a, n) + ((low[0] + low[2]) + (low[1] + low[3])), n);
                store_first(z, load_first(z, n) + ((high[0] + high[2]) + (high[1] + high[3])), n);
            }
        }
        rows += segments;
    }
}

template <class Index>
void tile_sums(
    const Graph& graph,
    const Tile& tile,
    const Index* emitter,
    const float* table,
    const float* gate,
    int trials,
    float* sums
) {
    // Kept from tile to tile, so that none of them allocates.
    thread_local std::vector<float> scratch;
    const auto plane =
        static_cast<std::size_t>(tile.last_row - tile.first_row) * static_cast<std::size_t>(trials);
    std::memset(sums, 0, sizeof(float) * plane * static_cast<std::size_t>(graph.classes));
    for (const SourceBlock& block : tile.blocks) {
        if (graph.per_synapse) {
            if (trials == 1) {
                synapse_sums(tile, block, emitter, table, gate, sums, sums + plane, scratch);
            } else {
                synapse_sums_of_trials(
                    tile, block, emitter, table, gate, trials, sums, sums + plane
                );
            }
            continue;
        }
        float* into = sums + plane * static_cast<std::size_t>(block.edge_class);
        const auto with = [&](const auto* count) {
            if (trials == 1) {
                block_sums(tile, block, emitter, count, table, into);
            } else {
                block_sums_of_trials(tile, block, emitter, count, table, trials, into);
            }
        };
        if (!tile.count8.empty()) {
            with(tile.count8.data());
        } else if (!tile.count16.empty()) {
            with(tile.count16.data());
        } else {
            with(tile.count32.data());
        }
    }
}

inline void graph_sums(
    const Graph& graph,
    const Tile& tile,
    const float* table,
    const float* gate,
    int trials,
    float* sums
) {
    if (tile.emitter32.empty()) {
        tile_sums(graph, tile, tile.emitter16.data(), table, gate, trials, sums);
    } else {
        tile_sums(graph, tile, tile.emitter32.data(), table, gate, trials, sums);
    }
}

}  // namespace liquidtime::LT_ISA
