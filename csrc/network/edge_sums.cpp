#include "network/edge_sums.hpp"

#include <algorithm>
#include <vector>

#include "core/threads.hpp"

namespace liquidtime {
namespace {

constexpr int tasks_a_thread = 8;

// Runs each(first, last) over ranges of about as many edges, between which rows are not split.
template <class Each>
void over_rows(const std::int64_t* offsets, int rows, int threads, const Each& each) {
    // Several tasks a thread, so that one that comes late finds less to do.
    const int tasks = threads == 1 ? 1 : tasks_a_thread * threads;
    parallel(tasks, threads, [&](int task) {
        const auto row_at = [&](int part) {
            const std::int64_t edge = offsets[rows] * part / tasks;
            return static_cast<int>(
                part == tasks ? rows : std::lower_bound(offsets, offsets + rows, edge) - offsets
            );
        };
        each(row_at(task), row_at(task + 1));
    });
}

}  // namespace

void edge_sums(
    const WeightedEdges& edges,
    const float* weights,
    const float* emitted,
    int trials,
    float* sums,
    int threads
) {
    const auto plane = static_cast<std::ptrdiff_t>(edges.rows) * trials;
    std::fill_n(sums, plane * edges.classes, 0.0f);
    over_rows(edges.offsets, edges.rows, threads, [&](int first, int last) {
        for (int r = first; r < last; ++r) {
            std::int64_t e = edges.offsets[r];
            const std::int64_t end = edges.offsets[r + 1];
            while (e < end) {
                const int of_class = edges.edge_class[e];
                std::int64_t stop = e + 1;
                while (stop < end && edges.edge_class[stop] == of_class) {
                    ++stop;
                }
                float* sum = sums + of_class * plane + static_cast<std::ptrdiff_t>(r) * trials;
                if (trials == 1) {
                    // Four sums that need not wait for each other; a compiler may not part one by
                    // itself.
                    float part[4] = {0, 0, 0, 0};
                    for (; e + 4 <= stop; e += 4) {
                        for (int k = 0; k < 4; ++k) {
                            part[k] += weights[e + k] * emitted[edges.source[e + k]];
                        }
                    }
                    for (; e < stop; ++e) {
                        part[0] += weights[e] * emitted[edges.source[e]];
                    }
                    *sum = (part[0] + part[1]) + (part[2] + part[3]);
                    continue;
                }
                for (; e < stop; ++e) {
                    const float weight = weights[e];
                    const float* from =
                        emitted + static_cast<std::ptrdiff_t>(edges.source[e]) * trials;
                    for (int b = 0; b < trials; ++b) {
                        sum[b] += weight * from[b];
                    }
                }
            }
        }
    });
}

void edge_sums_by_emitted(
    const WeightedEdges& edges,
    const float* weights,
    const float* d_sums,
    int trials,
    float* d_emitted,
    int threads
) {
    over_rows(edges.source_offsets, edges.sources, threads, [&](int first, int last) {
        for (int j = first; j < last; ++j) {
            float* sum = d_emitted + static_cast<std::ptrdiff_t>(j) * trials;
            std::int64_t k = edges.source_offsets[j];
            const std::int64_t end = edges.source_offsets[j + 1];
            if (trials == 1) {
                float part[4] = {0, 0, 0, 0};
                for (; k + 4 <= end; k += 4) {
                    for (int i = 0; i < 4; ++i) {
                        part[i] += weights[k + i] * d_sums[edges.place[k + i]];
                    }
                }
                for (; k < end; ++k) {
                    part[0] += weights[k] * d_sums[edges.place[k]];
                }
                *sum = (part[0] + part[1]) + (part[2] + part[3]);
                continue;
            }
            std::fill_n(sum, trials, 0.0f);
            for (; k < end; ++k) {
                const float* from = d_sums + static_cast<std::ptrdiff_t>(edges.place[k]) * trials;
                const float weight = weights[k];
                for (int b = 0; b < trials; ++b) {
                    sum[b] += weight * from[b];
                }
            }
        }
    });
}

void edge_sums_by_weights(
    const WeightedEdges& edges,
    const float* emitted,
    const float* d_sums,
    int trials,
    float* d_weights,
    int threads
) {
    const auto plane = static_cast<std::ptrdiff_t>(edges.rows) * trials;
    over_rows(edges.offsets, edges.rows, threads, [&](int first, int last) {
        for (int r = first; r < last; ++r) {
            for (std::int64_t e = edges.offsets[r]; e < edges.offsets[r + 1]; ++e) {
                const float* from = emitted + static_cast<std::ptrdiff_t>(edges.source[e]) * trials;
                const float* d =
                    d_sums + edges.edge_class[e] * plane + static_cast<std::ptrdiff_t>(r) * trials;
                float sum = 0;
                for (int b = 0; b < trials; ++b) {
                    sum += from[b] * d[b];
                }
                d_weights[e] = sum;
            }
        }
    });
}

}  // namespace liquidtime
