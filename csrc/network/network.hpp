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
#include "network/delta.hpp"

namespace liquidtime {

inline std::size_t product(std::size_t a, int b) {
    return a * static_cast<std::size_t>(b);
}

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
    // Whether what a sum of potential or activation and its change lost is kept for the next step:
    // where steps are much shorter than time constants, float32 would lose most changes.
    bool compensated = false;
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
    float* v_lost;                   // [R, B] or null, what v lacks to the sum of all changes
    float* s_lost;                   // [R, B] or null, likewise
    bool keep_lost;                  // whether v_lost and s_lost become those of v_next and s_next
    float* v_next;                   // [R, B]
    float* s_next;                   // [R, B], null in the per-synapse form
    float* synaptic_conductance;     // [R, B] or null, as used in this step
    float* synaptic_drive;           // [R, B] or null
};

enum class Scheme { frozen, extrapolated, midpoint };
// A step that goes by its middle can be made in two calls, with deliveries in between.
enum class Part { whole, first_half, second_half };
enum class Variable { potential, activation, conductance, drive };

// Numbers that reach some neurons over a number of steps. Without values nothing does.
struct Given {
    int count = 0;
    int trials = 1;                     // 1 or B
    const std::int32_t* row = nullptr;  // [n], each once
    const float* values = nullptr;      // [steps, n, trials]
};

// How a step is made.
struct Stride {
    float dt;  // ms
    Scheme scheme;
    Part part = Part::whole;
};

struct Outside {
    Given current;
    Given conductance;
    Given drive;    // conductance times its reversal potential
    Given clamp;    // at the end of each step, NaN where free
    Given halfway;  // the same in its middle
};

// Where raw values of some neurons go, at steps that are multiples of `every`.
struct Trace {
    Variable variable;
    int every = 1;
    int count = 0;
    const std::int32_t* row = nullptr;  // [n]
    float* out = nullptr;               // [samples, n, B]
    bool in_a_row = false;              // whether the neurons follow each other
};

class Network {
public:
    Network(std::shared_ptr<const Graph> graph, NeuronConstants constants, int trials);

    // Sets the potentials [R, B]; activations and delayed ones follow as if it had been so forever.
    // `activation` [R, B] where the synaptic state is elsewhere, or null.
    void start(const float* potentials, const float* activation);
    // Goes on from these potentials [R, B] under constants that are not those of the steps before:
    // activations without a time constant follow, what leaves now leaves anew, what is on its way
    // still comes, and the past is no guide to the next step.
    void adopt(const float* potentials);
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
    void advance(
        std::int64_t steps,
        const Stride& stride,
        const Outside& outside,
        const std::vector<Trace>& traces,
        int threads
    );
    // Only sources that moved by more than `epsilon` are passed on.
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
    // With sending on delta, the share of edges that were worked on.
    double work_share() const { return delta_.work_share(); }
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
    void tile_sums(const Tile& tile, const float* table, float* into) const;
    void find_only_slots();
    void begin(int row, float v, float activation, std::size_t b);
    void open(const Outside& outside);
    void place(const Outside& outside, std::int64_t done);
    void half_step(float dt, int threads);
    void whole_step(float dt, bool in_halves, bool extrapolate, int threads);
    void keep(bool extrapolated);
    void fill(const Trace& trace, std::int64_t began) const;
    template <class Change>
    void move(bool from_middle, bool to_middle, int threads, const Change& change);
    TileStep tile_step(const Tile& tile, std::size_t begin, const float* sums);
    void show(const Tile& tile, const float* v, std::vector<float>& seen) const;

    std::shared_ptr<const Graph> kept_graph_;
    const Graph& graph_;
    NeuronConstants constants_;
    int trials_;
    int depth_;  // tables in the ring: the longest delay, the table in use and the next one
    std::int64_t step_ = 0;
    bool history_ = false;  // whether sums_before_ are those of one step ago
    std::vector<float> v_, v_next_, v_half_, v_lost_;
    std::vector<float> s_, s_next_, s_half_, s_lost_;
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
    Delta delta_;
};

}  // namespace liquidtime
