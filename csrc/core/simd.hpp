// Vectors of floats in the widest registers that this translation unit is compiled for.
//
// Everything here lies in the namespace LT_ISA, which the build names after the instruction set, so
// that the same source gives one set of kernels an instruction set. Products and sums are fused
// only where `fma` says so.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(LT_AVX512) || defined(LT_AVX2)
#include <immintrin.h>
#elif defined(LT_NEON)
#include <arm_neon.h>
#endif

#define LT_INLINE inline __attribute__((always_inline))

namespace liquidtime::LT_ISA {

#if defined(LT_AVX512)

constexpr int lanes = 16;
struct Vec {
    __m512 v;
};
struct Mask {
    __mmask16 m;
};
LT_INLINE Vec set1(float a) {
    return {_mm512_set1_ps(a)};
}
LT_INLINE Vec load(const float* p) {
    return {_mm512_loadu_ps(p)};
}
LT_INLINE void store(float* p, Vec a) {
    _mm512_storeu_ps(p, a.v);
}
LT_INLINE __mmask16 first(int n) {
    return static_cast<__mmask16>((1u << n) - 1u);
}
LT_INLINE Vec load_partial(const float* p, int n) {
    return {_mm512_maskz_loadu_ps(first(n), p)};
}
LT_INLINE void store_partial(float* p, Vec a, int n) {
    _mm512_mask_storeu_ps(p, first(n), a.v);
}
LT_INLINE Vec fma(Vec a, Vec b, Vec c) {
    return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
LT_INLINE Vec fnma(Vec a, Vec b, Vec c) {
    return {_mm512_fnmadd_ps(a.v, b.v, c.v)};
}
LT_INLINE Vec operator+(Vec a, Vec b) {
    return {_mm512_add_ps(a.v, b.v)};
}
LT_INLINE Vec operator-(Vec a, Vec b) {
    return {_mm512_sub_ps(a.v, b.v)};
}
LT_INLINE Vec operator*(Vec a, Vec b) {
    return {_mm512_mul_ps(a.v, b.v)};
}
LT_INLINE Vec operator/(Vec a, Vec b) {
    return {_mm512_div_ps(a.v, b.v)};
}
LT_INLINE Vec at_most(Vec a, Vec limit) {
    return {_mm512_min_ps(limit.v, a.v)};
}
LT_INLINE Vec at_least(Vec a, Vec limit) {
    return {_mm512_max_ps(limit.v, a.v)};
}
LT_INLINE Vec abs(Vec a) {
    return {_mm512_abs_ps(a.v)};
}
LT_INLINE Mask operator<(Vec a, Vec b) {
    return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)};
}
LT_INLINE Vec select(Mask m, Vec a, Vec b) {
    return {_mm512_mask_blend_ps(m.m, b.v, a.v)};
}
LT_INLINE Vec round(Vec a) {
    return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT)};
}
LT_INLINE Vec scale_by_power_of_two(Vec a, Vec integer) {
    return {_mm512_scalef_ps(a.v, integer.v)};
}
LT_INLINE Vec scale_by_small_power(Vec a, Vec integer) {
    return scale_by_power_of_two(a, integer);
}
// A first guess good to 14 bits and one step of Newton's: less than half the time of a division.
LT_INLINE Vec reciprocal(Vec a) {
    const __m512 guess = _mm512_rcp14_ps(a.v);
    const __m512 error = _mm512_fnmadd_ps(a.v, guess, _mm512_set1_ps(1.0f));
    return {_mm512_fmadd_ps(guess, error, guess)};
}
// Within each four lanes: the sum over four neighbouring lanes of a, of b, of c and of d.
LT_INLINE Vec sums_of_four(Vec a, Vec b, Vec c, Vec d) {
    const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a.v, b.v), _mm512_unpackhi_ps(a.v, b.v));
    const __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c.v, d.v), _mm512_unpackhi_ps(c.v, d.v));
    return {_mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee))};
}

#elif defined(LT_AVX2)

constexpr int lanes = 8;
struct Vec {
    __m256 v;
};
struct Mask {
    __m256 m;
};
LT_INLINE Vec set1(float a) {
    return {_mm256_set1_ps(a)};
}
LT_INLINE Vec load(const float* p) {
    return {_mm256_loadu_ps(p)};
}
LT_INLINE void store(float* p, Vec a) {
    _mm256_storeu_ps(p, a.v);
}
LT_INLINE __m256i first(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
LT_INLINE Vec load_partial(const float* p, int n) {
    return {_mm256_maskload_ps(p, first(n))};
}
LT_INLINE void store_partial(float* p, Vec a, int n) {
    _mm256_maskstore_ps(p, first(n), a.v);
}
LT_INLINE Vec fma(Vec a, Vec b, Vec c) {
    return {_mm256_fmadd_ps(a.v, b.v, c.v)};
}
LT_INLINE Vec fnma(Vec a, Vec b, Vec c) {
    return {_mm256_fnmadd_ps(a.v, b.v, c.v)};
}
LT_INLINE Vec operator+(Vec a, Vec b) {
    return {_mm256_add_ps(a.v, b.v)};
}
LT_INLINE Vec operator-(Vec a, Vec b) {
    return {_mm256_sub_ps(a.v, b.v)};
}
LT_INLINE Vec operator*(Vec a, Vec b) {
    return {_mm256_mul_ps(a.v, b.v)};
}
LT_INLINE Vec operator/(Vec a, Vec b) {
    return {_mm256_div_ps(a.v, b.v)};
}
LT_INLINE Vec at_most(Vec a, Vec limit) {
    return {_mm256_min_ps(limit.v, a.v)};
}
LT_INLINE Vec at_least(Vec a, Vec limit) {
    return {_mm256_max_ps(limit.v, a.v)};
}
LT_INLINE Vec abs(Vec a) {
    return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)};
}
LT_INLINE Mask operator<(Vec a, Vec b) {
    return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)};
}
LT_INLINE Vec select(Mask m, Vec a, Vec b) {
    return {_mm256_blendv_ps(b.v, a.v, m.m)};
}
LT_INLINE Vec round(Vec a) {
    return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
LT_INLINE Vec scale_by_power_of_two(Vec a, Vec integer) {
    // In two halves, so that the whole range of floats, with its small end, is reached.
    const __m256i n = _mm256_cvtps_epi32(
        _mm256_min_ps(_mm256_max_ps(integer.v, _mm256_set1_ps(-252.0f)), _mm256_set1_ps(252.0f))
    );
    const __m256i half = _mm256_srai_epi32(n, 1);
    const __m256i rest = _mm256_sub_epi32(n, half);
    const __m256i bias = _mm256_set1_epi32(127);
    const __m256 p = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, bias), 23));
    const __m256 q = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(rest, bias), 23));
    return {_mm256_mul_ps(_mm256_mul_ps(a.v, p), q)};
}
LT_INLINE Vec scale_by_small_power(Vec a, Vec integer) {
    const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(integer.v), _mm256_set1_epi32(127));
    return {_mm256_mul_ps(a.v, _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)))};
}
LT_INLINE Vec sums_of_four(Vec a, Vec b, Vec c, Vec d) {
    const __m256 ab = _mm256_add_ps(_mm256_unpacklo_ps(a.v, b.v), _mm256_unpackhi_ps(a.v, b.v));
    const __m256 cd = _mm256_add_ps(_mm256_unpacklo_ps(c.v, d.v), _mm256_unpackhi_ps(c.v, d.v));
    return {_mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee))};
}

#elif defined(LT_NEON)

constexpr int lanes = 4;
struct Vec {
    float32x4_t v;
};
struct Mask {
    uint32x4_t m;
};
LT_INLINE Vec set1(float a) {
    return {vdupq_n_f32(a)};
}
LT_INLINE Vec load(const float* p) {
    return {vld1q_f32(p)};
}
LT_INLINE void store(float* p, Vec a) {
    vst1q_f32(p, a.v);
}
LT_INLINE Vec load_partial(const float* p, int n) {
    float part[4] = {0, 0, 0, 0};
    std::memcpy(part, p, sizeof(float) * static_cast<std::size_t>(n));
    return {vld1q_f32(part)};
}
LT_INLINE void store_partial(float* p, Vec a, int n) {
    float part[4];
    vst1q_f32(part, a.v);
    std::memcpy(p, part, sizeof(float) * static_cast<std::size_t>(n));
}
LT_INLINE Vec fma(Vec a, Vec b, Vec c) {
    return {vfmaq_f32(c.v, a.v, b.v)};
}
LT_INLINE Vec fnma(Vec a, Vec b, Vec c) {
    return {vfmsq_f32(c.v, a.v, b.v)};
}
LT_INLINE Vec operator+(Vec a, Vec b) {
    return {vaddq_f32(a.v, b.v)};
}
LT_INLINE Vec operator-(Vec a, Vec b) {
    return {vsubq_f32(a.v, b.v)};
}
LT_INLINE Vec operator*(Vec a, Vec b) {
    return {vmulq_f32(a.v, b.v)};
}
LT_INLINE Vec operator/(Vec a, Vec b) {
    return {vdivq_f32(a.v, b.v)};
}
LT_INLINE Vec at_most(Vec a, Vec limit) {
    return {vminq_f32(limit.v, a.v)};
}
LT_INLINE Vec at_least(Vec a, Vec limit) {
    return {vmaxq_f32(limit.v, a.v)};
}
LT_INLINE Vec abs(Vec a) {
    return {vabsq_f32(a.v)};
}
LT_INLINE Mask operator<(Vec a, Vec b) {
    return {vcltq_f32(a.v, b.v)};
}
LT_INLINE Vec select(Mask m, Vec a, Vec b) {
    return {vbslq_f32(m.m, a.v, b.v)};
}
LT_INLINE Vec round(Vec a) {
    return {vrndnq_f32(a.v)};
}
LT_INLINE Vec scale_by_power_of_two(Vec a, Vec integer) {
    const int32x4_t n =
        vcvtq_s32_f32(vminq_f32(vmaxq_f32(integer.v, vdupq_n_f32(-252.0f)), vdupq_n_f32(252.0f)));
    const int32x4_t half = vshrq_n_s32(n, 1);
    const int32x4_t rest = vsubq_s32(n, half);
    const int32x4_t bias = vdupq_n_s32(127);
    const float32x4_t p = vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(half, bias), 23));
    const float32x4_t q = vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(rest, bias), 23));
    return {vmulq_f32(vmulq_f32(a.v, p), q)};
}
LT_INLINE Vec scale_by_small_power(Vec a, Vec integer) {
    const int32x4_t biased = vaddq_s32(vcvtq_s32_f32(integer.v), vdupq_n_s32(127));
    return {vmulq_f32(a.v, vreinterpretq_f32_s32(vshlq_n_s32(biased, 23)))};
}
LT_INLINE Vec sums_of_four(Vec a, Vec b, Vec c, Vec d) {
    return {vpaddq_f32(vpaddq_f32(a.v, b.v), vpaddq_f32(c.v, d.v))};
}

#else  // generic: four lanes in the compiler's own vectors, which every processor can do

constexpr int lanes = 4;
typedef float Four __attribute__((vector_size(16)));
typedef std::int32_t FourInts __attribute__((vector_size(16)));
struct Vec {
    Four v;
};
struct Mask {
    FourInts m;
};
LT_INLINE Vec set1(float a) {
    return {Four{a, a, a, a}};
}
LT_INLINE Vec load(const float* p) {
    Vec a;
    std::memcpy(&a.v, p, sizeof(a.v));
    return a;
}
LT_INLINE void store(float* p, Vec a) {
    std::memcpy(p, &a.v, sizeof(a.v));
}
LT_INLINE Vec load_partial(const float* p, int n) {
    Vec a = set1(0.0f);
    std::memcpy(&a.v, p, sizeof(float) * static_cast<std::size_t>(n));
    return a;
}
LT_INLINE void store_partial(float* p, Vec a, int n) {
    std::memcpy(p, &a.v, sizeof(float) * static_cast<std::size_t>(n));
}
// Without a fused instruction the library's fma would be a slow call; two roundings it is.
LT_INLINE Vec fma(Vec a, Vec b, Vec c) {
    return {a.v * b.v + c.v};
}
LT_INLINE Vec fnma(Vec a, Vec b, Vec c) {
    return {c.v - a.v * b.v};
}
LT_INLINE Vec operator+(Vec a, Vec b) {
    return {a.v + b.v};
}
LT_INLINE Vec operator-(Vec a, Vec b) {
    return {a.v - b.v};
}
LT_INLINE Vec operator*(Vec a, Vec b) {
    return {a.v * b.v};
}
LT_INLINE Vec operator/(Vec a, Vec b) {
    return {a.v / b.v};
}
LT_INLINE Mask operator<(Vec a, Vec b) {
    return {a.v < b.v};
}
LT_INLINE Vec select(Mask m, Vec a, Vec b) {
    return {(Four)((m.m & (FourInts)a.v) | (~m.m & (FourInts)b.v))};
}
LT_INLINE Vec at_most(Vec a, Vec limit) {
    return select(limit < a, limit, a);
}
LT_INLINE Vec at_least(Vec a, Vec limit) {
    return select(a < limit, limit, a);
}
LT_INLINE Vec abs(Vec a) {
    const FourInts bits = (FourInts)a.v & 0x7fffffff;
    return {(Four)bits};
}
// Adding and taking away 1.5 · 2²³ rounds to an integer what is smaller than 2²².
LT_INLINE Vec round(Vec a) {
    const Vec magic = set1(12582912.0f);
    return select(abs(a) < set1(4194304.0f), (a + magic) - magic, a);
}
LT_INLINE Vec scale_by_power_of_two(Vec a, Vec integer) {
    const Vec low = set1(-252.0f);
    const Vec raised = select(low < integer, integer, low);  // NaN too
    const FourInts n = __builtin_convertvector(at_most(raised, set1(252.0f)).v, FourInts);
    const FourInts half = n >> 1;
    const FourInts p = (half + 127) << 23;
    const FourInts q = (n - half + 127) << 23;
    return {a.v * (Four)p * (Four)q};
}
LT_INLINE Vec scale_by_small_power(Vec a, Vec integer) {
    // NaN has no integer; any will do, since `a` is NaN then too.
    const Vec low = set1(-126.0f);
    const Vec known = select(low < integer, integer, low);
    return {a.v * (Four)((__builtin_convertvector(known.v, FourInts) + 127) << 23)};
}
LT_INLINE Vec sums_of_four(Vec a, Vec b, Vec c, Vec d) {
    const Vec* parts[lanes] = {&a, &b, &c, &d};
    Vec sums;
    for (int i = 0; i < lanes; ++i) {
        const Four v = parts[i]->v;
        sums.v[i] = (v[0] + v[1]) + (v[2] + v[3]);
    }
    return sums;
}

#endif

// To the nearest integer, ties to even: `round`. a · 2ⁿ, down to 0 and up to infinity:
// `scale_by_power_of_two`; for |n| ≤ 126 alone: `scale_by_small_power`. 1 / a to within two units
// in the last place, for 2⁻¹²⁶ ≤ |a| ≤ 2¹²⁶: `reciprocal`. The lesser or the greater of a and a
// limit, and NaN where a is NaN: `at_most`, `at_least` (x86 gives its second operand where one is
// NaN).

LT_INLINE Vec zero() {
    return set1(0.0f);
}

#if !defined(LT_AVX512)
LT_INLINE Vec reciprocal(Vec a) {
    return set1(1.0f) / a;
}
#endif

// The sum of the lanes, always in the same order.
LT_INLINE float sum(Vec a) {
    float part[lanes];
    store(part, a);
    for (int width = lanes / 2; width > 0; width /= 2) {
        for (int i = 0; i < width; ++i) {
            part[i] += part[i + width];
        }
    }
    return part[0];
}

LT_INLINE Vec load_first(const float* p, int n) {
    return n >= lanes ? load(p) : load_partial(p, n);
}
LT_INLINE void store_first(float* p, Vec a, int n) {
    if (n >= lanes) {
        store(p, a);
    } else {
        store_partial(p, a, n);
    }
}

}  // namespace liquidtime::LT_ISA
