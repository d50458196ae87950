// SPDX-License-Identifier: GPL-3.0-or-later
//
// Spikes of one step, of Dendrites.h, in one precision (elementary_real.h says which).

#include "elementary_real.h"
#include <stdbool.h>

/// The places of the bits of a byte in ascending order, a byte each, the first in the lowest.
#define PLACE(m, i) \
  ((uint64_t)((m) >> (i) & 1) * (i) << 8 * __builtin_popcount((m) & ((1u << (i)) - 1)))
#define PLACES(m)                                                                     \
  (PLACE(m, 0) | PLACE(m, 1) | PLACE(m, 2) | PLACE(m, 3) | PLACE(m, 4) | PLACE(m, 5) | \
   PLACE(m, 6) | PLACE(m, 7))
#define PLACES4(m) PLACES(m), PLACES(m + 1), PLACES(m + 2), PLACES(m + 3)
#define PLACES16(m) PLACES4(m), PLACES4(m + 4), PLACES4(m + 8), PLACES4(m + 12)
#define PLACES64(m) PLACES16(m), PLACES16(m + 16), PLACES16(m + 32), PLACES16(m + 48)
static const uint64_t bit_places[256] = {PLACES64(0u), PLACES64(64u), PLACES64(128u),
                                         PLACES64(192u)};

/// Candidates that are looked at together.
#define CANDIDATES 16

/// 64 units: numbers, and what they were asked.
typedef REAL NAME(tile64) __attribute__((ext_vector_type(64)));
typedef bool NAME(bits64) __attribute__((ext_vector_type(64)));

/// Words of 64 units of `stream` under `key`, of block[0] to block[15]: out[4 b + k] is word k of
/// block b.
CK_INLINE void NAME(words)(const uint32_t block[16], uint64_t key, uint64_t stream,
                           uint32_t *restrict out) {
  uint32_t w[4][16];
  for (int b = 0; b < 16; ++b) {
    philox4x32_ctr_t counter = {{block[b], 0, (uint32_t)stream, (uint32_t)(stream >> 32)}};
    philox4x32_key_t philoxKey = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    philox4x32_ctr_t words = philox4x32(counter, philoxKey);
    for (int k = 0; k < 4; ++k) w[k][b] = words.v[k];
  }
  for (int b = 0; b < 16; ++b)
    for (int k = 0; k < 4; ++k) out[4 * b + k] = w[k][b];
}

/// The places of the bits of `hits` in ascending order, counted from `start`, into `out`, which has
/// room for 64; their number.
CK_INLINE size_t NAME(places)(uint64_t hits, uint32_t start, uint32_t *restrict out) {
  typedef uint8_t bytes __attribute__((ext_vector_type(8)));
  typedef uint32_t places __attribute__((ext_vector_type(8)));
  size_t found = 0;
  for (uint32_t byte = 0; byte < 8; ++byte) {
    uint32_t bits = (hits >> (8 * byte)) & 0xff;
    bytes own;
    memcpy(&own, &bit_places[bits], sizeof own);
    places next = __builtin_convertvector(own, places) + (start + 8 * byte);
    memcpy(out + found, &next, sizeof next);
    found += (size_t)__builtin_popcount(bits);
  }
  return found;
}

/// Poisson's quantile of u, given that it is above 2: from the term of 2 and the tail beyond.
/// Where terms have become smaller than the rounding of p = 1 - exp(-mean), so has the tail: what
/// is left of it is no probability.
CK_INLINE uint32_t NAME(poisson_from_three)(REAL u, REAL mean, REAL rounding, uint32_t most,
                                            REAL term, REAL tail) {
  uint32_t k = 2;
  do {
    k += 1;
    term *= mean / (REAL)k;
    tail -= term;
  } while (k < most && u < tail && ((REAL)k < mean || term > rounding));
  return k;
}

CK_CLONES size_t NAME(ck_dendrite_spikes)(size_t blocks, const uint32_t *listed, size_t units,
                                          REAL scale, const REAL *restrict rate, uint64_t key,
                                          uint64_t stream, uint32_t most,
                                          uint32_t *restrict events, REAL *restrict counts,
                                          REAL *restrict uniform) {
  // Most units are ruled out by 1 - exp(-mean) <= mean; the others are looked at closely. Neither
  // part branches on what it finds, for chance cannot be predicted.
  size_t candidates = 0;
  for (size_t first = 0; first < blocks; first += 16) {
    uint32_t block[16], word[64];
    for (int b = 0; b < 16; ++b) block[b] = (uint32_t)first + (uint32_t)b;
    if (listed) memcpy(block, listed + first, sizeof block);
    NAME(words)(block, key, stream, word);
    REAL *u = uniform + 4 * first;
    for (int i = 0; i < 64; ++i) u[i] = ((REAL)word[i] + (REAL)0.5) * (REAL)0x1p-32;
    NAME(tile64) drawn, mean;
    memcpy(&drawn, u, sizeof drawn);
    memcpy(&mean, rate + 4 * first, sizeof mean);
    NAME(bits64) isBelow = __builtin_convertvector(drawn < scale * mean, NAME(bits64));
    uint64_t hits;
    memcpy(&hits, &isBelow, sizeof hits);
    if (!listed && 4 * first + 64 > units)
      hits = units > 4 * first ? hits & (((uint64_t)1 << (units - 4 * first)) - 1) : 0;
    candidates += NAME(places)(hits, 4 * (uint32_t)first, events + candidates);
  }
  size_t spikes = 0;
  for (size_t first = 0; first < candidates; first += CANDIDATES) {
    uint32_t unit[CANDIDATES], isSpike[CANDIDATES], isThree[CANDIDATES];
    REAL u[CANDIDATES], mean[CANDIDATES], count[CANDIDATES];
    REAL rounding[CANDIDATES], term[CANDIDATES], tail[CANDIDATES];
    size_t take = candidates - first < CANDIDATES ? candidates - first : CANDIDATES;
    memcpy(unit, events + first, sizeof unit);
    for (size_t i = take; i < CANDIDATES; ++i) unit[i] = 0;
    for (int i = 0; i < CANDIDATES; ++i) {
      REAL power, minusOne;
      u[i] = uniform[unit[i]];
      mean[i] = scale * rate[unit[i]];
      NAME(exponential)(-mean[i], &power, &minusOne);
      REAL p = -minusOne, one = mean[i] * (1 - p), beyondOne = p - one;
      term[i] = one * (mean[i] / 2);
      tail[i] = beyondOne - term[i];
      rounding[i] = p / (REAL)((WORD)1 << MANTISSA);
      isSpike[i] = u[i] < p;
      uint32_t isTwo =
          (most > 1) & (u[i] < beyondOne) & ((1 < mean[i]) | (one > rounding[i]));
      count[i] = isTwo ? 2 : 1;
      isThree[i] =
          isTwo & (most > 2) & (u[i] < tail[i]) & ((2 < mean[i]) | (term[i] > rounding[i]));
    }
    for (size_t i = 0; i < take; ++i) {
      events[spikes] = listed ? 4 * listed[unit[i] / 4] + unit[i] % 4 : unit[i];
      counts[spikes] = count[i];
      if (isThree[i])
        counts[spikes] = (REAL)NAME(poisson_from_three)(u[i], mean[i], rounding[i], most,
                                                        term[i], tail[i]);
      spikes += isSpike[i];
    }
  }
  return spikes;
}
