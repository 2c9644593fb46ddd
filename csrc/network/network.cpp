#include "network/network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/dispatch.hpp"
#include "core/threads.hpp"

namespace liquidtime {
namespace {

std::size_t product(std::size_t a, int b) {
    return a * static_cast<std::size_t>(b);
}

}  // namespace

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
    depth_ = longest + 2;
    v_.assign(product(rows, trials), 0.0f);
    v_next_ = v_half_ = v_;
    if (!graph_.per_synapse) {
        s_ = s_next_ = s_half_ = v_;
    }
    if (trials == 1 && longest == 0) {
        only_slot_.resize(rows);
        for (std::size_t r = 0; r < rows; ++r) {
            const auto source = static_cast<std::size_t>(constants_.own[r]);
            const std::int64_t first = graph_.slot_first[source];
            const std::int64_t slots = graph_.slot_first[source + 1] - first;
            if (slots > 1) {
                only_slot_.clear();
                break;
            }
            only_slot_[r] =
                slots == 0 ? graph_.emitters() : graph_.slot[static_cast<std::size_t>(first)];
        }
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
    tile_events_.resize(graph_.tiles.size());
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
    step_ = 0;
    history_ = false;
    for (int r = 0; r < graph_.rows; ++r) {
        const auto source = static_cast<std::size_t>(constants_.own[static_cast<std::size_t>(r)]);
        for (int b = 0; b < trials_; ++b) {
            const auto at =
                product(static_cast<std::size_t>(r), trials_) + static_cast<std::size_t>(b);
            const auto there = product(source, trials_) + static_cast<std::size_t>(b);
            if (!near_.empty()) {
                near_[there] = near_before_[there] = v_[at];
            }
            float emitted = v_[at];
            if (!graph_.per_synapse) {
                s_[at] = activation != nullptr ? activation[at] : activation_of(r, v_[at]);
                emitted = s_[at];
                if (!constants_.output_gate.empty()) {
                    emitted *= constants_.output_gate[there];
                }
            }
            for (std::int64_t e = graph_.slot_first[source]; e < graph_.slot_first[source + 1];
                 ++e) {
                const auto slot = product(
                    static_cast<std::size_t>(graph_.slot[static_cast<std::size_t>(e)]), trials_
                );
                for (int d = 0; d < depth_; ++d) {
                    table(d)[slot + static_cast<std::size_t>(b)] = emitted;
                }
            }
        }
    }
    if (epsilon_ > 0) {
        std::fill(sent_.begin(), sent_.end(), 0.0f);
        std::fill(kept_sums_.begin(), kept_sums_.end(), 0.0);
    }
    edges_passed_ = {0, 0};
    events_.clear();
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

// Writes what the neurons of a tile emit at the end of this step into the tables of the steps at
// which it arrives; with `half`, what they emit in its middle into that of the middle.
void Network::emit(const Tile& tile, const float* v, const float* s, bool half) {
    const float* values = graph_.per_synapse ? v : s;
    const bool gated = !graph_.per_synapse && !constants_.output_gate.empty();
    const auto many = static_cast<std::size_t>(trials_);
    if (!half && !gated && !only_slot_.empty()) {
        for (auto i = static_cast<std::size_t>(tile.first_row);
             i < static_cast<std::size_t>(tile.last_row); ++i) {
            arrivals_[0][only_slot_[i]] = values[i];
        }
        return;
    }
    for (int r = tile.first_row; r < tile.last_row; ++r) {
        const auto i = static_cast<std::size_t>(r);
        const auto source = static_cast<std::size_t>(constants_.own[i]);
        const auto delay = static_cast<std::size_t>(constants_.delay[i]);
        const float* from = values + i * many;
        const float* gate = gated ? constants_.output_gate.data() + source * many : nullptr;
        float* into = half ? half_table_.data() : arrivals_[delay];
        for (std::int64_t e = graph_.slot_first[source]; e < graph_.slot_first[source + 1]; ++e) {
            const auto slot =
                static_cast<std::size_t>(graph_.slot[static_cast<std::size_t>(e)]) * many;
            if (half && delay > 0) {
                // What is on its way is known at both ends of the step.
                for (std::size_t b = 0; b < many; ++b) {
                    into[slot + b] = 0.5f * (now_[slot + b] + arrivals_[0][slot + b]);
                }
            } else if (gate == nullptr) {
                std::copy_n(from, many, into + slot);
            } else {
                for (std::size_t b = 0; b < many; ++b) {
                    into[slot + b] = from[b] * gate[b];
                }
            }
        }
    }
}

void Network::tile_sums(const Tile& tile, const float* table, float* into, bool whole) {
    if (epsilon_ == 0 || whole) {
        kernels().graph_sums(
            graph_, tile, table, gate_table_.empty() ? nullptr : gate_table_.data(), trials_, into
        );
        return;
    }
    const auto rows = static_cast<std::size_t>(tile.last_row - tile.first_row);
    const auto begin = sums_of(graph_, tile, trials_);
    double* kept = kept_sums_.data() + begin;
    const PushTile& push = pushes_.tiles[static_cast<std::size_t>(&tile - graph_.tiles.data())];
    int of_class = 0;
    for (std::size_t c = 0; c < changed_.size(); ++c) {
        const auto emitter = static_cast<std::size_t>(changed_[c]);
        while (changed_[c] >= graph_.class_first[static_cast<std::size_t>(of_class) + 1]) {
            ++of_class;
        }
        double* sums = kept + product(product(rows, of_class), trials_);
        const float* change = change_.data() + product(c, trials_);
        for (std::uint32_t e = push.first[emitter]; e < push.first[emitter + 1]; ++e) {
            double* sum = sums + product(push.rows[e], trials_);
            for (int b = 0; b < trials_; ++b) {
                sum[b] += static_cast<double>(push.count[e] * change[b]);
            }
        }
    }
    const auto all = product(product(rows, graph_.classes), trials_);
    for (std::size_t i = 0; i < all; ++i) {
        into[i] = static_cast<float>(kept[i]);
    }
}

void Network::find_changes(const float* table) {
    changed_.clear();
    change_.clear();
    for (int v = 0; v < graph_.emitters(); ++v) {
        const auto at = product(static_cast<std::size_t>(v), trials_);
        bool moved = false;
        for (std::size_t b = 0; b < static_cast<std::size_t>(trials_); ++b) {
            moved |= std::fabs(table[at + b] - sent_[at + b]) > epsilon_;
        }
        if (!moved) {
            continue;
        }
        changed_.push_back(v);
        for (std::size_t b = 0; b < static_cast<std::size_t>(trials_); ++b) {
            change_.push_back(table[at + b] - sent_[at + b]);
            sent_[at + b] = table[at + b];
        }
        for (const PushTile& push : pushes_.tiles) {
            const auto i = static_cast<std::size_t>(v);
            edges_passed_[0] += push.first[i + 1] - push.first[i];
        }
    }
}

void Network::send_on_delta(float epsilon, int threads) {
    if (graph_.per_synapse) {
        throw std::invalid_argument(
            "synapses with constants of their own cannot be sent on delta: what passes a synapse "
            "is "
            "not proportional to what its source emits."
        );
    }
    pushes_ = make_pushes(graph_, threads);
    epsilon_ = epsilon;
    const auto plane = product(static_cast<std::size_t>(graph_.emitters()), trials_);
    sent_.assign(plane, 0.0f);
    kept_sums_.assign(sums_.size(), 0.0);
    edges_ = 0;
    for (const PushTile& push : pushes_.tiles) {
        edges_ += static_cast<double>(push.rows.size());
    }
}

double Network::delta_error(int threads) {
    if (epsilon_ == 0 || step_ == 0 || graph_.tiles.empty()) {
        return 0;
    }
    std::vector<double> worst(graph_.tiles.size(), 0.0);
    parallel(static_cast<int>(graph_.tiles.size()), threads, [&](int t) {
        const Tile& tile = graph_.tiles[static_cast<std::size_t>(t)];
        const auto begin = sums_of(graph_, tile, trials_);
        float* whole = sums_half_.data() + begin;
        tile_sums(tile, table(step_ - 1), whole, true);
        const auto plane =
            product(static_cast<std::size_t>(tile.last_row - tile.first_row), trials_);
        for (std::size_t i = 0; i < plane; ++i) {
            const auto row =
                static_cast<std::size_t>(tile.first_row) + i / static_cast<std::size_t>(trials_);
            double g[2] = {constants_.leak_conductance[row], constants_.leak_conductance[row]};
            double h[2] = {constants_.leak_current[row], constants_.leak_current[row]};
            for (int c = 0; c < graph_.classes; ++c) {
                const auto k = static_cast<std::size_t>(c);
                double unit = constants_.unit_conductance[k];
                if (!constants_.class_scale.empty()) {
                    unit *= constants_.class_scale
                                [product(k, trials_) + i % static_cast<std::size_t>(trials_)];
                }
                const double sums[2] = {
                    whole[product(plane, c) + i], kept_sums_[begin + product(plane, c) + i]
                };
                for (int w = 0; w < 2; ++w) {
                    g[w] += unit * sums[w];
                    h[w] += unit * constants_.reversal_potential[k] * sums[w];
                }
            }
            auto& most = worst[static_cast<std::size_t>(t)];
            most = std::max(most, std::fabs(h[0] / g[0] - h[1] / g[1]));
        }
    });
    return *std::max_element(worst.begin(), worst.end());
}

void Network::sums(float* out, int threads) {
    parallel(static_cast<int>(graph_.tiles.size()), threads, [&](int t) {
        const Tile& tile = graph_.tiles[static_cast<std::size_t>(t)];
        tile_sums(tile, table(step_), out + sums_of(graph_, tile, trials_), true);
    });
}

void Network::set_drives(std::int64_t step, const std::vector<Drive>& drives) {
    const auto used = [&](std::vector<float>& buffer, float rest) {
        buffer.assign(size(), rest);
    };
    bool any[3] = {false, false, false};
    for (const Drive& drive : drives) {
        any[static_cast<int>(drive.kind)] = true;
    }
    if (any[0]) {
        used(current_, 0.0f);
    } else {
        current_.clear();
    }
    if (any[1]) {
        used(conductance_, 0.0f);
        used(drive_, 0.0f);
    } else {
        conductance_.clear();
        drive_.clear();
    }
    if (any[2]) {
        used(clamp_, std::numeric_limits<float>::quiet_NaN());
        used(clamp_half_, std::numeric_limits<float>::quiet_NaN());
    } else {
        clamp_.clear();
        clamp_half_.clear();
    }
    for (const Drive& drive : drives) {
        const auto width = product(static_cast<std::size_t>(drive.count), drive.trials);
        const float* values = drive.values + width * static_cast<std::size_t>(step);
        const float* halfway = drive.halfway == nullptr
                                   ? values
                                   : drive.halfway + width * static_cast<std::size_t>(step);
        for (int i = 0; i < drive.count; ++i) {
            for (int b = 0; b < trials_; ++b) {
                const std::size_t from = product(static_cast<std::size_t>(i), drive.trials) +
                                         static_cast<std::size_t>(drive.trials == 1 ? 0 : b);
                const float value = values[from];
                const auto at = product(static_cast<std::size_t>(drive.row[i]), trials_) +
                                static_cast<std::size_t>(b);
                if (drive.kind == DriveKind::current) {
                    current_[at] += value;
                } else if (drive.kind == DriveKind::conductance) {
                    conductance_[at] += value;
                    drive_[at] += value * drive.reversal[i];
                } else if (!std::isnan(value)) {
                    clamp_[at] = value;
                    clamp_half_[at] = halfway[from];
                }
            }
        }
    }
}

// Moves all tiles: sums over the synapses, then what `change` makes of them.
template <class Change>
void Network::advance(const Change& change, bool half, bool events, float threshold, int threads) {
    const float* now = half ? half_table_.data() : table(step_);
    std::vector<float>& sums = half ? sums_half_ : sums_;
    now_ = table(step_);
    for (std::size_t d = 0; d < arrivals_.size(); ++d) {
        arrivals_[d] = table(step_ + 1 + static_cast<std::int64_t>(d));
    }
    const bool by_differences = epsilon_ > 0 && !half;
    if (by_differences) {
        find_changes(now);
    } else if (half && epsilon_ > 0) {
        edges_passed_[0] += edges_;
    }
    edges_passed_[1] += edges_;
    parallel(static_cast<int>(graph_.tiles.size()), threads, [&](int t) {
        const Tile& tile = graph_.tiles[static_cast<std::size_t>(t)];
        const auto begin = sums_of(graph_, tile, trials_);
        tile_sums(tile, now, sums.data() + begin, !by_differences);
        TileStep call{};
        call.constants = &constants_;
        call.tile = &tile;
        call.trials = trials_;
        call.classes = graph_.classes;
        call.sums = sums.data() + begin;
        call.sums_before = sums_before_.data() + begin;
        call.v = v_.data();
        call.s = s_.data();
        const auto given = [](std::vector<float>& values) {
            return values.empty() ? nullptr : values.data();
        };
        call.current = given(current_);
        call.conductance = given(conductance_);
        call.drive = given(drive_);
        call.clamp = given(clamp_);
        change(call);
        kernels().network_step(call);
        const bool first_half = call.v_next == v_half_.data();
        emit(tile, call.v_next, call.s_next, first_half);
        if (!near_.empty()) {
            std::vector<float>& seen = first_half ? near_half_ : near_next_;
            for (int r = tile.first_row; r < tile.last_row; ++r) {
                const auto i = static_cast<std::size_t>(r);
                std::copy_n(
                    call.v_next + product(i, trials_), trials_,
                    seen.data() + product(static_cast<std::size_t>(constants_.own[i]), trials_)
                );
            }
        }
        if (events && !first_half) {
            auto& found = tile_events_[static_cast<std::size_t>(t)];
            for (int r = tile.first_row; r < tile.last_row; ++r) {
                for (int b = 0; b < trials_; ++b) {
                    const auto at =
                        product(static_cast<std::size_t>(r), trials_) + static_cast<std::size_t>(b);
                    if (v_[at] < threshold && call.v_next[at] >= threshold) {
                        found.push_back({step_ + 1, r, b});
                    }
                }
            }
        }
    });
}

void Network::run(
    std::int64_t steps,
    float dt,
    Scheme scheme,
    const std::vector<Drive>& drives,
    const std::vector<Recording>& recordings,
    float threshold,
    int threads,
    Part part
) {
    bool currents = false;
    for (const Recording& recording : recordings) {
        currents |=
            recording.variable == Variable::conductance || recording.variable == Variable::current;
    }
    synaptic_conductance_.resize(currents ? size() : 0);
    synaptic_drive_.resize(currents ? size() : 0);
    const bool events = !std::isnan(threshold);
    for (std::int64_t done = 0; done < steps; ++done) {
        if (!drives.empty() || !current_.empty() || !conductance_.empty() || !clamp_.empty()) {
            set_drives(done, drives);
        }
        const bool in_halves =
            scheme == Scheme::midpoint || (scheme == Scheme::extrapolated && !history_);
        if (in_halves && part != Part::second_half) {
            advance(
                [&](TileStep& call) {
                    call.dt = 0.5f * dt;
                    call.clamp = clamp_half_.empty() ? nullptr : clamp_half_.data();
                    call.source_v = v_.data();
                    call.v_next = v_half_.data();
                    call.s_next = s_half_.empty() ? nullptr : s_half_.data();
                    call.neighbours = neighbours(near_);
                },
                false, false, threshold, threads
            );
        }
        if (part == Part::first_half) {
            return;
        }
        advance(
            [&](TileStep& call) {
                call.dt = dt;
                call.v_next = v_next_.data();
                call.s_next = s_next_.empty() ? nullptr : s_next_.data();
                call.synaptic_conductance = currents ? synaptic_conductance_.data() : nullptr;
                call.synaptic_drive = currents ? synaptic_drive_.data() : nullptr;
                call.extrapolate = scheme == Scheme::extrapolated && !in_halves;
                call.mean_source = call.extrapolate;
                call.source_v = in_halves ? v_half_.data() : v_.data();
                call.neighbours = neighbours(in_halves ? near_half_ : near_);
                call.neighbours_before = neighbours(near_before_);
            },
            in_halves, events, threshold, threads
        );
        std::swap(v_, v_next_);
        std::swap(s_, s_next_);
        std::swap(sums_, sums_before_);
        if (!near_.empty()) {
            near_before_.swap(near_);
            near_.swap(near_next_);
        }
        history_ = scheme == Scheme::extrapolated;
        ++step_;
        if (events) {
            for (auto& found : tile_events_) {
                events_.insert(events_.end(), found.begin(), found.end());
                found.clear();
            }
        }
        record(done, dt, recordings);
    }
}

void Network::record(std::int64_t done, float dt, const std::vector<Recording>& recordings) {
    for (const Recording& recording : recordings) {
        const auto width = product(static_cast<std::size_t>(recording.count), trials_);
        const bool sampled = step_ % recording.every == 0;
        if (!sampled && recording.variable != Variable::calcium) {
            continue;
        }
        // Samples of this run: those at multiples of `every` after the step it began with.
        const std::int64_t began = step_ - 1 - done;
        const auto sample =
            static_cast<std::size_t>(step_ / recording.every - began / recording.every - 1);
        float* out = sampled ? recording.out + sample * width : nullptr;
        const float follow = 1.0f - std::exp(-dt / recording.time_constant);
        for (int i = 0; i < recording.count; ++i) {
            const auto from = product(static_cast<std::size_t>(recording.row[i]), trials_);
            for (std::size_t b = 0; b < static_cast<std::size_t>(trials_); ++b) {
                const std::size_t to = product(static_cast<std::size_t>(i), trials_) + b;
                switch (recording.variable) {
                    case Variable::potential:
                        out[to] = v_[from + b];
                        break;
                    case Variable::activation:
                        out[to] = s_[from + b];
                        break;
                    case Variable::conductance:
                        out[to] = synaptic_conductance_[from + b];
                        break;
                    case Variable::current:
                        out[to] = synaptic_drive_[from + b] -
                                  synaptic_conductance_[from + b] * v_[from + b];
                        break;
                    case Variable::calcium:
                        recording.calcium[to] += follow * (s_[from + b] - recording.calcium[to]);
                        if (out != nullptr) {
                            out[to] = recording.calcium[to];
                        }
                        break;
                }
            }
        }
    }
}

std::vector<std::pair<std::string, std::vector<float>*>> Network::state() {
    return {{"potential", &v_},     {"activation", &s_},
            {"tables", &tables_},   {"sums_before", &sums_before_},
            {"neighbours", &near_}, {"neighbours_before", &near_before_},
            {"sent", &sent_}};
}

std::vector<std::pair<std::string, std::vector<double>*>> Network::exact_state() {
    return {{"kept_sums", &kept_sums_}, {"edges_passed", &edges_passed_}};
}

}  // namespace liquidtime
