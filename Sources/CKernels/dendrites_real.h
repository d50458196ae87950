// SPDX-License-Identifier: GPL-3.0-or-later
//
// The kernels of Dendrites.h in one precision (elementary_real.h says which).

#include "elementary_real.h"

typedef REAL NAME(lanes)
    __attribute__((vector_size(LANES * sizeof(REAL)), aligned(sizeof(REAL))));
#define LOAD(p) (*(const NAME(lanes) *)(p))
#define STORE(p, v) (*(NAME(lanes) *)(p) = (v))

// MARK: Compartments

CK_CLONES void NAME(ck_dendrite_filter)(size_t count, const ck_dendrite_filters *filters,
                                        REAL *restrict drive, REAL *restrict ring,
                                        REAL *restrict slow, REAL *restrict fast,
                                        const REAL *restrict bias, REAL *restrict out) {
  const REAL a = (REAL)filters->slow_decay, b = (REAL)filters->fast_decay;
  const REAL p = (REAL)filters->slow_drop, q = (REAL)filters->fast_drop;
  const REAL scale = (REAL)filters->scale;
  if (ring) {
    for (size_t i = 0; i < count; ++i) {
      REAL old = ring[i];
      slow[i] = a * (slow[i] + drive[i] - p * old);
      fast[i] = b * (fast[i] + drive[i] - q * old);
      ring[i] = drive[i];
    }
  } else {
    for (size_t i = 0; i < count; ++i) {
      slow[i] = a * (slow[i] + drive[i]);
      fast[i] = b * (fast[i] + drive[i]);
    }
  }
  if (bias) {
    for (size_t i = 0; i < count; ++i) out[i] = scale * (slow[i] - fast[i]) + bias[i];
  } else {
    for (size_t i = 0; i < count; ++i) out[i] = scale * (slow[i] - fast[i]);
  }
  memset(drive, 0, count * sizeof(REAL));
}

CK_CLONES void NAME(ck_dendrite_relax)(size_t count, const REAL *restrict decay,
                                       const REAL *restrict gain, const REAL *restrict offset,
                                       REAL a, const REAL *restrict p, REAL b,
                                       const REAL *restrict q, REAL *restrict x) {
  if (q) {
    for (size_t i = 0; i < count; ++i)
      x[i] = decay[i] * x[i] + gain[i] * (a * p[i] + b * q[i]) + offset[i];
  } else {
    for (size_t i = 0; i < count; ++i) x[i] = decay[i] * x[i] + gain[i] * (a * p[i]) + offset[i];
  }
}

// MARK: Perturbations

CK_INLINE REAL NAME(within)(REAL value, REAL low, REAL high, size_t *met) {
  *met += (size_t)(value < low) + (size_t)(value > high);
  return value < low ? low : (value > high ? high : value);
}

CK_CLONES size_t NAME(ck_dendrite_noise_additive)(size_t count, const ck_dendrite_noise *noise,
                                                  const REAL *restrict raw,
                                                  REAL *restrict offset, REAL *restrict trace) {
  const REAL sign = (REAL)noise->sign, low = (REAL)noise->low, high = (REAL)noise->high;
  const REAL decay = (REAL)noise->decay, gain = (REAL)noise->gain;
  const REAL rest = (REAL)(noise->gain * noise->rest), weight = gain * (REAL)noise->weight;
  size_t met = 0;
  for (size_t i = 0; i < count; ++i) {
    REAL response = weight * NAME(within)(sign * raw[i], low, high, &met);
    offset[i] = rest + response;
    trace[i] = decay * trace[i] + response;
  }
  return met;
}

CK_CLONES size_t NAME(ck_dendrite_noise_reversal)(size_t count, const ck_dendrite_noise *noise,
                                                  const REAL *restrict raw,
                                                  const REAL *restrict x, REAL *restrict decay,
                                                  REAL *restrict gain, REAL *restrict offset,
                                                  REAL *restrict trace) {
  const REAL sign = (REAL)noise->sign, low = (REAL)noise->low, high = (REAL)noise->high;
  const REAL meanDecay = (REAL)noise->decay, meanGain = (REAL)noise->gain;
  const REAL reversal = (REAL)noise->reversal, mean = (REAL)noise->mean;
  const REAL conductance = (REAL)noise->conductance;
  const REAL step = (REAL)noise->time_step;
  size_t met = 0;
  for (size_t i = 0; i < count; ++i) {
    REAL d = NAME(within)(sign * raw[i], low, high, &met);
    REAL total = conductance + d, power, minusOne;
    NAME(exponential)(-total * step, &power, &minusOne);
    REAL left = noise->stepping == CK_STEP_EXACT   ? power
                : noise->stepping == CK_STEP_EULER ? 1 - total * step
                                                   : 0;
    REAL share = noise->stepping == CK_STEP_EXACT   ? -minusOne / total
                 : noise->stepping == CK_STEP_EULER ? step
                                                    : 1 / total;
    decay[i] = left;
    gain[i] = share;
    offset[i] = share * ((mean + d) * reversal);
    trace[i] = meanDecay * trace[i] + meanGain * ((reversal - (x[i] - trace[i])) * d);
  }
  return met;
}

CK_CLONES size_t NAME(ck_dendrite_noise_rate)(size_t count, const ck_dendrite_noise *noise,
                                              const REAL *restrict raw, REAL *restrict rate,
                                              REAL *restrict trace) {
  const REAL sign = (REAL)noise->sign;
  size_t met = 0;
  for (size_t i = 0; i < count; ++i) {
    trace[i] = sign * raw[i];
    rate[i] += trace[i];
    met += (size_t)(rate[i] < 0);
  }
  return met;
}

// MARK: Delivery

#define MOST_BLOCKS 8

/// `blocks` blocks of columns of `out`, the last of which may overlap its neighbour: the shared
/// columns are computed twice, to the same value, and stored after all are read.
CK_INLINE void NAME(add_blocks)(size_t events, const uint32_t *units, const REAL *values,
                                REAL scale, const REAL *weights, size_t width, size_t last,
                                const int blocks, REAL *out) {
#define AT(b) ((b) + 1 == blocks ? last : (size_t)(b) * LANES)
  NAME(lanes) sum[MOST_BLOCKS];
  for (int b = 0; b < blocks; ++b) sum[b] = LOAD(out + AT(b));
  for (size_t e = 0; e < events; ++e) {
    const REAL *row = weights + (size_t)units[e] * width;
    REAL value = scale * values[e];
    for (int b = 0; b < blocks; ++b) sum[b] += value * LOAD(row + AT(b));
  }
  for (int b = 0; b < blocks; ++b) STORE(out + AT(b), sum[b]);
#undef AT
}

typedef REAL NAME(half_lanes)
    __attribute__((vector_size(LANES / 2 * sizeof(REAL)), aligned(sizeof(REAL))));

/// Half a block to a block of columns, as its first and its last half, which may overlap: the
/// shared columns are computed twice, to the same value.
CK_INLINE void NAME(add_pair)(size_t events, const uint32_t *units, const REAL *values,
                              REAL scale, const REAL *weights, size_t width, REAL *out) {
  const size_t last = width - LANES / 2;
  NAME(half_lanes) low = *(const NAME(half_lanes) *)out;
  NAME(half_lanes) high = *(const NAME(half_lanes) *)(out + last);
  for (size_t e = 0; e < events; ++e) {
    const REAL *row = weights + (size_t)units[e] * width;
    REAL value = scale * values[e];
    low += value * *(const NAME(half_lanes) *)row;
    high += value * *(const NAME(half_lanes) *)(row + last);
  }
  *(NAME(half_lanes) *)out = low;
  *(NAME(half_lanes) *)(out + last) = high;
}

CK_CLONES void NAME(ck_dendrite_add_rows)(size_t events, const uint32_t *units,
                                          const REAL *values, REAL scale, const REAL *weights,
                                          size_t width, REAL *out) {
  if (events == 0) return;
  if (width < LANES) {
    // Narrower vectors, two of which may overlap like the last blocks below.
    if (width >= LANES / 2) {
      NAME(add_pair)(events, units, values, scale, weights, width, out);
      return;
    }
    for (size_t e = 0; e < events; ++e)
      for (size_t k = 0; k < width; ++k)
        out[k] += (scale * values[e]) * weights[(size_t)units[e] * width + k];
    return;
  }
  const size_t blockCount = (width + LANES - 1) / LANES;
  for (size_t first = 0; first < blockCount; first += MOST_BLOCKS) {
    size_t blocks = blockCount - first < MOST_BLOCKS ? blockCount - first : MOST_BLOCKS;
    size_t start = first * LANES, end = start + blocks * LANES;
    // A lone last block that would overlap its neighbour's finished sums goes by itself.
    size_t last = (blocks - 1) * LANES;
    if (end > width) {
      if (blocks == 1) {
        for (size_t e = 0; e < events; ++e)
          for (size_t k = start; k < width; ++k)
            out[k] += (scale * values[e]) * weights[(size_t)units[e] * width + k];
        continue;
      }
      last = width - LANES - start;
    }
    const REAL *columns = weights + start;
#define CASE(n) \
  case n: NAME(add_blocks)(events, units, values, scale, columns, width, last, n, out + start); break;
    switch (blocks) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) }
#undef CASE
  }
}

// MARK: Presynaptic traces

CK_CLONES void NAME(ck_dendrite_credit)(size_t events, const uint32_t *units,
                                        const REAL *values, REAL scale, const double weight[4],
                                        REAL *trace) {
  const REAL w[4] = {(REAL)weight[0], (REAL)weight[1], (REAL)weight[2], (REAL)weight[3]};
  for (size_t e = 0; e < events; ++e) {
    REAL *own = trace + 4 * (size_t)units[e], value = scale * values[e];
    for (int k = 0; k < 4; ++k) own[k] += value * w[k];
  }
}

CK_CLONES void NAME(ck_dendrite_open)(size_t units, double slow_share, double fast_share,
                                      double slow_left, double fast_left, REAL *trace) {
  for (size_t i = 0; i < units; ++i) {
    REAL *own = trace + 4 * i;
    own[0] = (REAL)slow_share * own[1] - (REAL)fast_share * own[2];
    own[1] *= (REAL)slow_left;
    own[2] *= (REAL)fast_left;
    own[3] = 0;
  }
}
