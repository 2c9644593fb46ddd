// A graph of neurons that moves in time: its constants, its state and its steps.
//
// R neurons of this process (rows), S sources (its own and, where the network is spread over
// several processes, those of others that it listens to), K classes, B trials.
// Units: mV, ms, nS, pA; capacitances come as 1 / pF.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "network/graph.hpp"
#include "network/push.hpp"

namespace liquidtime {

struct NeuronConstants {
    std::vector<float> inverse_capacitance;  // [R]
    std::vector<float> leak_conductance;     // [R]
    std::vector<float> leak_current;         // [R], conductance · potential
    std::vector<float> slope;                // [R], σ(v) = 1 / (1 + 2^(slope v + shift))
    std::vector<float> shift;                // [R]
    std::vector<float> synaptic_time;        // [R], ms, 0 at once; empty: all at once
    std::vector<float> unit_conductance;     // [K], nS a count
    std::vector<float> reversal_potential;   // [K], mV
    std::vector<float> class_scale;          // [K, B], or empty for 1
    std::vector<float> output_gate;          // [S, B], or empty for 1
    std::vector<float> contact_gate;         // [S, B], what gap junctions see, or empty for 1
    std::vector<std::int32_t> delay;         // [R], steps
    std::vector<std::int32_t> own;           // [R], where a neuron is among the sources
    std::vector<std::int64_t> gap_offsets;   // [R + 1], or empty without gap junctions
    std::vector<std::int32_t> gap_source;    // [J]
    std::vector<float> gap_conductance;      // [J], nS
};

// What one tile needs to make one step, or half of one.
struct TileStep {
    const NeuronConstants* constants;
    const Tile* tile;
    int trials;
    int classes;
    float dt;
    bool extrapolate;          // sums and neighbours at the middle of the step from the last two
    bool mean_source;          // synaptic state driven from the middle of the step
    const float* sums;         // [K][rows][B] of this tile
    const float* sums_before;  // the same one step before
    const float* v;            // [R, B]
    const float* neighbours;   // [S, B], potentials that gap junctions see
    const float* neighbours_before;  // [S, B], one step before
    const float* source_v;           // [R, B], what drives the synaptic state, unless mean_source
    const float* s;                  // [R, B]
    const float* current;            // [R, B] or null, pA
    const float* conductance;        // [R, B] or null, nS
    const float* drive;              // [R, B] or null, conductance · its reversal potential
    const float* clamp;              // [R, B] or null, mV; NaN where free
    float* v_next;                   // [R, B]
    float* s_next;                   // [R, B], null in the per-synapse form
    float* synaptic_conductance;     // [R, B] or null, as used in this step
    float* synaptic_drive;           // [R, B] or null
};

enum class Scheme { frozen, extrapolated, midpoint };
// A step that goes by its middle can be made in two calls, with deliveries in between.
enum class Part { whole, first_half, second_half };
enum class DriveKind { current, conductance, clamp };
enum class Variable { potential, activation, conductance, current, calcium };

struct Drive {
    DriveKind kind;
    int count = 0;
    int trials = 1;                     // 1 or B
    const std::int32_t* row = nullptr;  // [n]
    const float* values = nullptr;      // [steps, n, trials]
    const float* halfway = nullptr;     // the same in the middle of each step, of clamps
    const float* reversal = nullptr;    // [n], of conductances
};

struct Recording {
    Variable variable;
    int every = 1;
    int count = 0;
    const std::int32_t* row = nullptr;  // [n]
    float* out = nullptr;               // [samples, n, B]
    float time_constant = 0;            // ms, of calcium
    float* calcium = nullptr;           // [n, B], carried on
};

struct Event {
    std::int64_t step;
    std::int32_t row;
    std::int32_t trial;
};

class Network {
public:
    Network(std::shared_ptr<const Graph> graph, NeuronConstants constants, int trials);

    // Sets the potentials [R, B]; activations and delayed ones follow as if it had been so forever.
    // `activation` [R, B] where the synaptic state is elsewhere, or null.
    void start(const float* potentials, const float* activation);
    // Of sources that other processes own: what arrives from them, [n, B], so many steps from now,
    // or in the middle of the present step; and their potentials, where gap junctions see them.
    void deliver(
        const std::int32_t* sources,
        int count,
        const float* emitted,
        const float* potentials,
        int ahead,
        bool half
    );
    void run(
        std::int64_t steps,
        float dt,
        Scheme scheme,
        const std::vector<Drive>& drives,
        const std::vector<Recording>& recordings,
        float threshold,
        int threads,
        Part part = Part::whole
    );
    // Only sources that moved by more than `epsilon` are passed on. 0 switches it off.
    void send_on_delta(float epsilon, int threads);
    // max |H/G − H'/G'| of leak and synapses between the sums that the last step used, which were
    // kept up by differences, and full ones, mV.
    double delta_error(int threads);
    void sums(float* out, int threads);

    const Graph& graph() const { return graph_; }
    int trials() const { return trials_; }
    std::int64_t step() const { return step_; }
    const std::vector<float>& potentials(bool half) const { return half ? v_half_ : v_; }
    const std::vector<float>& activations(bool half) const { return half ? s_half_ : s_; }
    std::vector<Event> take_events() { return std::exchange(events_, {}); }
    // With sending on delta, the share of edges that were worked on.
    double work_share() const {
        return edges_passed_[1] > 0 ? edges_passed_[0] / edges_passed_[1] : 0;
    }
    // What was remembered of earlier steps does not count: a potential has jumped.
    void forget() { history_ = false; }
    std::vector<std::pair<std::string, std::vector<float>*>> state();
    std::vector<std::pair<std::string, std::vector<double>*>> exact_state();
    void set_step(std::int64_t step, bool continued) {
        step_ = step;
        history_ = continued;
    }
    bool continued() const { return history_; }

private:
    std::size_t size() const { return v_.size(); }
    float* table(std::int64_t step);
    float activation_of(int row, float v) const;
    void emit(const Tile& tile, const float* v, const float* s, bool half);
    void tile_sums(const Tile& tile, const float* table, float* into, bool whole);
    void find_changes(const float* table);
    void set_drives(std::int64_t step, const std::vector<Drive>& drives);
    void record(std::int64_t done, float dt, const std::vector<Recording>& recordings);
    template <class Change>
    void advance(const Change& change, bool half, bool events, float threshold, int threads);
    float* neighbours(std::vector<float>& buffer) {
        return buffer.empty() ? nullptr : buffer.data();
    }

    std::shared_ptr<const Graph> kept_graph_;
    const Graph& graph_;
    NeuronConstants constants_;
    int trials_;
    int depth_;  // tables in the ring: the longest delay, the table in use and the next one
    std::int64_t step_ = 0;
    bool history_ = false;  // whether sums_before_ are those of one step ago
    std::vector<float> v_, v_next_, v_half_;
    std::vector<float> s_, s_next_, s_half_;
    std::vector<float> tables_;  // [depth, V + 1, B]
    std::vector<float> half_table_;
    // [R], the one emitter of each neuron, where there is one trial and no delay; else empty.
    std::vector<std::int32_t> only_slot_;
    float* now_ = nullptr;           // the table of this step
    std::vector<float*> arrivals_;   // those of the next step and of the steps after it
    std::vector<float> gate_table_;  // [V, B], of the per-synapse form
    std::vector<float> sums_, sums_before_, sums_half_;
    std::vector<float> near_, near_before_, near_next_, near_half_;
    std::vector<float> current_, conductance_, drive_, clamp_, clamp_half_;
    std::vector<float> synaptic_conductance_, synaptic_drive_;
    std::vector<std::vector<Event>> tile_events_;
    std::vector<Event> events_;
    PushGraph pushes_;
    float epsilon_ = 0;
    std::vector<float> sent_;        // [V, B]
    std::vector<double> kept_sums_;  // [K][rows][B] a tile
    std::vector<std::int32_t> changed_;
    std::vector<float> change_;                  // [changed, B]
    std::vector<double> edges_passed_ = {0, 0};  // and how many there were
    double edges_ = 0;
};

}  // namespace liquidtime
