// The diagonal CfC: what each unit steps with is known for the whole series but for its own state,
// so a few vectors of units go along the series alone, in registers.
//
// It reads the pre-activations [B, T, 2H] of targets and rates, to which each unit adds its own
// state times its own weights.
#pragma once

#include <algorithm>
#include <memory>
#include <type_traits>
#include <vector>

#include "core/math.hpp"
#include "core/recurrence.hpp"
#include "core/scratch.hpp"
#include "core/threads.hpp"

namespace liquidtime::LT_ISA {

class DiagonalCfC final : public Diagonal {
public:
    explicit DiagonalCfC(const DiagonalWeights& given)
        : hidden_(given.hidden_size),
          vectors_((given.hidden_size + lanes - 1) / lanes),
          with_time_(given.differentiable_elapsed),
          own_(static_cast<std::size_t>(2) * padded(), 0.0f) {
        std::copy_n(given.own, hidden_, own_.begin());
        std::copy_n(given.own + hidden_, hidden_, own_.begin() + padded());
    }

    int input_size() const override { return 2 * hidden_; }
    int hidden_size() const override { return hidden_; }
    int saved_size() const override { return planes() * hidden_; }

    void forward(const Forward& call) const override {
        each_block(call, [&](auto vectors, int sample, int first) {
            ahead<vectors>(call, sample, first);
        });
    }

    void backward(const Backward& call, const DiagonalGradient& gradient) const override {
        const int batch = call.forward.batch;
        AlignedArray<float> sums(static_cast<std::size_t>(std::max(batch, 1)) * 2 * padded());
        each_block(call.forward, [&](auto vectors, int sample, int first) {
            back<vectors>(
                call, sample, first,
                sums.data() + static_cast<std::ptrdiff_t>(sample) * 2 * padded()
            );
        });
        std::fill_n(gradient.own, 2 * hidden_, 0.0f);
        for (int sample = 0; sample < batch; ++sample) {
            const float* of_sample =
                sums.data() + static_cast<std::ptrdiff_t>(sample) * 2 * padded();
            for (int k = 0; k < hidden_; ++k) {
                gradient.own[k] += of_sample[k];
                gradient.own[hidden_ + k] += of_sample[padded() + k];
            }
        }
    }

private:
    int padded() const { return vectors_ * lanes; }
    // Saved: slopes of the new state in the target's and the rate's pre-activation and in the state
    // before, and maybe in time; [B, T, planes, H], since a unit goes through time.
    int planes() const { return with_time_ ? 4 : 3; }

    template <class Run>
    void each_block(const Forward& call, Run&& run) const {
        int width = 4;
        const auto blocks = [&] {
            return (vectors_ + width - 1) / width;
        };
        // All units of a sample add to the gradient of its elapsed times, one after the other.
        while (!with_time_ && width > 1 && call.batch * blocks() < call.threads) {
            width /= 2;
        }
        const int together = with_time_ ? blocks() : 1;
        const int count = call.batch * blocks() / together;
        parallel(count, call.threads, [&](int task) {
            for (int k = task * together; k < (task + 1) * together; ++k) {
                const int first = k % blocks() * width;
                const int sample = k / blocks();
                switch (std::min(width, vectors_ - first)) {
                    case 1:
                        run(std::integral_constant<int, 1>(), sample, first);
                        break;
                    case 2:
                        run(std::integral_constant<int, 2>(), sample, first);
                        break;
                    case 3:
                        run(std::integral_constant<int, 3>(), sample, first);
                        break;
                    default:
                        run(std::integral_constant<int, 4>(), sample, first);
                }
            }
        });
    }

    template <int Vectors>
    void ahead(const Forward& call, int sample, int first) const {
        const std::ptrdiff_t n = hidden_;
        const int start = first * lanes;
        Vec h[Vectors];
        for (int v = 0; v < Vectors; ++v) {
            const int unit = start + v * lanes;
            h[v] = load_first(call.h + sample * n + unit, hidden_ - unit);
        }
        for (int t = 0; t < call.steps; ++t) {
            const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(sample) * call.steps + t;
            const bool active = call.active == nullptr || call.active[at] != 0;
            const Vec elapsed = set1(call.elapsed.at(sample, t));
            const float* x = call.x + at * 2 * n;
            float* saved = call.saved == nullptr ? nullptr : call.saved + at * planes() * n;
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) {
                const int unit = start + v * lanes;
                const int left = hidden_ - unit;
                if (active) {
                    const Vec own_f = load(own_.data() + unit);
                    const Vec own_r = load(own_.data() + padded() + unit);
                    const Vec q = tanh(fma(own_f, h[v], load_first(x + unit, left)));
                    const Softplus rate =
                        softplus(fma(own_r, h[v], load_first(x + n + unit, left)));
                    const Decay over = decay(zero() - elapsed * rate.value);
                    const Vec apart = q - h[v];
                    if (saved != nullptr) {
                        const Vec in_f = fma(q, q, set1(-1.0f)) * over.change;
                        const Vec in_r = apart * over.left * rate.slope * elapsed;
                        store_first(saved + unit, in_f, left);
                        store_first(saved + n + unit, in_r, left);
                        store_first(
                            saved + 2 * n + unit, fma(in_f, own_f, fma(in_r, own_r, over.left)),
                            left
                        );
                        if (with_time_) {
                            store_first(saved + 3 * n + unit, apart * over.left * rate.value, left);
                        }
                    }
                    h[v] = fnma(apart, over.change, h[v]);
                } else if (saved != nullptr) {
                    for (int plane = 0; plane < planes(); ++plane) {
                        store_first(saved + plane * n + unit, set1(plane == 2 ? 1.0f : 0.0f), left);
                    }
                }
                store_first(call.output + at * n + unit, h[v], left);
            }
        }
        for (int v = 0; v < Vectors; ++v) {
            const int unit = start + v * lanes;
            store_first(call.h_last + sample * n + unit, h[v], hidden_ - unit);
        }
    }

    // The reverse scan d ← (d + d_output) · slope in the state before.
    template <int Vectors>
    void back(const Backward& call, int sample, int first, float* sums) const {
        const Forward& forward = call.forward;
        const std::ptrdiff_t n = hidden_;
        const int start = first * lanes;
        Vec d[Vectors];
        Vec total[2][Vectors];
        Vec part[2][Vectors];
        for (int v = 0; v < Vectors; ++v) {
            const int unit = start + v * lanes;
            d[v] = load_first(call.d_h_last + sample * n + unit, hidden_ - unit);
            total[0][v] = total[1][v] = part[0][v] = part[1][v] = zero();
        }
        for (int t = forward.steps - 1; t >= 0; --t) {
            const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(sample) * forward.steps + t;
            const float* saved = forward.saved + at * planes() * n;
            const float* before = t == 0 ? forward.h + sample * n : forward.output + (at - 1) * n;
            Vec in_time = zero();
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) {
                const int unit = start + v * lanes;
                const int left = hidden_ - unit;
                const Vec now = d[v] + load_first(call.d_output + at * n + unit, left);
                const Vec d_f = now * load_first(saved + unit, left);
                const Vec d_r = now * load_first(saved + n + unit, left);
                if (call.d_x != nullptr) {
                    store_first(call.d_x + at * 2 * n + unit, d_f, left);
                    store_first(call.d_x + at * 2 * n + n + unit, d_r, left);
                }
                const Vec h = load_first(before + unit, left);
                part[0][v] = fma(d_f, h, part[0][v]);
                part[1][v] = fma(d_r, h, part[1][v]);
                if (with_time_) {
                    in_time = fma(now, load_first(saved + 3 * n + unit, left), in_time);
                }
                d[v] = now * load_first(saved + 2 * n + unit, left);
            }
            if (call.d_elapsed != nullptr) {
                call.d_elapsed[at] = sum(in_time) + (first == 0 ? 0.0f : call.d_elapsed[at]);
            }
            // In pieces, so that the sum over a long series does not outgrow its own digits.
            if (t % 256 == 0) {
                for (int v = 0; v < Vectors; ++v) {
                    for (int k = 0; k < 2; ++k) {
                        total[k][v] = total[k][v] + part[k][v];
                        part[k][v] = zero();
                    }
                }
            }
        }
        for (int v = 0; v < Vectors; ++v) {
            const int unit = start + v * lanes;
            store_first(call.d_h + sample * n + unit, d[v], hidden_ - unit);
            store(sums + unit, total[0][v]);
            store(sums + padded() + unit, total[1][v]);
        }
    }

    int hidden_;
    int vectors_;
    bool with_time_;
    std::vector<float> own_;  // of the target, then of the rate, each padded to whole vectors
};

}  // namespace liquidtime::LT_ISA
