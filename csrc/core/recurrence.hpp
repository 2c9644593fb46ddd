// What a recurrence is to its callers: numbers in, numbers out, whatever the instruction set.
//
// B batch, T time, D input features, H hidden units (or N neurons), U backbone units.
// All arrays are float32 and contiguous in the order given, unless strides say otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace liquidtime {

struct Graph;
struct Tile;
struct TileStep;
struct SheetScan;

struct Matrix {
    const float* data = nullptr;  // [rows, columns]
    int rows = 0;
    int columns = 0;
};

struct Affine {
    Matrix weight;                // [out, in]
    const float* bias = nullptr;  // [out]
};

// A gradient has the shape of what it belongs to; null where nobody asks for it. Gradients of
// weights are written, not added to.
struct AffineGradient {
    float* weight = nullptr;
    float* bias = nullptr;
};

struct Elapsed {
    const float* data = nullptr;
    std::int64_t batch_stride = 0;
    std::int64_t time_stride = 0;
    float at(std::int64_t b, std::int64_t t) const {
        return data[b * batch_stride + t * time_stride];
    }
};

// One run over a sequence.
struct Forward {
    int batch = 0;
    int steps = 0;
    const float* x = nullptr;              // [B, T, D]
    const float* h = nullptr;              // [B, H]
    const float* c = nullptr;              // [B, H], memory; null without
    Elapsed elapsed;                       // [B, T]
    const std::uint8_t* active = nullptr;  // [B, T], 0 where the state is carried; null for all 1
    std::vector<const float*> dropout;     // [B, T, U] a backbone layer, or none
    float* output = nullptr;               // [B, T, H]
    float* h_last = nullptr;               // [B, H]; may be the memory of h
    float* c_last = nullptr;               // [B, H]; null without memory
    float* saved = nullptr;                // B · T · saved_size() for the backward pass, or null
    float* memories = nullptr;             // [B, T, H], c after each step, for the backward pass
    int threads = 1;
};

// Its derivative. What went in and came out of Forward is given again.
struct Backward {
    Forward forward;                  // with output, saved and memories filled
    const float* d_output = nullptr;  // [B, T, H]
    const float* d_h_last = nullptr;  // [B, H]
    const float* d_c_last = nullptr;  // [B, H]; null without memory
    float* d_x = nullptr;             // [B, T, D], or null
    float* d_h = nullptr;             // [B, H]
    float* d_c = nullptr;             // [B, H]; null without memory
    float* d_elapsed = nullptr;       // [B, T], or null
};

class Recurrence {
public:
    virtual ~Recurrence() = default;
    virtual int input_size() const = 0;
    virtual int hidden_size() const = 0;
    // Floats that a step of a sample leaves for the backward pass, besides its output.
    virtual int saved_size() const = 0;
    virtual void forward(const Forward& call) const = 0;
};

enum class Variant { gated, no_gate, closed_form, relaxation };
enum class Activation { lecun_tanh, silu, relu, tanh, gelu };
enum class Layout { state, input };
enum class Integrator { fused, exponential };

// Mixed memory: an LSTM, its gates in the order candidate, input, forget, output.
struct MemoryWeights {
    Matrix input;                 // [4H, D]
    Matrix recurrent;             // [4H, H]
    const float* bias = nullptr;  // [4H]
};

struct MemoryGradient {
    float* input = nullptr;
    float* recurrent = nullptr;
    float* bias = nullptr;
};

// Fully connected CfC. The first backbone layer, or the heads where there is none, read [x, h].
struct CfCWeights {
    Variant variant = Variant::gated;
    Activation activation = Activation::lecun_tanh;
    int input_size = 0;  // of the cell: H where the memory's output takes the place of x
    int hidden_size = 0;
    std::vector<Affine> backbone;
    Affine heads;                   // [K·H, U], heads f, g, a, b stacked, f alone, or f, r
    const float* decay = nullptr;   // [H], closed form alone
    const float* target = nullptr;  // [H], closed form alone
    bool memory = false;
    Layout layout = Layout::state;
    MemoryWeights lstm;
    bool one_elapsed = false;  // the same elapsed time at all steps: a·Δt + b becomes one head
    float elapsed = 0;         // that time
    bool bfloat16 = false;     // operands of products in bfloat16, sums in float32
    bool differentiable = false;
    bool differentiable_elapsed = false;
};

struct CfCGradient {
    std::vector<AffineGradient> backbone;
    AffineGradient heads;
    float* decay = nullptr;
    float* target = nullptr;
    MemoryGradient lstm;
};

class CfC : public Recurrence {
public:
    virtual void backward(const Backward& call, const CfCGradient& gradient) const = 0;
};

// Neurons that step together; see Group in kernels/cfc/reference.py.
struct GroupWeights {
    int neurons = 0;                       // n
    int sources = 0;                       // s
    const std::int64_t* neuron = nullptr;  // [n]
    const std::int64_t* source = nullptr;  // [s]
    const std::uint8_t* mask = nullptr;    // [n, s + n], 1 where there is a synapse
    Affine heads;                          // [K·n, s + n]
    const float* decay = nullptr;          // [n]
    const float* target = nullptr;         // [n]
};

struct GroupGradient {
    AffineGradient heads;
    float* decay = nullptr;
    float* target = nullptr;
};

// Wired CfC: no backbone, only the synapses there are.
struct WiredWeights {
    Variant variant = Variant::gated;
    int input_size = 0;  // of the cell
    int hidden_size = 0;
    std::vector<GroupWeights> groups;
    bool memory = false;
    Layout layout = Layout::state;
    MemoryWeights lstm;
    bool differentiable = false;
    bool differentiable_elapsed = false;
};

struct WiredGradient {
    std::vector<GroupGradient> groups;
    MemoryGradient lstm;
};

class Wired : public Recurrence {
public:
    virtual void backward(const Backward& call, const WiredGradient& gradient) const = 0;
};

// Diagonal CfC: x holds the pre-activations of targets and rates, [B, T, 2H], and each unit adds to
// its own ones its state times its own weights.
struct DiagonalWeights {
    int hidden_size = 0;
    const float* own = nullptr;  // [2, H], of the targets, then of the rates
    bool differentiable_elapsed = false;
};

struct DiagonalGradient {
    float* own = nullptr;
};

class Diagonal : public Recurrence {
public:
    virtual void backward(const Backward& call, const DiagonalGradient& gradient) const = 0;
};

// Conductance-based synapses from P sources to N targets, [P, N] each, row = source.
struct SynapseWeights {
    int sources = 0;
    int targets = 0;
    const float* conductance = nullptr;
    const float* midpoint = nullptr;
    const float* steepness = nullptr;
    const float* reversal_potential = nullptr;
    const std::uint8_t* mask = nullptr;  // [P, N], 1 where there is a synapse; null for all
};

struct SynapseGradient {
    float* conductance = nullptr;
    float* midpoint = nullptr;
    float* steepness = nullptr;
    float* reversal_potential = nullptr;
};

struct LTCWeights {
    Integrator integrator = Integrator::fused;
    int unfolds = 6;
    const float* membrane_capacitance = nullptr;  // [N]
    const float* leak_conductance = nullptr;      // [N]
    const float* leak_potential = nullptr;        // [N]
    SynapseWeights recurrent;
    SynapseWeights sensory;
};

struct LTCGradient {
    float* membrane_capacitance = nullptr;
    float* leak_conductance = nullptr;
    float* leak_potential = nullptr;
    SynapseGradient recurrent;
    SynapseGradient sensory;
};

class LTC : public Recurrence {
public:
    virtual void backward(const Backward& call, const LTCGradient& gradient) const = 0;
};

// What each instruction set provides. Weights are packed when an object is made, and may be freed
// then.
struct Kernels {
    const char* name;
    bool bfloat16;  // whether products of bfloat16 run on this processor
    std::unique_ptr<CfC> (*cfc)(const CfCWeights&);
    std::unique_ptr<Wired> (*wired)(const WiredWeights&);
    std::unique_ptr<LTC> (*ltc)(const LTCWeights&);
    std::unique_ptr<Diagonal> (*diagonal)(const DiagonalWeights&);
    // See network/sums.hpp and network/step.hpp.
    void (*graph_sums)(
        const Graph& graph,
        const Tile& tile,
        const float* table,
        const float* gate,
        int trials,
        float* sums
    );
    void (*network_step)(const TileStep& call);
    // See reservoir/scan.hpp.
    void (*reservoir_scan)(const SheetScan& scan);
    // Multiply-adds as fast as the machine can, on one thread: GFLOP/s over about that many
    // seconds.
    double (*fma_peak)(double seconds, bool bfloat16);
};

}  // namespace liquidtime
