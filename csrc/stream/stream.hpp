// A trained network stepping through time: layers, read-out and state, one call a step.
#pragma once

#include <memory>
#include <vector>

#include "core/recurrence.hpp"

namespace liquidtime {

// y = factor · x + offset, feature by feature; empty where there is none.
struct FeatureMap {
    std::vector<float> factor;
    std::vector<float> offset;
    void apply(float* values, int count) const;
};

// y = W x + b, row by row.
struct LinearMap {
    int outputs = 0;
    int inputs = 0;
    std::vector<float> weight;
    std::vector<float> bias;
    void apply(const float* x, float* y) const;
};

struct StreamLayer {
    std::shared_ptr<const Recurrence> recurrence;
    bool memory = false;
    FeatureMap input;
    int outputs = 0;  // the first so many of its units go on
    FeatureMap output;
};

enum class Readout { last, mean, last_mean };

// Several streams step together; a step reads [streams, inputs] and writes [streams, outputs].
class Stream {
public:
    Stream(
        std::vector<StreamLayer> layers,
        LinearMap projection,
        LinearMap head,
        Readout readout,
        int streams,
        int threads
    );

    int streams() const { return streams_; }
    int input_size() const { return layers_.front().recurrence->input_size(); }
    int output_size() const;

    // x of a stream lies x_stride behind that of the one before, its output likewise. Where
    // `active` is given and 0 a stream stays as it is, and its last output is put out again.
    void step(
        const float* x,
        std::ptrdiff_t x_stride,
        Elapsed elapsed,
        const std::uint8_t* active,
        float* out,
        std::ptrdiff_t out_stride
    );

    void reset(int stream);

    // All there is to remember: of each layer h, then c if it has memory, then mean and number of
    // outputs for a mean; [streams, columns] each.
    struct Part {
        std::vector<float> numbers;
        int columns;
    };
    const std::vector<Part>& state() const { return state_; }
    std::vector<Part>& state() { return state_; }

private:
    int width() const {
        return projection_.outputs > 0 ? projection_.outputs : layers_.back().outputs;
    }

    std::vector<StreamLayer> layers_;
    LinearMap projection_;
    LinearMap head_;
    Readout readout_;
    int streams_;
    int threads_;
    std::vector<Part> state_;
    std::vector<float> input_;
    std::vector<float> output_;
    std::vector<float> joined_;
};

}  // namespace liquidtime
