// SPDX-License-Identifier: GPL-3.0-or-later
//
// The kernels of networks without time, in one precision (elementary_real.h says which).

#include "elementary_real.h"

// MARK: Deviates in bulk

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
#define ACTIVATION(function)                                                                \
  CK_INLINE void NAME(function##_loop)(size_t count, const REAL *u, REAL *h, REAL *slope) { \
    for (size_t first = 0; first < count; first += BLOCK) {                                 \
      size_t take = count - first < BLOCK ? count - first : BLOCK;                          \
      REAL x[BLOCK] = {0}, value[BLOCK], derivative[BLOCK];                                 \
      memcpy(x, u + first, take * sizeof(REAL));                                            \
      for (int i = 0; i < BLOCK; ++i)                                                       \
        NAME(function##_at)(x[i], &value[i], &derivative[i]);                               \
      memcpy(h + first, value, take * sizeof(REAL));                                        \
      if (slope) memcpy(slope + first, derivative, take * sizeof(REAL));                    \
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

// MARK: Sparse products
//
// The weights of a first layer outgrow the fastest cache, so rows of the batch walk together
// through bands of columns whose weights fit in it. Within a band the weights' own columns
// are taken in blocks of LANES, up to GROUP at a time, so that sums stay in registers. The last
// block of a width that is no multiple of LANES overlaps its neighbour: the shared columns are
// computed twice, to the same value, from inputs that are all read before anything is stored.
// Every sum runs over ascending columns (product) or rows (outer product), bands or not.

typedef REAL NAME(lanes) __attribute__((vector_size(32), aligned(sizeof(REAL))));

#define GROUP 8
#define TEAM 64          // rows that walk together
#define BAND_BYTES 20480 // weights of a band
#define LOAD(p) (*(const NAME(lanes) *)(p))
#define STORE(p, v) (*(NAME(lanes) *)(p) = (v))

/// Calls `body(n)` with n, a constant from 1 to GROUP, equal to `blocks`.
#define WITH_CONSTANT_BLOCKS(blocks, body) \
  switch (blocks) {                        \
  case 8: body(8); break;                  \
  case 7: body(7); break;                  \
  case 6: body(6); break;                  \
  case 5: body(5); break;                  \
  case 4: body(4); break;                  \
  case 3: body(3); break;                  \
  case 2: body(2); break;                  \
  default: body(1); break;                 \
  }

/// Where a group's last block begins, counted from its first; other blocks follow one another.
CK_INLINE size_t NAME(last_offset)(size_t first, size_t blocks, size_t width) {
  size_t end = (first + blocks) * LANES;
  return (end <= width ? end : width) - LANES - first * LANES;
}

#define OFFSET(b) ((b) == blocks - 1 ? last : (size_t)(LANES * (b)))

/// The number of blocks to take from `first`: at most GROUP, and never all but one of the rest,
/// so that the overlapping last block is in one group with its neighbour.
CK_INLINE size_t NAME(group_size)(size_t first, size_t blockCount) {
  size_t remaining = blockCount - first;
  return remaining == GROUP + 1 ? GROUP - 1 : (remaining < GROUP ? remaining : GROUP);
}

CK_INLINE size_t NAME(band_size)(size_t blocks) {
  return BAND_BYTES / (blocks * LANES * sizeof(REAL));
}

void NAME(ck_prefetch_rows)(size_t rows, const uint32_t *begins, const uint32_t *ends,
                            const uint32_t *columns, const REAL *values) {
  for (size_t i = 0; i < rows; ++i) {
    for (uint32_t entry = begins[i]; entry < ends[i]; entry += 64 / sizeof(uint32_t))
      __builtin_prefetch(columns + entry, 0, 2);
    for (uint32_t entry = begins[i]; entry < ends[i]; entry += 64 / sizeof(REAL))
      __builtin_prefetch(values + entry, 0, 2);
  }
}

/// out += one row's entries before column `limit`, times the weights; the next entry's place.
CK_INLINE uint32_t NAME(product_blocks)(uint32_t entry, uint32_t end, uint32_t limit,
                                        const uint32_t *columns, const REAL *values,
                                        const REAL *weights, size_t width, size_t first,
                                        const int blocks, REAL *out) {
  size_t last = NAME(last_offset)(first, (size_t)blocks, width);
  NAME(lanes) sum[GROUP];
  weights += first * LANES;
  out += first * LANES;
  for (int b = 0; b < blocks; ++b) sum[b] = LOAD(out + OFFSET(b));
  for (; entry < end && columns[entry] < limit; ++entry) {
    const REAL *row = weights + (size_t)columns[entry] * width;
    REAL value = values[entry];
    for (int b = 0; b < blocks; ++b) sum[b] += value * LOAD(row + OFFSET(b));
  }
  for (int b = 0; b < blocks; ++b) STORE(out + OFFSET(b), sum[b]);
  return entry;
}

CK_CLONES void NAME(ck_sparse_product)(size_t rows, const uint32_t *begins,
                                       const uint32_t *ends, const uint32_t *columns,
                                       const REAL *values, size_t columnCount,
                                       const REAL *weights, const REAL *bias, size_t width,
                                       REAL *out) {
  size_t blockCount = (width + LANES - 1) / LANES;
  for (size_t i = 0; i < rows; ++i) memcpy(out + i * width, bias, width * sizeof(REAL));
  if (width < LANES) {
    for (size_t i = 0; i < rows; ++i)
      for (uint32_t entry = begins[i]; entry < ends[i]; ++entry)
        for (size_t k = 0; k < width; ++k)
          out[i * width + k] += values[entry] * weights[(size_t)columns[entry] * width + k];
    return;
  }
  for (size_t team = 0; team < rows; team += TEAM) {
    size_t members = rows - team < TEAM ? rows - team : TEAM;
    for (size_t first = 0, blocks = 0; first < blockCount; first += blocks) {
      blocks = NAME(group_size)(first, blockCount);
      uint32_t place[TEAM];
      memcpy(place, begins + team, members * sizeof(uint32_t));
      for (size_t start = 0; start < columnCount; start += NAME(band_size)(blocks)) {
        uint32_t limit = (uint32_t)(start + NAME(band_size)(blocks));
        for (size_t i = 0; i < members; ++i) {
          if (place[i] == ends[team + i] || columns[place[i]] >= limit) continue;
#define BODY(n)                                                                            \
  place[i] = NAME(product_blocks)(place[i], ends[team + i], limit, columns, values,        \
                                  weights, width, first, n, out + (team + i) * width)
          WITH_CONSTANT_BLOCKS(blocks, BODY)
#undef BODY
        }
      }
    }
  }
}

/// weights += alpha * one row's entries before column `limit`, times its delta; the next
/// entry's place.
CK_INLINE uint32_t NAME(outer_blocks)(uint32_t entry, uint32_t end, uint32_t limit,
                                      const uint32_t *columns, const REAL *values, REAL alpha,
                                      const REAL *delta, size_t width, size_t first,
                                      const int blocks, REAL *weights) {
  size_t last = NAME(last_offset)(first, (size_t)blocks, width);
  NAME(lanes) change[GROUP];
  weights += first * LANES;
  delta += first * LANES;
  for (int b = 0; b < blocks; ++b) change[b] = alpha * LOAD(delta + OFFSET(b));
  for (; entry < end && columns[entry] < limit; ++entry) {
    REAL *row = weights + (size_t)columns[entry] * width;
    REAL value = values[entry];
    NAME(lanes) sum[GROUP];
    for (int b = 0; b < blocks; ++b) sum[b] = LOAD(row + OFFSET(b)) + value * change[b];
    for (int b = 0; b < blocks; ++b) STORE(row + OFFSET(b), sum[b]);
  }
  return entry;
}

CK_CLONES void NAME(ck_sparse_outer)(size_t rows, const uint32_t *begins,
                                     const uint32_t *ends, const uint32_t *columns,
                                     const REAL *values, size_t columnCount, const REAL *delta,
                                     size_t width, REAL alpha, REAL *weights) {
  size_t blockCount = (width + LANES - 1) / LANES;
  if (width < LANES) {
    for (size_t i = 0; i < rows; ++i)
      for (uint32_t entry = begins[i]; entry < ends[i]; ++entry)
        for (size_t k = 0; k < width; ++k)
          weights[(size_t)columns[entry] * width + k] +=
              values[entry] * (alpha * delta[i * width + k]);
    return;
  }
  for (size_t team = 0; team < rows; team += TEAM) {
    size_t members = rows - team < TEAM ? rows - team : TEAM;
    for (size_t first = 0, blocks = 0; first < blockCount; first += blocks) {
      blocks = NAME(group_size)(first, blockCount);
      uint32_t place[TEAM];
      memcpy(place, begins + team, members * sizeof(uint32_t));
      for (size_t start = 0; start < columnCount; start += NAME(band_size)(blocks)) {
        uint32_t limit = (uint32_t)(start + NAME(band_size)(blocks));
        for (size_t i = 0; i < members; ++i) {
          if (place[i] == ends[team + i] || columns[place[i]] >= limit) continue;
#define BODY(n)                                                                            \
  place[i] = NAME(outer_blocks)(place[i], ends[team + i], limit, columns, values, alpha,   \
                                delta + (team + i) * width, width, first, n, weights)
          WITH_CONSTANT_BLOCKS(blocks, BODY)
#undef BODY
        }
      }
    }
  }
}

// MARK: Element-wise

CK_CLONES void NAME(ck_multiply)(size_t count, const REAL *a, const REAL *b, REAL *out) {
  for (size_t i = 0; i < count; ++i) out[i] = a[i] * b[i];
}

CK_CLONES void NAME(ck_add)(size_t count, const REAL *a, const REAL *b, REAL *out) {
  for (size_t i = 0; i < count; ++i) out[i] = a[i] + b[i];
}

CK_CLONES void NAME(ck_subtract)(size_t count, const REAL *a, const REAL *b, REAL *out) {
  for (size_t i = 0; i < count; ++i) out[i] = a[i] - b[i];
}

CK_CLONES void NAME(ck_axpby)(size_t count, REAL alpha, const REAL *x, REAL beta, REAL *y) {
  for (size_t i = 0; i < count; ++i) y[i] = alpha * x[i] + beta * y[i];
}

CK_CLONES void NAME(ck_broadcast_rows)(size_t rows, size_t columns, const REAL *row, REAL *out) {
  for (size_t i = 0; i < rows; ++i) memcpy(out + i * columns, row, columns * sizeof(REAL));
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

CK_CLONES void NAME(ck_squared_error)(size_t rows, size_t columns, const REAL *prediction,
                                      const REAL *target, REAL *error, double *loss) {
  for (size_t i = 0; i < rows; ++i) {
    const REAL *p = prediction + i * columns, *t = target + i * columns;
    double sum[8] = {0};
    size_t j = 0;
    for (; j + 8 <= columns; j += 8)
      for (int k = 0; k < 8; ++k) {
        double difference = (double)p[j + (size_t)k] - (double)t[j + (size_t)k];
        sum[k] += difference * difference;
      }
    for (int k = 0; j < columns; ++j, ++k) {
      double difference = (double)p[j] - (double)t[j];
      sum[k] += difference * difference;
    }
    loss[i] = 0.5 * (((sum[0] + sum[1]) + (sum[2] + sum[3])) +
                     ((sum[4] + sum[5]) + (sum[6] + sum[7])));
    if (error)
      for (size_t k = 0; k < columns; ++k) error[i * columns + k] = p[k] - t[k];
  }
}
