// A graph of neurons, laid out for sums over synapses: what arrives at each target, class by class.
//
// Targets lie in tiles, which threads share; what a tile's targets hear lies in blocks of sources
// that are small enough for the nearest cache. A target's edges from one block are a segment,
// padded to whole quads with edges of weight 0. Segments are sorted by their length, so that the
// loops over them have the same length many times over. The sum of a target is taken segment by
// segment in the order of the sources, the same for any tiling and any number of threads.
//
// R targets (rows), S sources, E edges, K classes, B trials. An emitter is a source as far as it
// has edges of one class; emitters are numbered by class and then by source.
#pragma once

#include <cstdint>
#include <vector>

namespace liquidtime {

// Edges by target: see `Edges` in kernels/network/edges.py. Only one kind of count is not null.
struct EdgeList {
    int rows = 0;
    int sources = 0;
    int classes = 0;
    const std::int64_t* offsets = nullptr;     // [R + 1]
    const std::int32_t* source = nullptr;      // [E]
    const std::uint8_t* edge_class = nullptr;  // [E]
    const std::int8_t* count8 = nullptr;       // [E]
    const std::int16_t* count16 = nullptr;     // [E]
    const float* count32 = nullptr;            // [E]
    // Where each edge has constants of its own, the classes and counts do not matter: class 0 is a
    // reversal potential at the lower end, class 1 one at the upper end, and each edge has a share
    // of its conductance in both.
    const float* low = nullptr;        // [E], nS
    const float* high = nullptr;       // [E], nS
    const float* midpoint = nullptr;   // [E], mV
    const float* steepness = nullptr;  // [E], 1/mV
    std::int64_t edges() const { return offsets[rows]; }
    bool per_synapse() const { return low != nullptr; }
};

// Segments of the same number of quads that follow each other.
struct SegmentGroup {
    std::int32_t quads;
    std::int32_t segments;
};

struct SourceBlock {
    std::int32_t first_emitter = 0;
    std::int32_t edge_class = 0;
    std::vector<SegmentGroup> groups;
    std::size_t first_segment = 0;  // in Tile::rows
    std::size_t first_slot = 0;     // in the arrays of slots
};

struct Tile {
    std::int32_t first_row = 0;
    std::int32_t last_row = 0;
    std::vector<SourceBlock> blocks;
    std::vector<std::uint16_t> rows;       // a segment's row, counted from first_row
    std::vector<std::uint16_t> emitter16;  // a slot's emitter, counted from the block's first
    std::vector<std::int32_t> emitter32;
    std::vector<std::int8_t> count8;
    std::vector<std::int16_t> count16;
    std::vector<float> count32;
    std::vector<float> low, high, slope,
        shift;  // of per-synapse edges: sigmoid(v) = 1 / (1 + 2^(slope v + shift))
    std::size_t bytes() const;
};

struct Graph {
    int rows = 0;
    int sources = 0;
    int classes = 0;
    bool per_synapse = false;
    std::vector<std::int32_t> emitter_source;  // [V]
    std::vector<std::int32_t> class_first;     // [K + 1], first emitter of each class
    std::vector<std::int64_t> slot_first;      // [S + 1], into slot
    std::vector<std::int32_t> slot;            // [V], emitters of each source
    std::vector<Tile> tiles;
    int emitters() const { return static_cast<int>(emitter_source.size()); }
    std::size_t bytes() const;
};

// How many emitters a block holds in a graph of that size.
int block_width(int rows, std::int64_t edges, int emitters, bool per_synapse);

// `emitters_a_block` 0: chosen from the density; else for tests. `block_limits`: where blocks
// begin, as class · S + source, ascending; so part of a graph adds up in the blocks of the whole,
// to the same bits. Empty: blocks of equal width.
Graph make_graph(
    const EdgeList& edges,
    int emitters_a_block,
    int rows_a_tile,
    int threads,
    const std::vector<std::int64_t>& block_limits = {}
);

// Where a tile's sums begin in the array [tiles][K][rows of the tile][B].
inline std::size_t sums_of(const Graph& graph, const Tile& tile, int trials) {
    return static_cast<std::size_t>(graph.classes) * static_cast<std::size_t>(tile.first_row) *
           static_cast<std::size_t>(trials);
}

}  // namespace liquidtime
