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
