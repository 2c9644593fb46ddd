#include "network/graph.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "core/threads.hpp"

namespace liquidtime {
namespace {

constexpr double log2_e = 1.4426950408889634;
// In float32 48 and 16 KiB, about what a nearest cache holds.
constexpr int widest_single_block = 12288;
constexpr int narrowest_block = 4096;
// Shorter segments than this waste a large share of their slots on padding; longer ones need blocks
// of more sources than the nearest cache holds.
constexpr double edges_a_segment = 12;
// With constants of its own a synapse takes long enough to hide reads from the second cache.
constexpr double synapses_a_segment = 48;

struct Emitters {
    std::vector<std::int32_t> number;  // [K · S], -1 where there is none
    int classes;
    int sources;
    std::int32_t at(const EdgeList& edges, std::int64_t e) const {
        const int of_class = classes == 1 ? 0 : edges.edge_class[e];
        return number
            [static_cast<std::size_t>(of_class) * static_cast<std::size_t>(sources) +
             static_cast<std::size_t>(edges.source[e])];
    }
};

// Numbers the emitters that there are, and fills the maps between them and sources.
Emitters number_emitters(const EdgeList& edges, Graph& graph) {
    const int classes = edges.per_synapse() ? 1 : edges.classes;
    const auto sources = static_cast<std::size_t>(edges.sources);
    Emitters emitters{
        std::vector<std::int32_t>(static_cast<std::size_t>(classes) * sources, -1), classes,
        edges.sources
    };
    for (std::int64_t e = 0; e < edges.edges(); ++e) {
        const int of_class = classes == 1 ? 0 : edges.edge_class[e];
        if (edges.source[e] < 0 || edges.source[e] >= edges.sources || of_class >= classes) {
            throw std::invalid_argument("an edge has a source or a class that does not exist.");
        }
        // 0 marks an emitter; numbers follow below, in order.
        emitters.number
            [static_cast<std::size_t>(of_class) * sources +
             static_cast<std::size_t>(edges.source[e])] = 0;
    }
    graph.class_first.push_back(0);
    for (int c = 0; c < classes; ++c) {
        for (std::size_t j = 0; j < sources; ++j) {
            std::int32_t& number = emitters.number[static_cast<std::size_t>(c) * sources + j];
            if (number == 0) {
                number = static_cast<std::int32_t>(graph.emitter_source.size());
                graph.emitter_source.push_back(static_cast<std::int32_t>(j));
            }
        }
        graph.class_first.push_back(graph.emitters());
    }
    graph.slot_first.assign(sources + 1, 0);
    for (const std::int32_t j : graph.emitter_source) {
        ++graph.slot_first[static_cast<std::size_t>(j) + 1];
    }
    std::partial_sum(graph.slot_first.begin(), graph.slot_first.end(), graph.slot_first.begin());
    std::vector<std::int64_t> next(graph.slot_first.begin(), graph.slot_first.end() - 1);
    graph.slot.resize(graph.emitter_source.size());
    for (std::size_t v = 0; v < graph.emitter_source.size(); ++v) {
        const auto j = static_cast<std::size_t>(graph.emitter_source[v]);
        graph.slot[static_cast<std::size_t>(next[j]++)] = static_cast<std::int32_t>(v);
    }
    return emitters;
}

// The first emitter of each block.
std::vector<std::int32_t> block_starts(
    const EdgeList& edges,
    const Graph& graph,
    int emitters_a_block,
    const std::vector<std::int64_t>& limits
) {
    const int width =
        emitters_a_block > 0
            ? emitters_a_block
            : block_width(edges.rows, edges.edges(), graph.emitters(), edges.per_synapse());
    std::vector<std::int32_t> starts;
    for (std::size_t c = 0; c + 1 < graph.class_first.size(); ++c) {
        const std::int32_t end = graph.class_first[c + 1];
        if (limits.empty()) {
            for (std::int32_t first = graph.class_first[c]; first < end; first += width) {
                starts.push_back(first);
            }
            continue;
        }
        std::ptrdiff_t last_block = -1;
        for (std::int32_t v = graph.class_first[c]; v < end; ++v) {
            const std::int64_t key = static_cast<std::int64_t>(c) * graph.sources +
                                     graph.emitter_source[static_cast<std::size_t>(v)];
            const auto block = std::upper_bound(limits.begin(), limits.end(), key) - limits.begin();
            if (block != last_block) {
                starts.push_back(v);
                last_block = block;
            }
        }
    }
    return starts;
}

// A row's edges by emitter: their own order where it is that already, as it is for counts.
class Row {
public:
    Row(const EdgeList& edges, const Emitters& emitters)
        : edges_(edges),
          emitters_(emitters) {}

    void open(int row) {
        first_ = edges_.offsets[row];
        length_ = edges_.offsets[row + 1] - first_;
        order_.resize(static_cast<std::size_t>(length_));
        for (std::int64_t k = 0; k < length_; ++k) {
            order_[static_cast<std::size_t>(k)] = {emitters_.at(edges_, first_ + k), first_ + k};
        }
        if (!std::is_sorted(order_.begin(), order_.end())) {
            std::sort(order_.begin(), order_.end());
        }
    }
    const std::vector<std::pair<std::int32_t, std::int64_t>>& edges() const { return order_; }

private:
    const EdgeList& edges_;
    const Emitters& emitters_;
    std::int64_t first_ = 0;
    std::int64_t length_ = 0;
    std::vector<std::pair<std::int32_t, std::int64_t>> order_;
};

struct Segment {
    std::int32_t block;
    std::int32_t length;
    std::int32_t row;
    std::int64_t first;  // in the tile's list of edges
    std::int32_t quads() const { return (length + 3) / 4; }
};

void fill_tile(
    const EdgeList& edges,
    const Emitters& emitters,
    const Graph& graph,
    const std::vector<std::int32_t>& block_first,
    const std::vector<std::int32_t>& block_of,
    bool wide,
    Tile& tile
) {
    // (emitter, edge) of the whole tile, row by row, and the segments that they make.
    std::vector<std::pair<std::int32_t, std::int64_t>> listed;
    listed.reserve(
        static_cast<std::size_t>(edges.offsets[tile.last_row] - edges.offsets[tile.first_row])
    );
    std::vector<Segment> segments;
    Row row(edges, emitters);
    std::size_t slots = 0;
    for (std::int32_t r = tile.first_row; r < tile.last_row; ++r) {
        row.open(r);
        std::int32_t last_block = -1;
        for (const auto& edge : row.edges()) {
            const std::int32_t block = block_of[static_cast<std::size_t>(edge.first)];
            if (block != last_block) {
                segments.push_back(
                    {block, 0, r - tile.first_row, static_cast<std::int64_t>(listed.size())}
                );
                last_block = block;
            }
            ++segments.back().length;
            listed.push_back(edge);
        }
    }
    std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) {
        // By block first, so that a sum has the order of its sources; by row last, so that there is
        // one order alone.
        return std::make_tuple(a.block, a.quads(), a.row) <
               std::make_tuple(b.block, b.quads(), b.row);
    });
    for (const Segment& segment : segments) {
        slots += 4 * static_cast<std::size_t>(segment.quads());
    }
    tile.rows.reserve(segments.size());
    const auto size = [&](auto& values, bool used) {
        if (used) {
            values.assign(slots, 0);
        }
    };
    size(tile.emitter16, !wide);
    size(tile.emitter32, wide);
    size(tile.count8, edges.count8 != nullptr && !edges.per_synapse());
    size(tile.count16, edges.count16 != nullptr && !edges.per_synapse());
    size(tile.count32, edges.count32 != nullptr && !edges.per_synapse());
    size(tile.low, edges.per_synapse());
    size(tile.high, edges.per_synapse());
    size(tile.slope, edges.per_synapse());
    size(tile.shift, edges.per_synapse());
    std::size_t slot = 0;
    std::int32_t last_block = -1;
    for (const Segment& segment : segments) {
        const std::int32_t first = block_first[static_cast<std::size_t>(segment.block)];
        if (segment.block != last_block) {
            SourceBlock block;
            block.first_emitter = first;
            block.edge_class = static_cast<std::int32_t>(
                std::upper_bound(graph.class_first.begin(), graph.class_first.end(), first) -
                graph.class_first.begin() - 1
            );
            block.first_segment = tile.rows.size();
            block.first_slot = slot;
            tile.blocks.push_back(block);
            last_block = segment.block;
        }
        auto& groups = tile.blocks.back().groups;
        if (groups.empty() || groups.back().quads != segment.quads()) {
            groups.push_back({segment.quads(), 0});
        }
        ++groups.back().segments;
        tile.rows.push_back(static_cast<std::uint16_t>(segment.row));
        for (std::int32_t k = 0; k < segment.length; ++k) {
            const auto& [emitter, edge] = listed[static_cast<std::size_t>(segment.first + k)];
            const std::size_t at = slot + static_cast<std::size_t>(k);
            if (wide) {
                tile.emitter32[at] = emitter - first;
            } else {
                tile.emitter16[at] = static_cast<std::uint16_t>(emitter - first);
            }
            if (edges.per_synapse()) {
                tile.low[at] = edges.low[edge];
                tile.high[at] = edges.high[edge];
                // 1 / (1 + 2^(slope v + shift)) is the sigmoid; in double, so that it is rounded
                // once.
                const double slope = -log2_e * edges.steepness[edge];
                tile.slope[at] = static_cast<float>(slope);
                tile.shift[at] = static_cast<float>(-slope * edges.midpoint[edge]);
            } else if (edges.count8 != nullptr) {
                tile.count8[at] = edges.count8[edge];
            } else if (edges.count16 != nullptr) {
                tile.count16[at] = edges.count16[edge];
            } else {
                tile.count32[at] = edges.count32[edge];
            }
        }
        // Padding has weight 0; it reads what the segment reads anyway, so that nobody else's NaN
        // comes in.
        const std::size_t end = slot + 4 * static_cast<std::size_t>(segment.quads());
        for (std::size_t at = slot + static_cast<std::size_t>(segment.length); at < end; ++at) {
            if (wide) {
                tile.emitter32[at] = tile.emitter32[slot];
            } else {
                tile.emitter16[at] = tile.emitter16[slot];
            }
        }
        slot = end;
    }
}

}  // namespace

std::size_t Tile::bytes() const {
    return rows.size() * 2 + emitter16.size() * 2 + emitter32.size() * 4 + count8.size() +
           count16.size() * 2 +
           4 * (count32.size() + low.size() + high.size() + slope.size() + shift.size());
}

std::size_t Graph::bytes() const {
    std::size_t sum = 8 * slot_first.size() + 4 * (slot.size() + emitter_source.size());
    for (const Tile& tile : tiles) {
        sum += tile.bytes();
    }
    return sum;
}

int block_width(int rows, std::int64_t edges, int emitters, bool per_synapse) {
    if (emitters <= widest_single_block) {
        return std::max(1, emitters);
    }
    const double in_degree = static_cast<double>(edges) / std::max(1, rows);
    const double length = per_synapse ? synapses_a_segment : edges_a_segment;
    const double wanted = length * emitters / std::max(in_degree, 1e-9);
    return static_cast<int>(std::min<double>(emitters, std::max<double>(narrowest_block, wanted)));
}

Graph make_graph(
    const EdgeList& edges,
    int emitters_a_block,
    int rows_a_tile,
    int threads,
    const std::vector<std::int64_t>& block_limits
) {
    Graph graph;
    graph.rows = edges.rows;
    graph.sources = edges.sources;
    graph.per_synapse = edges.per_synapse();
    graph.classes = graph.per_synapse ? 2 : edges.classes;
    const Emitters emitters = number_emitters(edges, graph);
    const std::vector<std::int32_t> block_first =
        block_starts(edges, graph, emitters_a_block, block_limits);
    std::vector<std::int32_t> block_of(static_cast<std::size_t>(graph.emitters()));
    int widest = 0;
    for (std::size_t block = 0; block < block_first.size(); ++block) {
        const int first = block_first[block];
        const int last = block + 1 < block_first.size() ? block_first[block + 1] : graph.emitters();
        std::fill(
            block_of.begin() + first, block_of.begin() + last, static_cast<std::int32_t>(block)
        );
        widest = std::max(widest, last - first);
    }
    // Some sixteen tiles for threads to share.
    const int usual = std::min(16384, std::max(512, (edges.rows + 15) / 16));
    // A row of a tile is counted in 16 bits.
    const int height = std::min(65536, rows_a_tile > 0 ? rows_a_tile : usual);
    for (int first = 0; first < edges.rows; first += height) {
        Tile tile;
        tile.first_row = first;
        tile.last_row = std::min(first + height, edges.rows);
        graph.tiles.push_back(std::move(tile));
    }
    parallel(static_cast<int>(graph.tiles.size()), threads, [&](int t) {
        fill_tile(
            // Emitters are, too, unless a block has too many.
            edges, emitters, graph, block_first, block_of, widest > 65536,
            graph.tiles[static_cast<std::size_t>(t)]
        );
    });
    return graph;
}

}  // namespace liquidtime
