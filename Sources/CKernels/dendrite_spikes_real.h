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

/// 64 units: numbers, and what they were asked.
typedef REAL NAME(tile64) __attribute__((ext_vector_type(64)));
typedef bool NAME(bits64) __attribute__((ext_vector_type(64)));

/// Words of 64 units of `stream` under `key`, of block[0] to block[15], in the order of units.
///
/// Philox4x32-10 on eight counters at a time, one in each 64-bit lane, whose upper half may hold
/// anything: products read lower halves alone.
CK_INLINE void NAME(words)(const uint32_t block[16], uint64_t key, uint64_t stream,
                           uint32_t *restrict out) {
  typedef uint64_t wide __attribute__((ext_vector_type(8)));
  const wide lower = 0xffffffffu;
  for (int half = 0; half < 2; ++half) {
    wide v0, v1 = 0, v2 = stream & 0xffffffffu, v3 = stream >> 32;
    for (int b = 0; b < 8; ++b) v0[b] = block[8 * half + b];
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; ++round) {
      wide p0 = (v0 & lower) * PHILOX_M4x32_0, p1 = (v2 & lower) * PHILOX_M4x32_1;
      v0 = (p1 >> 32) ^ v1 ^ (wide)k0;
      v1 = p1;
      v2 = (p0 >> 32) ^ v3 ^ (wide)k1;
      v3 = p0;
      k0 += PHILOX_W32_0;
      k1 += PHILOX_W32_1;
    }
    wide low = (v0 & lower) | v1 << 32, high = (v2 & lower) | v3 << 32;
    wide first = __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11);
    wide second = __builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15);
    memcpy(out + 32 * half, &first, sizeof first);
    memcpy(out + 32 * half + 16, &second, sizeof second);
  }
}

/// The places of the bits of `hits` in ascending order, counted from `start`, into `out`, which has
/// room for 64; their number.
CK_INLINE size_t NAME(places)(uint64_t hits, uint32_t start, uint32_t *restrict out) {
  uint8_t place[64 + 8];
  size_t found = 0;
  for (uint64_t byte = 0; byte < 8; ++byte) {
    uint32_t bits = (hits >> (8 * byte)) & 0xff;
    uint64_t places = bit_places[bits] + byte * UINT64_C(0x0808080808080808);
    memcpy(place + found, &places, sizeof places);
    found += (size_t)__builtin_popcount(bits);
  }
  for (int i = 0; i < 64; ++i) out[i] = start + place[i];
  return found;
}

/// Poisson's quantile of u, given that it is above 1: from the terms of 1 and the tail beyond.
/// Where terms have become smaller than the rounding of p = 1 - exp(-mean), so has the tail: what
/// is left of it is no probability.
CK_INLINE uint32_t NAME(poisson_from_two)(REAL u, REAL mean, REAL rounding, uint32_t most,
                                          REAL term, REAL tail) {
  uint32_t k = 1;
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
  for (size_t first = 0; first < candidates; first += 16) {
    uint32_t unit[16], isSpike[16], isMore[16];
    REAL u[16], mean[16], rounding[16], term[16], tail[16];
    size_t take = candidates - first < 16 ? candidates - first : 16;
    memcpy(unit, events + first, sizeof unit);
    for (size_t i = take; i < 16; ++i) unit[i] = 0;
    for (int i = 0; i < 16; ++i) {
      REAL power, minusOne;
      u[i] = uniform[unit[i]];
      mean[i] = scale * rate[unit[i]];
      NAME(exponential)(-mean[i], &power, &minusOne);
      REAL p = -minusOne;
      term[i] = mean[i] * (1 - p);
      tail[i] = p - term[i];
      rounding[i] = p / (REAL)((WORD)1 << MANTISSA);
      isSpike[i] = u[i] < p;
      isMore[i] = (most > 1) & (u[i] < tail[i]) & ((1 < mean[i]) | (term[i] > rounding[i]));
    }
    for (size_t i = 0; i < take; ++i) {
      events[spikes] = listed ? 4 * listed[unit[i] / 4] + unit[i] % 4 : unit[i];
      counts[spikes] = 1;
      if (isMore[i])
        counts[spikes] =
            (REAL)NAME(poisson_from_two)(u[i], mean[i], rounding[i], most, term[i], tail[i]);
      spikes += isSpike[i];
    }
  }
  return spikes;
}
