// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every kernel of one precision stands on: elementary functions that vectorise, and tiles
// of deviates. The including file has defined the precision (real_f32.h, real_f64.h).
//
// Elementary functions are Taylor or atanh series on a reduced argument, long enough
// that truncation lies below rounding; measured errors are in the tests. They exist
// because libm's do not vectorise and round differently from machine to machine.

#ifndef APICAL_ELEMENTARY_REAL_H
#define APICAL_ELEMENTARY_REAL_H

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

#endif
