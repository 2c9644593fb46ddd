// Rows times packed weights: the products of the dense recurrences, in register tiles.
//
// A tile is up to 8 rows by up to 4 vectors of columns, kept in registers over the whole depth.
// Each number is one sum over the depth in one order, so it does not depend on what else is in the
// tile. An element is four bytes: a float, or two neighbouring bfloat16 along the depth.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/scratch.hpp"
#include "core/simd.hpp"

namespace liquidtime::LT_ISA {

struct Single {
    using Element = float;
    using Operand = Vec;
    static constexpr int depth_of_element = 1;
    static LT_INLINE Operand broadcast(const Element* p) { return set1(*p); }
    static LT_INLINE Operand load_operand(const Element* p) { return load(p); }
    static LT_INLINE Vec multiply_add(Operand a, Operand b, Vec c) { return fma(a, b, c); }
    static Element element(float first, float) { return first; }
};

#if defined(LT_AVX512) && defined(__AVX512BF16__)
#define LT_HAS_BFLOAT16 1

struct Half {
    using Element = std::uint32_t;
    using Operand = __m512i;
    static constexpr int depth_of_element = 2;
    static LT_INLINE Operand broadcast(const Element* p) {
        return _mm512_set1_epi32(static_cast<int>(*p));
    }
    static LT_INLINE Operand load_operand(const Element* p) { return _mm512_loadu_si512(p); }
    static LT_INLINE Vec multiply_add(Operand a, Operand b, Vec c) {
        return {_mm512_dpbf16_ps(c.v, (__m512bh)a, (__m512bh)b)};
    }
    // Rounded to nearest, ties to even.
    static std::uint32_t rounded(float number) {
        std::uint32_t bits;
        std::memcpy(&bits, &number, 4);
        // Rounding could carry NaN over into a zero.
        if (number != number) {
            return 0x7fc0u;
        }
        return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    }
    static Element element(float first, float second) {
        return rounded(first) | (rounded(second) << 16);
    }
};
#endif

template <class T>
constexpr int elements(int depth) {
    return (depth + T::depth_of_element - 1) / T::depth_of_element;
}

constexpr int round_up(int n, int step) {
    return (n + step - 1) / step * step;
}

constexpr int most_rows = 8;
constexpr int most_vectors = 4;

// As many sums as there are registers for, beside a panel and one broadcast: 32 of them, or 16.
constexpr int tile_rows(int vectors) {
#if defined(LT_AVX512) || defined(LT_NEON)
    return vectors == 4 ? 6 : 8;
#else
    return vectors == 4 ? 2 : vectors == 3 ? 4 : vectors == 2 ? 6 : 8;
#endif
}

template <class T>
struct Segment {
    const typename T::Element* rows;
    std::ptrdiff_t stride;  // in elements, from row to row
    int depth;              // in elements
};

template <class T, int Rows, int Vectors>
void tile_product(
    const Segment<T>* segments,
    int count,
    const typename T::Element* panel,
    const float* bias,
    float* tile
) {
    // Unrolled, so that these are registers and no array in memory.
    Vec sum[Rows][Vectors];
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
            sum[i][v] = load(bias + v * lanes);
        }
    }
    for (int s = 0; s < count; ++s) {
        const typename T::Element* row[Rows];
#pragma GCC unroll 8
        for (int i = 0; i < Rows; ++i) {
            row[i] = segments[s].rows + i * segments[s].stride;
        }
        const int depth = segments[s].depth;
        for (int k = 0; k < depth; ++k) {
            typename T::Operand b[Vectors];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) {
                b[v] = T::load_operand(panel + v * lanes);
            }
#pragma GCC unroll 8
            for (int i = 0; i < Rows; ++i) {
                const typename T::Operand a = T::broadcast(row[i] + k);
#pragma GCC unroll 4
                for (int v = 0; v < Vectors; ++v) {
                    sum[i][v] = T::multiply_add(a, b[v], sum[i][v]);
                }
            }
            panel += Vectors * lanes;
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
            store(tile + (i * Vectors + v) * lanes, sum[i][v]);
        }
    }
}

template <class T>
using TileProduct =
    void (*)(const Segment<T>*, int, const typename T::Element*, const float*, float*);

template <class T, int Vectors>
TileProduct<T> tile_product_of(int rows) {
    switch (rows) {
        case 1:
            return tile_product<T, 1, Vectors>;
        case 2:
            return tile_product<T, 2, Vectors>;
        case 3:
            return tile_product<T, 3, Vectors>;
        case 4:
            return tile_product<T, 4, Vectors>;
        case 5:
            return tile_product<T, 5, Vectors>;
        case 6:
            return tile_product<T, 6, Vectors>;
        case 7:
            return tile_product<T, 7, Vectors>;
        default:
            return tile_product<T, 8, Vectors>;
    }
}

template <class T>
TileProduct<T> tile_product_of(int rows, int vectors) {
    switch (vectors) {
        case 1:
            return tile_product_of<T, 1>(rows);
        case 2:
            return tile_product_of<T, 2>(rows);
        case 3:
            return tile_product_of<T, 3>(rows);
        default:
            return tile_product_of<T, 4>(rows);
    }
}

// Weights [columns, depth] in panels: [panel][depth][vectors][lanes], zeros beyond the last column.
template <class T>
class Packed {
public:
    using Element = typename T::Element;

    Packed() = default;

    // Panels of up to three vectors of neighbouring columns.
    //   weight(n, k): the number of column n at depth k.
    //   depths: of the segments that the rows come in; each is padded to whole elements.
    template <class Weight>
    Packed(int columns, std::vector<int> depths, const float* bias, Weight&& weight) {
        const int total = round_up(columns, lanes) / lanes;
        const int panels = (total + 2) / 3;
        int first = 0;
        for (int p = 0; p < panels; ++p) {
            // As even as can be: four vectors are 2 + 2, not 3 + 1.
            const int vectors = total * (p + 1) / panels - total * p / panels;
            panels_.push_back({first, vectors, 0});
            first += vectors * lanes;
        }
        pack(depths, [&](const Panel& panel, int v, int lane, int k) {
            const int n = panel.first + v * lanes + lane;
            return n >= columns ? 0.0f : k < 0 ? (bias ? bias[n] : 0.0f) : weight(n, k);
        });
    }

    // Panels that hold the same `lanes` units of each of several heads, a vector a head; the
    // columns of head v are [v · units, (v + 1) · units).
    template <class Weight>
    static Packed heads(
        int heads, int units, std::vector<int> depths, const float* bias, Weight&& weight
    ) {
        Packed packed;
        for (int first = 0; first < units; first += lanes) {
            packed.panels_.push_back({first, heads, 0});
        }
        packed.pack(depths, [&](const Panel& panel, int v, int lane, int k) {
            const int unit = panel.first + lane;
            if (unit >= units) {
                return 0.0f;
            }
            const int n = v * units + unit;
            return k < 0 ? (bias ? bias[n] : 0.0f) : weight(n, k);
        });
        return packed;
    }

    struct Panel {
        int first;  // column, or unit of each head
        int vectors;
        std::size_t offset;
    };

    const std::vector<Panel>& panels() const { return panels_; }
    const Element* data(const Panel& panel) const { return elements_.data() + panel.offset; }
    const float* bias(const Panel& panel) const {
        return bias_.data() + (panel.offset / static_cast<std::size_t>(std::max(depth_, 1)));
    }

private:
    template <class Number>
    void pack(const std::vector<int>& depths, Number&& number) {
        depth_ = 0;
        for (const int depth : depths) {
            depth_ += elements<T>(depth);
        }
        // With no depth at all a panel still needs its own place for the bias.
        const int stored = std::max(depth_, 1);
        std::size_t size = 0;
        for (Panel& panel : panels_) {
            panel.offset = size;
            size += static_cast<std::size_t>(stored) * panel.vectors * lanes;
        }
        elements_.resize(size);
        bias_.resize(size / stored);
        Element* out = elements_.data();
        float* bias = bias_.data();
        for (const Panel& panel : panels_) {
            for (int v = 0; v < panel.vectors; ++v) {
                for (int lane = 0; lane < lanes; ++lane) {
                    *bias++ = number(panel, v, lane, -1);
                }
            }
            out = elements_.data() + panel.offset;
            int start = 0;
            for (const int depth : depths) {
                for (int k = 0; k < depth; k += T::depth_of_element) {
                    for (int v = 0; v < panel.vectors; ++v) {
                        for (int lane = 0; lane < lanes; ++lane) {
                            const float one = number(panel, v, lane, start + k);
                            const float two = T::depth_of_element == 2 && k + 1 < depth
                                                  ? number(panel, v, lane, start + k + 1)
                                                  : 0.0f;
                            *out++ = T::element(one, two);
                        }
                    }
                }
                start += depth;
            }
        }
    }

    std::vector<Panel> panels_;
    AlignedArray<Element> elements_;
    AlignedArray<float> bias_;
    int depth_ = 0;
};

// Multiply rows with packed weights, tile by tile.
//   done(panel, first row, rows, tile): the tile lies as [rows][vectors][lanes].
template <class T, class Done>
LT_INLINE void product(
    const Packed<T>& weights, const Segment<T>* segments, int count, int rows, Done&& done
) {
    alignas(64) float tile[most_rows * most_vectors * lanes];
    for (const auto& panel : weights.panels()) {
        const int height = tile_rows(panel.vectors);
        const int tiles = (rows + height - 1) / height;
        for (int i = 0; i < tiles; ++i) {
            const int first = rows * i / tiles;
            // Heights are as even as can be, too: nine rows are 4 + 5, not 8 + 1.
            const int height_now = rows * (i + 1) / tiles - first;
            Segment<T> moved[2];
            for (int s = 0; s < count; ++s) {
                moved[s] = segments[s];
                moved[s].rows += first * segments[s].stride;
            }
            tile_product_of<T>(height_now, panel.vectors)(
                moved, count, weights.data(panel), weights.bias(panel), tile
            );
            done(panel, first, height_now, static_cast<const float*>(tile));
        }
    }
}

// Sums over rows of outer products: c[n][k] += Σ_r p[r][n] a[r][k]. The columns of `a` and `c` are
// padded to whole vectors. With bfloat16 an element holds two neighbouring rows.
template <class T, int Rows, int Vectors>
void tile_outer(
    const typename T::Element* p,
    std::ptrdiff_t p_stride,
    const typename T::Element* a,
    std::ptrdiff_t a_stride,
    int depth,
    float* c,
    std::ptrdiff_t c_stride
) {
    Vec sum[Rows][Vectors];
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
            sum[i][v] = load(c + i * c_stride + v * lanes);
        }
    }
    for (int r = 0; r < depth; ++r) {
        typename T::Operand b[Vectors];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
            b[v] = T::load_operand(a + v * lanes);
        }
#pragma GCC unroll 8
        for (int i = 0; i < Rows; ++i) {
            const typename T::Operand e = T::broadcast(p + i);
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) {
                sum[i][v] = T::multiply_add(e, b[v], sum[i][v]);
            }
        }
        a += a_stride;
        p += p_stride;
    }
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) {
            store(c + i * c_stride + v * lanes, sum[i][v]);
        }
    }
}

template <class T>
using TileOuter = void (*)(
    const typename T::Element*,
    std::ptrdiff_t,
    const typename T::Element*,
    std::ptrdiff_t,
    int,
    float*,
    std::ptrdiff_t
);

template <class T, int Vectors>
TileOuter<T> tile_outer_of(int rows) {
    switch (rows) {
        case 1:
            return tile_outer<T, 1, Vectors>;
        case 2:
            return tile_outer<T, 2, Vectors>;
        case 3:
            return tile_outer<T, 3, Vectors>;
        case 4:
            return tile_outer<T, 4, Vectors>;
        case 5:
            return tile_outer<T, 5, Vectors>;
        case 6:
            return tile_outer<T, 6, Vectors>;
        case 7:
            return tile_outer<T, 7, Vectors>;
        default:
            return tile_outer<T, 8, Vectors>;
    }
}

template <class T>
TileOuter<T> tile_outer_of(int rows, int vectors) {
    switch (vectors) {
        case 1:
            return tile_outer_of<T, 1>(rows);
        case 2:
            return tile_outer_of<T, 2>(rows);
        default:
            return tile_outer_of<T, 3>(rows);
    }
}

// p [depth, columns_p], a [depth, columns_a], c [columns_p, columns_a], in elements and floats.
template <class T>
void outer(
    const typename T::Element* p,
    std::ptrdiff_t p_stride,
    int columns_p,
    const typename T::Element* a,
    std::ptrdiff_t a_stride,
    int columns_a,
    int depth,
    float* c,
    std::ptrdiff_t c_stride
) {
    const int total = round_up(columns_a, lanes) / lanes;
    const int panels = (total + 2) / 3;
    for (int q = 0; q < panels; ++q) {
        const int first_vector = total * q / panels;
        const int vectors = total * (q + 1) / panels - first_vector;
        const int height = tile_rows(vectors);
        const int tiles = (columns_p + height - 1) / height;
        for (int i = 0; i < tiles; ++i) {
            const int first = columns_p * i / tiles;
            const int rows = columns_p * (i + 1) / tiles - first;
            tile_outer_of<T>(rows, vectors)(
                p + first, p_stride, a + first_vector * lanes, a_stride, depth,
                c + first * c_stride + first_vector * lanes, c_stride
            );
        }
    }
}

}  // namespace liquidtime::LT_ISA
