// SPDX-License-Identifier: GPL-3.0-or-later
//
// The kernels in one precision. The including file defines
//   REAL, WORD, SWORD   the scalar and the integers of its width
//   NAME(x)             x with the precision's suffix
//   LANES               scalars in 64 bytes
//   MANTISSA, BIAS      mantissa bits and exponent bias
//   ROUND_SHIFT         1.5 * 2^MANTISSA, whose addition rounds to an integer
//   EXP_TERMS, LOG_TERMS, LOG1P_TERMS, SIN_TERMS   lengths of the series below
//   DEVIATES_PER_BLOCK  4 for float, 2 for double
//
// Elementary functions are Taylor or atanh series on a reduced argument, long enough
// that truncation lies below rounding; measured errors are in the tests. They exist
// because libm's do not vectorise and round differently from machine to machine.

#include "CKernels.h"
#include "clones.h"
#include <Random123/philox.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define LN2_HIGH ((REAL)0.693145751953125)
#define LN2_LOW ((REAL)1.42860682030941723212e-6)

CK_INLINE REAL NAME(from_bits)(WORD bits) {
  REAL x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

CK_INLINE WORD NAME(to_bits)(REAL x) {
  WORD bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// MARK: Elementary functions

/// exp(r) - 1 for |r| <= ln(2) / 2.
CK_INLINE REAL NAME(expm1_core)(REAL r) {
  REAL sum = 0;
#pragma clang loop unroll(full)
  for (int n = EXP_TERMS; n >= 2; --n) sum = (sum + 1) * (r * ((REAL)1 / (REAL)n));
  return r + r * sum;
}

/// exp(x) - 1 and exp(x), with x kept within the range of normal numbers. NaN stays NaN.
CK_INLINE void NAME(exponential)(REAL x, REAL *exponential, REAL *minusOne) {
  REAL low = (REAL)EXP_LOW, high = (REAL)EXP_HIGH;
  REAL clamped = x < low ? low : (x > high ? high : x);
  REAL shifted = clamped * (REAL)1.44269504088896340736 + (REAL)ROUND_SHIFT;
  REAL k = shifted - (REAL)ROUND_SHIFT;
  REAL r = (clamped - k * LN2_HIGH) - k * LN2_LOW;
  REAL scale = NAME(from_bits)((NAME(to_bits)(shifted) + (WORD)BIAS) << MANTISSA);
  REAL core = NAME(expm1_core)(r);
  *exponential = scale + scale * core;
  *minusOne = (scale - 1) + scale * core;
}

/// 2 atanh(s) = log((1 + s) / (1 - s)).
CK_INLINE REAL NAME(twice_atanh)(REAL s, const int terms) {
  REAL square = s * s, sum = 0;
#pragma clang loop unroll(full)
  for (int n = terms; n >= 1; --n) sum = sum * square + (REAL)1 / (REAL)(2 * n + 1);
  return 2 * s + 2 * s * (square * sum);
}

/// Natural logarithm of a positive normal number.
CK_INLINE REAL NAME(logarithm)(REAL x) {
  WORD bits = NAME(to_bits)(x);
  WORD offset = NAME(to_bits)((REAL)0.70710678118654752440);
  SWORD exponent = (SWORD)(bits - offset) >> MANTISSA;
  REAL m = NAME(from_bits)(bits - ((WORD)exponent << MANTISSA));
  REAL k = (REAL)exponent;
  return k * LN2_HIGH + (NAME(twice_atanh)((m - 1) / (m + 1), LOG_TERMS) + k * LN2_LOW);
}

/// sin and cos of x for |x| <= pi / 4.
CK_INLINE void NAME(sine_cosine)(REAL x, REAL *sine, REAL *cosine) {
  REAL square = x * x, s = 0, c = 0;
#pragma clang loop unroll(full)
  for (int n = SIN_TERMS; n >= 1; --n) {
    s = (s + 1) * (-square * ((REAL)1 / (REAL)((2 * n) * (2 * n + 1))));
    c = (c + 1) * (-square * ((REAL)1 / (REAL)((2 * n - 1) * (2 * n))));
  }
  *sine = x + x * s;
  *cosine = 1 + c;
}

// MARK: Deviates
//
// Deviates come in tiles of 16 blocks. Element i of a sequence lies in tile
// i / (16 * DEVIATES_PER_BLOCK); inside the tile, lane k of block b is element 16 k + b.

#define TILE (16 * DEVIATES_PER_BLOCK)

CK_INLINE void NAME(tile)(int distribution, REAL scale, uint64_t key, uint64_t stream,
                          uint64_t tile, REAL *restrict out) {
  uint32_t w[4][16];
  for (int b = 0; b < 16; ++b) {
    uint64_t block = tile * 16 + (uint64_t)b;
    philox4x32_ctr_t counter = {{(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream,
                                 (uint32_t)(stream >> 32)}};
    philox4x32_key_t philoxKey = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    philox4x32_ctr_t words = philox4x32(counter, philoxKey);
    for (int k = 0; k < 4; ++k) w[k][b] = words.v[k];
  }
  // Each deviate of a block reads words of its own: one (float) or two (double).
  if (distribution == CK_GAUSSIAN) {
    for (int pair = 0; pair < DEVIATES_PER_BLOCK / 2; ++pair) {
      for (int b = 0; b < 16; ++b) {
#if DEVIATES_PER_BLOCK == 4
        WORD radial = w[2 * pair][b], angular = w[2 * pair + 1][b];
#else
        WORD radial = (WORD)w[0][b] << 32 | w[1][b];
        WORD angular = (WORD)w[2][b] << 32 | w[3][b];
#endif
        // The radius from log((radial + 1/2) / 2^bits), never zero.
        REAL logarithm = NAME(logarithm)((REAL)radial + (REAL)0.5);
        REAL exponent = (REAL)(sizeof(WORD) * 8);
        REAL squared = 2 * (exponent * LN2_HIGH + (exponent * LN2_LOW - logarithm));
        REAL radius = scale * NAME(root)(squared > 0 ? squared : 0);
        // The angle as a quadrant and a remainder in [-pi/4, pi/4], exact in integers.
        WORD quadrant = (angular + ((WORD)1 << (sizeof(WORD) * 8 - 3))) >> (sizeof(WORD) * 8 - 2);
        SWORD rest = (SWORD)(angular - (quadrant << (sizeof(WORD) * 8 - 2)));
        REAL sine, cosine;
        NAME(sine_cosine)((REAL)rest * (REAL)ANGLE_UNIT, &sine, &cosine);
        REAL x = quadrant & 1 ? sine : cosine;
        REAL y = quadrant & 1 ? cosine : sine;
        out[32 * pair + b] = radius * ((quadrant + 1) & 2 ? -x : x);
        out[32 * pair + 16 + b] = radius * (quadrant & 2 ? -y : y);
      }
    }
    return;
  }
  REAL factor = scale * (REAL)UNIFORM_UNIT;
  for (int k = 0; k < DEVIATES_PER_BLOCK; ++k) {
    for (int b = 0; b < 16; ++b) {
#if DEVIATES_PER_BLOCK == 4
      WORD word = w[k][b];
#else
      WORD word = (WORD)w[2 * k][b] << 32 | w[2 * k + 1][b];
#endif
      REAL uniform = factor * ((REAL)(SWORD)word + (REAL)0.5);
      REAL sign = (SWORD)word < 0 ? -scale : scale;
      REAL skewed = word < (WORD)-1 / 5 ? 2 * scale : (REAL)-0.5 * scale;
      out[16 * k + b] = distribution == CK_UNIFORM      ? uniform
                        : distribution == CK_RADEMACHER ? sign
                                                        : skewed;
    }
  }
}

CK_CLONES void NAME(ck_fill)(int distribution, REAL scale, uint64_t key, uint64_t stream,
                             uint64_t first, size_t count, REAL *out) {
  uint64_t tile = first / TILE;
  size_t skip = (size_t)(first % TILE);
  while (count > 0) {
    size_t take = TILE - skip < count ? TILE - skip : count;
    if (take == TILE) {
      NAME(tile)(distribution, scale, key, stream, tile, out);
    } else {
      REAL buffer[TILE];
      NAME(tile)(distribution, scale, key, stream, tile, buffer);
      memcpy(out, buffer + skip, take * sizeof(REAL));
    }
    out += take;
    count -= take;
    skip = 0;
    tile += 1;
  }
}

// MARK: Activations

CK_INLINE void NAME(sigmoid_at)(REAL u, REAL *h, REAL *slope) {
  REAL exponential, unused;
  NAME(exponential)(-u, &exponential, &unused);
  *h = 1 / (1 + exponential);
  *slope = *h * (1 - *h);
}

CK_INLINE void NAME(tanh_at)(REAL u, REAL *h, REAL *slope) {
  REAL exponential, minusOne;
  // 20 lies past the last argument whose tanh differs from 1 in double.
  REAL x = u < -20 ? (REAL)-20 : (u > 20 ? (REAL)20 : u);
  NAME(exponential)(2 * x, &exponential, &minusOne);
  *h = minusOne / (minusOne + 2);
  *slope = 1 - *h * *h;
}

CK_INLINE void NAME(softplus_at)(REAL u, REAL *h, REAL *slope) {
  REAL magnitude = u < 0 ? -u : u;
  REAL small, unused;
  NAME(exponential)(-magnitude, &small, &unused);
  *h = (u > 0 ? u : (u == u ? 0 : u)) + NAME(twice_atanh)(small / (2 + small), LOG1P_TERMS);
  *slope = (u < 0 ? small : 1) / (1 + small);
}

CK_INLINE void NAME(relu_at)(REAL u, REAL *h, REAL *slope) {
  *h = u < 0 ? 0 : u;  // NaN stays NaN
  *slope = u > 0 ? 1 : 0;
}

CK_INLINE void NAME(identity_at)(REAL u, REAL *h, REAL *slope) {
  *h = u;
  *slope = 1;
}

// Arguments go through local blocks, so that `h` may be `u` and the loop still vectorises.
#define BLOCK 64
CK_INLINE void NAME(copy_block)(REAL *to, const REAL *from, size_t count) {
  // A copy of constant length is a few instructions, any other a call.
  if (count == BLOCK)
    memcpy(to, from, BLOCK * sizeof(REAL));
  else
    memcpy(to, from, count * sizeof(REAL));
}

#define ACTIVATION(function)                                                                \
  CK_INLINE void NAME(function##_loop)(size_t count, const REAL *u, REAL *h, REAL *slope) { \
    for (size_t first = 0; first < count; first += BLOCK) {                                 \
      size_t take = count - first < BLOCK ? count - first : BLOCK;                          \
      REAL x[BLOCK] = {0}, value[BLOCK], derivative[BLOCK];                                 \
      NAME(copy_block)(x, u + first, take);                                                 \
      for (int i = 0; i < BLOCK; ++i)                                                       \
        NAME(function##_at)(x[i], &value[i], &derivative[i]);                               \
      NAME(copy_block)(h + first, value, take);                                             \
      if (slope) NAME(copy_block)(slope + first, derivative, take);                         \
    }                                                                                       \
  }
ACTIVATION(identity)
ACTIVATION(sigmoid)
ACTIVATION(tanh)
ACTIVATION(softplus)
ACTIVATION(relu)
#undef ACTIVATION

CK_CLONES void NAME(ck_activate)(int function, size_t count, const REAL *u, REAL *h,
                                 REAL *slope) {
  switch (function) {
  case CK_SIGMOID: NAME(sigmoid_loop)(count, u, h, slope); break;
  case CK_TANH: NAME(tanh_loop)(count, u, h, slope); break;
  case CK_SOFTPLUS: NAME(softplus_loop)(count, u, h, slope); break;
  case CK_RELU: NAME(relu_loop)(count, u, h, slope); break;
  default: NAME(identity_loop)(count, u, h, slope); break;
  }
}

// MARK: Element-wise

// `out` is an input or overlaps none, so no iteration reads what another has written: without
// this word, loops in place would run one element at a time.
#define INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

CK_CLONES void NAME(ck_multiply)(size_t count, const REAL *a, const REAL *b, REAL *out) {
  INDEPENDENT for (size_t i = 0; i < count; ++i) out[i] = a[i] * b[i];
}

CK_CLONES void NAME(ck_add)(size_t count, const REAL *a, const REAL *b, REAL *out) {
  INDEPENDENT for (size_t i = 0; i < count; ++i) out[i] = a[i] + b[i];
}

CK_CLONES void NAME(ck_subtract)(size_t count, const REAL *a, const REAL *b, REAL *out) {
  INDEPENDENT for (size_t i = 0; i < count; ++i) out[i] = a[i] - b[i];
}

CK_CLONES void NAME(ck_axpby)(size_t count, REAL alpha, const REAL *x, REAL beta, REAL *y) {
  for (size_t i = 0; i < count; ++i) y[i] = alpha * x[i] + beta * y[i];
}

CK_CLONES void NAME(ck_broadcast_rows)(size_t rows, size_t columns, const REAL *row, REAL *out) {
  if (rows == 0) return;
  // Copies of what is there already, each twice as long as the one before.
  memcpy(out, row, columns * sizeof(REAL));
  for (size_t done = 1, take; done < rows; done += take) {
    take = rows - done < done ? rows - done : done;
    memcpy(out + done * columns, out, take * columns * sizeof(REAL));
  }
}

CK_CLONES void NAME(ck_add_column_sums)(size_t rows, size_t columns, REAL alpha, const REAL *x,
                                        REAL *y) {
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j) y[j] += alpha * x[i * columns + j];
}

CK_CLONES void NAME(ck_estimate)(size_t rows, size_t columns, const REAL *scalar,
                                 const REAL *xi, const REAL *variance, REAL *out) {
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j)
      out[i * columns + j] = scalar[i] * (xi[i * columns + j] / variance[i * columns + j]);
}

CK_CLONES void NAME(ck_add_triple_products)(size_t rows, size_t columns, const REAL *a,
                                            const REAL *b, const REAL *c, double *out) {
  for (size_t i = 0; i < rows; ++i) {
    // Eight running sums, combined in a fixed order.
    double sum[8] = {0};
    size_t j = 0;
    const REAL *p = a + i * columns, *q = b + i * columns, *r = c + i * columns;
    for (; j + 8 <= columns; j += 8)
      for (int k = 0; k < 8; ++k)
        sum[k] += (double)p[j + (size_t)k] * (double)q[j + (size_t)k] * (double)r[j + (size_t)k];
    for (int k = 0; j < columns; ++j, ++k) sum[k] += (double)p[j] * (double)q[j] * (double)r[j];
    out[i] += ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
  }
}

typedef double doubles __attribute__((vector_size(64)));
typedef int64_t choice __attribute__((vector_size(64)));
typedef REAL NAME(eight)
    __attribute__((vector_size(8 * sizeof(REAL)), aligned(sizeof(REAL))));

/// Eight differences p[i] - t[i] in double precision.
#define EIGHT_DIFFERENCES(p, t)                                        \
  (__builtin_convertvector(*(const NAME(eight) *)(p), doubles) -       \
   __builtin_convertvector(*(const NAME(eight) *)(t), doubles))

CK_CLONES void NAME(ck_squared_error)(size_t rows, size_t columns, const REAL *prediction,
                                      const REAL *target, REAL *restrict error, double *loss) {
  const choice lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  for (size_t i = 0; i < rows; ++i) {
    const REAL *p = prediction + i * columns, *t = target + i * columns;
    // Eight running sums, combined in a fixed order.
    doubles sum = {0};
    size_t j = 0;
    for (; j + 8 <= columns; j += 8) {
      doubles difference = EIGHT_DIFFERENCES(p + j, t + j);
      sum += difference * difference;
    }
    if (j < columns && columns >= 8) {
      // The rest, in the eight columns that end where the row does; the first of them are old.
      doubles difference = EIGHT_DIFFERENCES(p + columns - 8, t + columns - 8);
      choice isNew = lanes >= (int64_t)(8 - (columns - j));
      sum += (doubles)((choice)(difference * difference) & isNew);
    } else {
      for (; j < columns; ++j) {
        double difference = (double)p[j] - (double)t[j];
        sum[j] += difference * difference;
      }
    }
    loss[i] = 0.5 * (((sum[0] + sum[1]) + (sum[2] + sum[3])) +
                     ((sum[4] + sum[5]) + (sum[6] + sum[7])));
  }
  if (error)
    for (size_t k = 0; k < rows * columns; ++k) error[k] = prediction[k] - target[k];
}
