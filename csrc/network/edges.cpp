#include "network/edges.hpp"

#include <algorithm>

#include "core/threads.hpp"

namespace liquidtime {
namespace {

struct Edge {
    std::uint64_t key;  // class and source
    float count;
};

// Merges equal edges of a sorted row in place; how many are left.
std::int64_t merge(Edge* row, std::int64_t length) {
    std::int64_t last = 0;
    for (std::int64_t e = 1; e < length; ++e) {
        if (row[e].key == row[last].key) {
            row[last].count += row[e].count;
        } else {
            row[++last] = row[e];
        }
    }
    return length == 0 ? 0 : last + 1;
}

}  // namespace

EdgeRows sorted_rows(
    const std::int32_t* sources,
    const std::int32_t* targets,
    const float* counts,
    const std::uint8_t* classes,
    std::int64_t edges,
    std::int32_t neurons,
    int threads
) {
    std::vector<std::int64_t> first(static_cast<std::size_t>(neurons) + 1, 0);
    for (std::int64_t e = 0; e < edges; ++e) {
        ++first[static_cast<std::size_t>(targets[e]) + 1];
    }
    for (std::size_t i = 1; i < first.size(); ++i) {
        first[i] += first[i - 1];
    }
    std::vector<Edge> sorted(static_cast<std::size_t>(edges));
    std::vector<std::int64_t> next(first.begin(), first.end() - 1);
    for (std::int64_t e = 0; e < edges; ++e) {
        // The class above the source, so that one comparison sorts by both.
        const std::uint64_t key =
            (static_cast<std::uint64_t>(classes[e]) << 32) | static_cast<std::uint32_t>(sources[e]);
        sorted[static_cast<std::size_t>(next[static_cast<std::size_t>(targets[e])]++)] = {
            key, counts[e]
        };
    }
    EdgeRows rows;
    rows.offsets.assign(first.size(), 0);
    const int tasks = 8 * threads;
    const auto row_of = [&](int task) {
        return static_cast<std::size_t>(static_cast<std::int64_t>(neurons) * task / tasks);
    };
    parallel(tasks, threads, [&](int task) {
        for (std::size_t i = row_of(task); i < row_of(task + 1); ++i) {
            Edge* row = sorted.data() + first[i];
            const std::int64_t length = first[i + 1] - first[i];
            // Stable, so that counts are added in one order whatever the sort.
            std::stable_sort(row, row + length, [](const Edge& a, const Edge& b) {
                return a.key < b.key;
            });
            rows.offsets[i + 1] = merge(row, length);
        }
    });
    for (std::size_t i = 1; i < rows.offsets.size(); ++i) {
        rows.offsets[i] += rows.offsets[i - 1];
    }
    const auto left = static_cast<std::size_t>(rows.offsets.back());
    rows.sources.resize(left);
    rows.counts.resize(left);
    rows.classes.resize(left);
    parallel(tasks, threads, [&](int task) {
        for (std::size_t i = row_of(task); i < row_of(task + 1); ++i) {
            const Edge* row = sorted.data() + first[i];
            for (std::int64_t e = rows.offsets[i]; e < rows.offsets[i + 1]; ++e, ++row) {
                const auto at = static_cast<std::size_t>(e);
                rows.sources[at] = static_cast<std::int32_t>(row->key & 0xffffffffu);
                rows.counts[at] = row->count;
                rows.classes[at] = static_cast<std::uint8_t>(row->key >> 32);
            }
        }
    });
    return rows;
}

}  // namespace liquidtime
