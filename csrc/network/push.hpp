// A graph by source: for each tile of targets and each emitter the rows it reaches. It serves
// changes of few sources; the sums themselves are kept.
#pragma once

#include <cstdint>
#include <vector>

#include "network/graph.hpp"

namespace liquidtime {

struct PushTile {
    std::vector<std::uint32_t> first;  // [V + 1], into rows
    std::vector<std::uint16_t> rows;
    std::vector<float> count;  // as float32: a cache line holds few edges of one source anyway
};

struct PushGraph {
    std::vector<PushTile> tiles;  // those of the Graph
    std::size_t bytes() const;
};

PushGraph make_pushes(const Graph& graph, int threads);

}  // namespace liquidtime
