#include "network/delta.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace liquidtime {

Delta::Delta(const Graph& graph, int trials, float epsilon, int threads)
    : trials_(trials),
      epsilon_(epsilon) {
    if (graph.per_synapse) {
        throw std::invalid_argument(
            "synapses with constants of their own cannot be sent on delta: what passes a synapse "
            "is not proportional to what its source emits."
        );
    }
    pushes_ = make_pushes(graph, threads);
    const auto many = static_cast<std::size_t>(trials);
    sent_.assign(static_cast<std::size_t>(graph.emitters()) * many, 0.0f);
    kept_sums_.assign(
        static_cast<std::size_t>(graph.classes) * static_cast<std::size_t>(graph.rows) * many, 0.0
    );
    for (const PushTile& push : pushes_.tiles) {
        edges_ += static_cast<double>(push.rows.size());
    }
}

void Delta::start() {
    // As if nothing had been passed on, so the first step adds up all that is not 0.
    std::fill(sent_.begin(), sent_.end(), 0.0f);
    std::fill(kept_sums_.begin(), kept_sums_.end(), 0.0);
    edges_passed_ = {0, 0};
}

void Delta::find_changes(const Graph& graph, const float* table) {
    changed_.clear();
    change_.clear();
    const auto many = static_cast<std::size_t>(trials_);
    for (int v = 0; v < graph.emitters(); ++v) {
        const auto i = static_cast<std::size_t>(v);
        const float* now = table + i * many;
        float* sent = sent_.data() + i * many;
        bool moved = false;
        for (std::size_t b = 0; b < many; ++b) {
            // Negated, so that NaN moves.
            moved |= !(std::fabs(now[b] - sent[b]) <= epsilon_);
        }
        if (!moved) {
            continue;
        }
        // All trials of it go, for they share the walk over its edges.
        changed_.push_back(v);
        for (std::size_t b = 0; b < many; ++b) {
            change_.push_back(now[b] - sent[b]);
            sent[b] = now[b];
        }
        for (const PushTile& push : pushes_.tiles) {
            edges_passed_[0] += push.first[i + 1] - push.first[i];
        }
    }
}

void Delta::update(const Graph& graph, const Tile& tile, float* into) {
    const auto many = static_cast<std::size_t>(trials_);
    const auto rows = static_cast<std::size_t>(tile.last_row - tile.first_row);
    double* kept = kept_sums_.data() + sums_of(graph, tile, trials_);
    // Pushes lie in the order of the graph's tiles.
    const PushTile& push = pushes_.tiles[static_cast<std::size_t>(&tile - graph.tiles.data())];
    std::size_t of_class = 0;
    for (std::size_t c = 0; c < changed_.size(); ++c) {
        const auto emitter = static_cast<std::size_t>(changed_[c]);
        // Emitters ascend by class, so the class only moves on.
        while (changed_[c] >= graph.class_first[of_class + 1]) {
            ++of_class;
        }
        double* sums = kept + rows * of_class * many;
        const float* change = change_.data() + c * many;
        for (std::uint32_t e = push.first[emitter]; e < push.first[emitter + 1]; ++e) {
            double* sum = sums + push.rows[e] * many;
            for (std::size_t b = 0; b < many; ++b) {
                // The product is rounded once; it is the sum that must not drift over many steps.
                sum[b] += static_cast<double>(push.count[e] * change[b]);
            }
        }
    }
    const auto all = rows * static_cast<std::size_t>(graph.classes) * many;
    for (std::size_t i = 0; i < all; ++i) {
        into[i] = static_cast<float>(kept[i]);
    }
}

void Delta::count(bool whole) {
    edges_passed_[0] += whole ? edges_ : 0;
    edges_passed_[1] += edges_;
}

}  // namespace liquidtime
