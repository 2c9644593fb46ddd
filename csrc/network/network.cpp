#include "network/network.hpp"

#include <algorithm>
#include <cmath>

namespace liquidtime {

Network::Network(std::shared_ptr<const Graph> graph, NeuronConstants constants, int trials)
    : kept_graph_(std::move(graph)),
      graph_(*kept_graph_),
      constants_(std::move(constants)),
      trials_(trials) {
    const auto rows = static_cast<std::size_t>(graph_.rows);
    const auto sources = static_cast<std::size_t>(graph_.sources);
    int longest = 0;
    for (const std::int32_t delay : constants_.delay) {
        longest = std::max(longest, delay);
    }
    // A step reads one table and writes up to longest + 1 tables ahead; none shares a place.
    depth_ = longest + 2;
    v_.assign(product(rows, trials), 0.0f);
    v_next_ = v_half_ = v_;
    if (!graph_.per_synapse) {
        s_ = s_next_ = s_half_ = v_;
    }
    if (constants_.compensated) {
        v_lost_.assign(v_.size(), 0.0f);
        s_lost_.assign(s_.size(), 0.0f);
    }
    if (trials == 1 && longest == 0) {
        find_only_slots();
    }
    // One place more than there are emitters, for what nobody listens to.
    const auto plane = product(static_cast<std::size_t>(graph_.emitters()) + 1, trials);
    tables_.assign(product(plane, depth_), 0.0f);
    half_table_.assign(plane, 0.0f);
    arrivals_.resize(static_cast<std::size_t>(longest) + 1);
    sums_.assign(product(product(rows, graph_.classes), trials), 0.0f);
    sums_before_ = sums_half_ = sums_;
    if (!constants_.gap_offsets.empty()) {
        near_.assign(product(sources, trials), 0.0f);
        near_before_ = near_next_ = near_half_ = near_;
    }
    if (graph_.per_synapse && !constants_.output_gate.empty()) {
        gate_table_.resize(plane);
        for (int v = 0; v < graph_.emitters(); ++v) {
            const auto j = product(
                static_cast<std::size_t>(graph_.emitter_source[static_cast<std::size_t>(v)]), trials
            );
            std::copy_n(
                constants_.output_gate.begin() + static_cast<std::ptrdiff_t>(j), trials,
                gate_table_.begin() + static_cast<std::ptrdiff_t>(v) * trials
            );
        }
    }
}

// With one trial, no delay and one emitter a neuron at most, a step writes one number a neuron.
void Network::find_only_slots() {
    const auto rows = static_cast<std::size_t>(graph_.rows);
    only_slot_.resize(rows);
    for (std::size_t r = 0; r < rows; ++r) {
        const auto source = static_cast<std::size_t>(constants_.own[r]);
        const std::int64_t first = graph_.slot_first[source];
        const std::int64_t slots = graph_.slot_first[source + 1] - first;
        if (slots > 1) {
            only_slot_.clear();
            return;
        }
        only_slot_[r] =
            slots == 0 ? graph_.emitters() : graph_.slot[static_cast<std::size_t>(first)];
    }
}

float* Network::table(std::int64_t step) {
    const auto plane = product(static_cast<std::size_t>(graph_.emitters()) + 1, trials_);
    return tables_.data() + product(plane, static_cast<int>(step % depth_));
}

float Network::activation_of(int row, float v) const {
    const auto i = static_cast<std::size_t>(row);
    const double t = static_cast<double>(constants_.slope[i]) * v + constants_.shift[i];
    return static_cast<float>(1.0 / (1.0 + std::exp2(t)));
}

void Network::start(const float* potentials, const float* activation) {
    std::copy_n(potentials, size(), v_.begin());
    std::fill(v_lost_.begin(), v_lost_.end(), 0.0f);
    std::fill(s_lost_.begin(), s_lost_.end(), 0.0f);
    step_ = 0;
    history_ = false;
    const auto many = static_cast<std::size_t>(trials_);
    for (int r = 0; r < graph_.rows; ++r) {
        for (std::size_t b = 0; b < many; ++b) {
            const auto at = product(static_cast<std::size_t>(r), trials_) + b;
            const bool given = activation != nullptr;
            begin(r, v_[at], given ? activation[at] : activation_of(r, v_[at]), b);
        }
    }
    delta_.start();
}

void Network::adopt(const float* potentials) {
    const auto many = static_cast<std::size_t>(trials_);
    for (int r = 0; r < graph_.rows; ++r) {
        const auto row = static_cast<std::size_t>(r);
        const auto source = static_cast<std::size_t>(constants_.own[row]);
        const bool at_once =
            constants_.synaptic_time.empty() || constants_.synaptic_time[row] < 1e-30f;
        float* now = table(step_ + constants_.delay[row]);
        for (std::size_t b = 0; b < many; ++b) {
            const auto at = row * many + b;
            const auto there = source * many + b;
            if (v_[at] != potentials[at] && !v_lost_.empty()) {
                v_lost_[at] = 0.0f;
            }
            float emitted = v_[at] = potentials[at];
            if (!near_.empty()) {
                near_[there] = near_before_[there] = emitted;
            }
            if (!graph_.per_synapse) {
                if (at_once) {
                    s_[at] = activation_of(r, v_[at]);
                }
                emitted = s_[at];
                if (!constants_.output_gate.empty()) {
                    emitted *= constants_.output_gate[there];
                }
            }
            for (std::int64_t e = graph_.slot_first[source]; e < graph_.slot_first[source + 1];
                 ++e) {
                now[static_cast<std::size_t>(graph_.slot[static_cast<std::size_t>(e)]) * many + b] =
                    emitted;
            }
        }
    }
    history_ = false;
    delta_.start();
}

void Network::begin(int row, float v, float activation, std::size_t b) {
    const auto r = static_cast<std::size_t>(row);
    const auto source = static_cast<std::size_t>(constants_.own[r]);
    const auto there = product(source, trials_) + b;
    if (!near_.empty()) {
        near_[there] = near_before_[there] = v;
    }
    // A synapse with constants of its own opens at the receiver, so the potential travels.
    float emitted = v;
    if (!graph_.per_synapse) {
        s_[product(r, trials_) + b] = emitted = activation;
        if (!constants_.output_gate.empty()) {
            emitted *= constants_.output_gate[there];
        }
    }
    // All tables of the ring: what is on its way left as if it had been so for ever.
    for (std::int64_t e = graph_.slot_first[source]; e < graph_.slot_first[source + 1]; ++e) {
        const auto slot =
            product(static_cast<std::size_t>(graph_.slot[static_cast<std::size_t>(e)]), trials_);
        for (int d = 0; d < depth_; ++d) {
            table(d)[slot + b] = emitted;
        }
    }
}

void Network::deliver(
    const std::int32_t* sources,
    int count,
    const float* emitted,
    const float* potentials,
    int ahead,
    bool half
) {
    for (int i = 0; i < count; ++i) {
        const auto source = static_cast<std::size_t>(sources[i]);
        const auto from = product(static_cast<std::size_t>(i), trials_);
        for (std::int64_t e = graph_.slot_first[source]; e < graph_.slot_first[source + 1]; ++e) {
            const auto slot = product(
                static_cast<std::size_t>(graph_.slot[static_cast<std::size_t>(e)]), trials_
            );
            float* into = half ? half_table_.data() : table(step_ + ahead);
            std::copy_n(emitted + from, trials_, into + slot);
        }
        if (potentials != nullptr && !near_.empty()) {
            std::vector<float>& seen = half ? near_half_ : near_;
            std::copy_n(potentials + from, trials_, seen.data() + product(source, trials_));
        }
    }
}

std::vector<std::pair<std::string, std::vector<float>*>> Network::state() {
    std::vector<std::pair<std::string, std::vector<float>*>> parts = {
        {"potential", &v_},           {"activation", &s_},
        {"tables", &tables_},         {"sums_before", &sums_before_},
        {"neighbours", &near_},       {"neighbours_before", &near_before_},
        {"potential_lost", &v_lost_}, {"activation_lost", &s_lost_}
    };
    for (const auto& part : delta_.state()) {
        parts.push_back(part);
    }
    return parts;
}

std::vector<std::pair<std::string, std::vector<double>*>> Network::exact_state() {
    return delta_.exact_state();
}

}  // namespace liquidtime
