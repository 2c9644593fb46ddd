// Steps of a network: what comes from outside, sums, neurons, and what they emit.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/dispatch.hpp"
#include "core/threads.hpp"
#include "network/network.hpp"

namespace liquidtime {
namespace {

float* filled(std::vector<float>& values) {
    return values.empty() ? nullptr : values.data();
}

const float* filled(const std::vector<float>& values) {
    return values.empty() ? nullptr : values.data();
}

}  // namespace

void Network::advance(
    std::int64_t steps,
    const Stride& stride,
    const Outside& outside,
    const std::vector<Trace>& traces,
    int threads
) {
    const bool used = std::any_of(traces.begin(), traces.end(), [](const Trace& trace) {
        return trace.variable == Variable::conductance || trace.variable == Variable::drive;
    });
    // Empty where nobody looks, and the step spares to write them.
    synaptic_conductance_.resize(used ? size() : 0);
    synaptic_drive_.resize(used ? size() : 0);
    open(outside);
    const std::int64_t began = step_;
    for (std::int64_t done = 0; done < steps; ++done) {
        place(outside, done);
        // Without a step before it, an extrapolated step goes by its middle.
        const bool extrapolated = stride.scheme == Scheme::extrapolated;
        const bool in_halves = stride.scheme == Scheme::midpoint || (extrapolated && !history_);
        if (in_halves && stride.part != Part::second_half) {
            half_step(0.5f * stride.dt, threads);
        }
        if (stride.part == Part::first_half) {
            return;
        }
        whole_step(stride.dt, in_halves, extrapolated && !in_halves, threads);
        keep(extrapolated);
        for (const Trace& trace : traces) {
            fill(trace, began);
        }
    }
}

// Buffers over all neurons for what comes from outside; where nothing does, they stay at rest.
void Network::open(const Outside& outside) {
    const auto open_one = [&](const Given& given, std::vector<float>& buffer, float rest) {
        if (given.values == nullptr) {
            buffer.clear();
        } else {
            buffer.assign(size(), rest);
        }
    };
    constexpr float free = std::numeric_limits<float>::quiet_NaN();
    open_one(outside.current, current_, 0.0f);
    open_one(outside.conductance, conductance_, 0.0f);
    open_one(outside.drive, drive_, 0.0f);
    open_one(outside.clamp, clamp_, free);
    open_one(outside.halfway, clamp_half_, free);
}

// The neurons are the same at every step, so each step writes over all that the last one wrote.
void Network::place(const Outside& outside, std::int64_t done) {
    const auto place_one = [&](const Given& given, std::vector<float>& buffer) {
        if (given.values == nullptr) {
            return;
        }
        const auto width = product(static_cast<std::size_t>(given.count), given.trials);
        const float* values = given.values + width * static_cast<std::size_t>(done);
        for (int i = 0; i < given.count; ++i) {
            float* into = buffer.data() + product(static_cast<std::size_t>(given.row[i]), trials_);
            const float* from = values + product(static_cast<std::size_t>(i), given.trials);
            // Plain loops: with one trial a call for each number would take longer than the number.
            for (int b = 0; b < trials_; ++b) {
                into[b] = from[given.trials == 1 ? 0 : b];
            }
        }
    };
    place_one(outside.current, current_);
    place_one(outside.conductance, conductance_);
    place_one(outside.drive, drive_);
    place_one(outside.clamp, clamp_);
    place_one(outside.halfway, clamp_half_);
}

void Network::half_step(float dt, int threads) {
    move(false, true, threads, [&](TileStep& call) {
        call.dt = dt;
        call.clamp = filled(clamp_half_);
        call.source_v = v_.data();
        call.v_next = v_half_.data();
        call.s_next = filled(s_half_);
        call.neighbours = filled(near_);
    });
}

void Network::whole_step(float dt, bool in_halves, bool extrapolate, int threads) {
    move(in_halves, false, threads, [&](TileStep& call) {
        call.dt = dt;
        call.clamp = filled(clamp_);
        call.v_next = v_next_.data();
        call.s_next = filled(s_next_);
        call.synaptic_conductance = filled(synaptic_conductance_);
        call.synaptic_drive = filled(synaptic_drive_);
        call.extrapolate = extrapolate;
        call.keep_lost = true;
        // Of second order without another sweep: what drives the synaptic state is the mean of v
        // and v'.
        call.mean_source = extrapolate;
        call.source_v = in_halves ? v_half_.data() : v_.data();
        call.neighbours = filled(in_halves ? near_half_ : near_);
        call.neighbours_before = filled(near_before_);
    });
}

// The end of this step becomes the beginning of the next one.
void Network::keep(bool extrapolated) {
    std::swap(v_, v_next_);
    std::swap(s_, s_next_);
    std::swap(sums_, sums_before_);
    if (!near_.empty()) {
        near_before_.swap(near_);
        near_.swap(near_next_);
    }
    // Another scheme's sums are no guide to the next extrapolation.
    history_ = extrapolated;
    ++step_;
}

void Network::fill(const Trace& trace, std::int64_t began) const {
    if (step_ % trace.every != 0) {
        return;
    }
    const auto sample = static_cast<std::size_t>(step_ / trace.every - began / trace.every - 1);
    const auto width = product(static_cast<std::size_t>(trace.count), trials_);
    const std::vector<float>& values = trace.variable == Variable::potential    ? v_
                                       : trace.variable == Variable::activation ? s_
                                       : trace.variable == Variable::conductance
                                           ? synaptic_conductance_
                                           : synaptic_drive_;
    float* out = trace.out + sample * width;
    if (trace.count == 0) {
        return;
    }
    // All neurons, as thresholds ask for, are one copy, and one trial needs no inner loop: with few
    // neurons the time of a step is near that of writing it down.
    if (trace.in_a_row) {
        std::copy_n(
            values.data() + product(static_cast<std::size_t>(trace.row[0]), trials_), width, out
        );
    } else if (trials_ == 1) {
        for (int i = 0; i < trace.count; ++i) {
            out[i] = values[static_cast<std::size_t>(trace.row[i])];
        }
    } else {
        for (int i = 0; i < trace.count; ++i) {
            const auto from = product(static_cast<std::size_t>(trace.row[i]), trials_);
            std::copy_n(
                values.data() + from, trials_, out + product(static_cast<std::size_t>(i), trials_)
            );
        }
    }
}

// Moves all tiles: sums over the synapses, then what `change` makes of them. One task does all of
// a tile while its sums are in the cache, and a step has one barrier.
template <class Change>
void Network::move(bool from_middle, bool to_middle, int threads, const Change& change) {
    const float* now = from_middle ? half_table_.data() : table(step_);
    std::vector<float>& sums = from_middle ? sums_half_ : sums_;
    now_ = table(step_);
    for (std::size_t d = 0; d < arrivals_.size(); ++d) {
        arrivals_[d] = table(step_ + 1 + static_cast<std::int64_t>(d));
    }
    // What is emitted in the middle of a step is never remembered as sent, so it is added up whole.
    const bool by_differences = delta_.on() && !from_middle;
    if (by_differences) {
        delta_.find_changes(graph_, now);
    }
    delta_.count(from_middle);
    parallel(static_cast<int>(graph_.tiles.size()), threads, [&](int t) {
        const Tile& tile = graph_.tiles[static_cast<std::size_t>(t)];
        const auto begin = sums_of(graph_, tile, trials_);
        if (by_differences) {
            delta_.update(graph_, tile, sums.data() + begin);
        } else {
            tile_sums(tile, now, sums.data() + begin);
        }
        TileStep call = tile_step(tile, begin, sums.data() + begin);
        change(call);
        kernels().network_step(call);
        emit(tile, call.v_next, call.s_next, to_middle);
        if (!near_.empty()) {
            show(tile, call.v_next, to_middle ? near_half_ : near_next_);
        }
    });
}

TileStep Network::tile_step(const Tile& tile, std::size_t begin, const float* sums) {
    TileStep call{};
    call.constants = &constants_;
    call.tile = &tile;
    call.trials = trials_;
    call.classes = graph_.classes;
    call.sums = sums;
    call.sums_before = sums_before_.data() + begin;
    call.v = v_.data();
    call.s = s_.data();
    // In place: each row reads its own before it writes it.
    call.v_lost = v_lost_.empty() ? nullptr : v_lost_.data();
    call.s_lost = s_lost_.empty() ? nullptr : s_lost_.data();
    call.current = filled(current_);
    call.conductance = filled(conductance_);
    call.drive = filled(drive_);
    return call;
}

// Puts the potentials of a tile where gap junctions see them.
void Network::show(const Tile& tile, const float* v, std::vector<float>& seen) const {
    for (int r = tile.first_row; r < tile.last_row; ++r) {
        const auto i = static_cast<std::size_t>(r);
        std::copy_n(
            v + product(i, trials_), trials_,
            seen.data() + product(static_cast<std::size_t>(constants_.own[i]), trials_)
        );
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

void Network::tile_sums(const Tile& tile, const float* table, float* into) const {
    kernels().graph_sums(
        graph_, tile, table, gate_table_.empty() ? nullptr : gate_table_.data(), trials_, into
    );
}

void Network::sums(float* out, int threads) {
    parallel(static_cast<int>(graph_.tiles.size()), threads, [&](int t) {
        const Tile& tile = graph_.tiles[static_cast<std::size_t>(t)];
        tile_sums(tile, table(step_), out + sums_of(graph_, tile, trials_));
    });
}

void Network::send_on_delta(float epsilon, int threads) {
    delta_ = Delta(graph_, trials_, epsilon, threads);
}

double Network::delta_error(int threads) {
    if (!delta_.on() || step_ == 0 || graph_.tiles.empty()) {
        return 0;
    }
    std::vector<double> worst(graph_.tiles.size(), 0.0);
    parallel(static_cast<int>(graph_.tiles.size()), threads, [&](int t) {
        const Tile& tile = graph_.tiles[static_cast<std::size_t>(t)];
        const auto begin = sums_of(graph_, tile, trials_);
        // Borrowed: half a step fills it anew before it is read.
        float* whole = sums_half_.data() + begin;
        // The table that the last step read; the ring has not come round to it yet.
        tile_sums(tile, table(step_ - 1), whole);
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
                    whole[product(plane, c) + i], delta_.kept_sums()[begin + product(plane, c) + i]
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

}  // namespace liquidtime
