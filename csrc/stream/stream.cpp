#include "stream/stream.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace liquidtime {

void FeatureMap::apply(float* values, int count) const {
    for (std::size_t k = 0; k < factor.size() && static_cast<int>(k) < count; ++k) {
        values[k] *= factor[k];
    }
    for (std::size_t k = 0; k < offset.size() && static_cast<int>(k) < count; ++k) {
        values[k] += offset[k];
    }
}

void LinearMap::apply(const float* x, float* y) const {
    for (int n = 0; n < outputs; ++n) {
        const float* row = weight.data() + static_cast<std::ptrdiff_t>(n) * inputs;
        float sum = bias[n];
        for (int k = 0; k < inputs; ++k) {
            sum += row[k] * x[k];
        }
        y[n] = sum;
    }
}

Stream::Stream(
    std::vector<StreamLayer> layers,
    LinearMap projection,
    LinearMap head,
    Readout readout,
    int streams,
    int threads
)
    : layers_(std::move(layers)),
      projection_(std::move(projection)),
      head_(std::move(head)),
      readout_(readout),
      streams_(streams),
      threads_(threads) {
    int widest = std::max(input_size(), projection_.outputs);
    for (const StreamLayer& layer : layers_) {
        const int hidden = layer.recurrence->hidden_size();
        widest = std::max({widest, hidden, layer.recurrence->input_size()});
        for (int part = 0; part < (layer.memory ? 2 : 1); ++part) {
            state_.push_back(
                {std::vector<float>(static_cast<std::size_t>(streams) * hidden), hidden}
            );
        }
    }
    if (readout_ != Readout::last) {
        state_.push_back(
            {std::vector<float>(static_cast<std::size_t>(streams) * width()), width()}
        );
        state_.push_back({std::vector<float>(streams), 1});
    }
    input_.resize(static_cast<std::size_t>(streams) * widest);
    output_.resize(static_cast<std::size_t>(streams) * widest);
    joined_.resize(static_cast<std::size_t>(2) * std::max(width(), widest));
}

int Stream::output_size() const {
    if (head_.outputs > 0) {
        return head_.outputs;
    }
    return readout_ == Readout::last_mean ? 2 * width() : width();
}

void Stream::reset(int stream) {
    for (Part& part : state_) {
        std::fill_n(
            part.numbers.begin() + static_cast<std::ptrdiff_t>(stream) * part.columns, part.columns,
            0.0f
        );
    }
}

void Stream::step(
    const float* x,
    std::ptrdiff_t x_stride,
    Elapsed elapsed,
    const std::uint8_t* active,
    float* out,
    std::ptrdiff_t out_stride
) {
    int columns = input_size();
    for (int i = 0; i < streams_; ++i) {
        std::copy_n(
            x + i * x_stride, columns, input_.data() + static_cast<std::ptrdiff_t>(i) * columns
        );
    }
    std::size_t part = 0;
    for (const StreamLayer& layer : layers_) {
        const int hidden = layer.recurrence->hidden_size();
        for (int i = 0; i < streams_; ++i) {
            layer.input.apply(input_.data() + static_cast<std::ptrdiff_t>(i) * columns, columns);
        }
        Forward call;
        call.batch = streams_;
        call.steps = 1;
        call.x = input_.data();
        call.elapsed = elapsed;
        call.active = active;
        call.output = output_.data();
        call.threads = threads_;
        // In place, which a recurrence allows: it reads h before it writes h_last.
        call.h = call.h_last = state_[part++].numbers.data();
        if (layer.memory) {
            call.c = call.c_last = state_[part++].numbers.data();
        }
        layer.recurrence->forward(call);
        columns = layer.outputs;
        for (int i = 0; i < streams_; ++i) {
            float* next = input_.data() + static_cast<std::ptrdiff_t>(i) * columns;
            std::copy_n(output_.data() + static_cast<std::ptrdiff_t>(i) * hidden, columns, next);
            layer.output.apply(next, columns);
        }
    }
    for (int i = 0; i < streams_; ++i) {
        const float* last = input_.data() + static_cast<std::ptrdiff_t>(i) * columns;
        float* to = out + i * out_stride;
        if (projection_.outputs > 0) {
            // Outputs of the last layer have been copied to input_, so their room is free.
            projection_.apply(last, output_.data());
            last = output_.data();
        }
        const int n = width();
        const float* read = last;
        if (readout_ != Readout::last) {
            float* mean = state_[part].numbers.data() + static_cast<std::ptrdiff_t>(i) * n;
            float& count = state_[part + 1].numbers[i];
            if (active == nullptr || active[i] != 0) {
                count += 1.0f;
                for (int k = 0; k < n; ++k) {
                    // By differences: in a long stream a sum would outgrow its own digits.
                    mean[k] += (last[k] - mean[k]) / count;
                }
            }
            float* joined = joined_.data();
            if (readout_ == Readout::last_mean) {
                std::copy_n(last, n, joined);
                joined += n;
            }
            std::copy_n(mean, n, joined);
            read = joined_.data();
        }
        if (head_.outputs > 0) {
            head_.apply(read, to);
        } else {
            std::copy_n(read, output_size(), to);
        }
    }
}

}  // namespace liquidtime
