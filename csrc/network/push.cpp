#include "network/push.hpp"

#include "core/threads.hpp"

namespace liquidtime {
namespace {

// Calls visit(emitter, row, count) for every edge of a tile; padding has count 0 and is left out.
template <class Visit>
void each_edge(const Tile& tile, const Visit& visit) {
    for (const SourceBlock& block : tile.blocks) {
        std::size_t slot = block.first_slot;
        std::size_t segment = block.first_segment;
        for (const SegmentGroup& group : block.groups) {
            for (int i = 0; i < group.segments; ++i, ++segment) {
                for (int k = 0; k < 4 * group.quads; ++k, ++slot) {
                    const float count = !tile.count8.empty()    ? tile.count8[slot]
                                        : !tile.count16.empty() ? tile.count16[slot]
                                                                : tile.count32[slot];
                    if (count == 0) {
                        continue;
                    }
                    const std::int32_t local =
                        tile.emitter32.empty() ? tile.emitter16[slot] : tile.emitter32[slot];
                    visit(block.first_emitter + local, tile.rows[segment], count);
                }
            }
        }
    }
}

}  // namespace

std::size_t PushGraph::bytes() const {
    std::size_t sum = 0;
    for (const PushTile& tile : tiles) {
        sum += 4 * tile.first.size() + 2 * tile.rows.size() + 4 * tile.count.size();
    }
    return sum;
}

PushGraph make_pushes(const Graph& graph, int threads) {
    PushGraph pushes;
    pushes.tiles.resize(graph.tiles.size());
    parallel(static_cast<int>(graph.tiles.size()), threads, [&](int t) {
        const Tile& tile = graph.tiles[static_cast<std::size_t>(t)];
        PushTile& push = pushes.tiles[static_cast<std::size_t>(t)];
        push.first.assign(static_cast<std::size_t>(graph.emitters()) + 1, 0);
        each_edge(tile, [&](std::int32_t emitter, std::uint16_t, float) {
            ++push.first[static_cast<std::size_t>(emitter) + 1];
        });
        for (std::size_t v = 1; v < push.first.size(); ++v) {
            push.first[v] += push.first[v - 1];
        }
        push.rows.resize(push.first.back());
        push.count.resize(push.first.back());
        std::vector<std::uint32_t> next(push.first.begin(), push.first.end() - 1);
        each_edge(tile, [&](std::int32_t emitter, std::uint16_t row, float count) {
            const std::uint32_t at = next[static_cast<std::size_t>(emitter)]++;
            push.rows[at] = row;
            push.count[at] = count;
        });
    });
    return pushes;
}

}  // namespace liquidtime
