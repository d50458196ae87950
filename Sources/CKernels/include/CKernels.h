// SPDX-License-Identifier: GPL-3.0-or-later
//
// The hot loops of Apical, in C so that each is compiled for several instruction
// sets and chosen at load time (target_clones). Goals, in order:
//
// 1. Same bits on every instruction set: no contraction, no reassociation, fixed
//    reduction order. (BLAS, which these loops stand beside, does not promise that.)
// 2. Speed at the sizes of small networks: 10 to 1,000 units, tens of trials.
// 3. One text for float and double: kernels_real.h, included twice.
//
// Every array is dense and row-major, every size counts elements, and output
// arrays do not overlap inputs unless a comment says so. Nothing here allocates.
#ifndef APICAL_CKERNELS_H
#define APICAL_CKERNELS_H

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// MARK: Random numbers

/// One Philox4x32-10 block (Salmon, Moraes, Dror & Shaw 2011): four 32-bit words,
/// a pure function of a 128-bit counter and a 64-bit key.
void ck_philox4x32(const uint32_t counter[_Nonnull 4], const uint32_t key[_Nonnull 2],
                   uint32_t words[_Nonnull 4]);

/// The key of part `number` under `key`: the first half of the Philox block with counter
/// (number, 0, 0, 2^32 - 1).
uint64_t ck_philox_child(uint64_t key, uint32_t number);

/// Philox4x32-10 as a GSL generator. Its state is (key, stream, block): see ck_philox_seek.
const gsl_rng_type *ck_philox_type(void);

/// Puts a generator of ck_philox_type at the first word of `stream` under `key`:
/// block b of the sequence is the Philox block with counter (b, stream).
void ck_philox_seek(gsl_rng *generator, uint64_t key, uint64_t stream);

enum {
  CK_GAUSSIAN = 0,   ///< standard normal, by Box-Muller
  CK_UNIFORM = 1,    ///< uniform on (-sqrt 3, sqrt 3)
  CK_RADEMACHER = 2, ///< -1 or +1
  CK_SKEWED = 3      ///< 2 with probability 1/5, else -1/2
};

/// out[i] = scale * (deviate number first + i of `stream` under `key`), for 0 <= i < count.
/// Each deviate has mean 0 and variance 1 before scaling and consumes a fixed number of
/// words, so any part of a sequence can be drawn alone. The double sequence is another
/// sequence, not the float one widened.
void ck_fill_f32(int distribution, float scale, uint64_t key, uint64_t stream, uint64_t first,
                 size_t count, float *out);
void ck_fill_f64(int distribution, double scale, uint64_t key, uint64_t stream, uint64_t first,
                 size_t count, double *out);

// MARK: Activations

enum {
  CK_IDENTITY = 0,
  CK_SIGMOID = 1,
  CK_TANH = 2,
  CK_SOFTPLUS = 3,
  CK_RELU = 4
};

/// h[i] = phi(u[i]) and slope[i] = phi'(u[i]). `h` may be `u`; `slope` may be null.
void ck_activate_f32(int function, size_t count, const float *u, float *h,
                     float *_Nullable slope);
void ck_activate_f64(int function, size_t count, const double *u, double *h,
                     double *_Nullable slope);

// MARK: Products with sparse inputs
//
// `rows` sparse rows: row i holds entries begins[i] ..< ends[i] of (columns, values), columns
// ascending. Rows need not follow one another: a batch is a choice of a data set's rows.

/// Asks for the entries of rows that will be needed soon. Changes nothing but the caches.
void ck_prefetch_rows_f32(size_t rows, const uint32_t *begins, const uint32_t *ends,
                          const uint16_t *columns, const float *values);
void ck_prefetch_rows_f64(size_t rows, const uint32_t *begins, const uint32_t *ends,
                          const uint16_t *columns, const double *values);

/// out[i, columns[e]] = values[e] for the entries e of row i, 0 elsewhere; out [rows,
/// columnCount].
void ck_dense_rows_f32(size_t rows, const uint32_t *begins, const uint32_t *ends,
                       const uint16_t *columns, const float *values, size_t columnCount,
                       float *out);
void ck_dense_rows_f64(size_t rows, const uint32_t *begins, const uint32_t *ends,
                       const uint16_t *columns, const double *values, size_t columnCount,
                       double *out);

/// out[i, :] = bias + sum_j x[i, j] weights[j, :], for weights [columnCount, width]; the sum in
/// ascending order of j.
void ck_sparse_product_f32(size_t rows, const uint32_t *begins, const uint32_t *ends,
                           const uint16_t *columns, const float *values, size_t columnCount,
                           const float *weights, const float *bias, size_t width, float *out);
void ck_sparse_product_f64(size_t rows, const uint32_t *begins, const uint32_t *ends,
                           const uint16_t *columns, const double *values, size_t columnCount,
                           const double *weights, const double *bias, size_t width, double *out);

/// weights[j, :] += sum_i x[i, j] (alpha delta[i, :]), for weights [columnCount, width]; the sum in
/// ascending order of i.
void ck_sparse_outer_f32(size_t rows, const uint32_t *begins, const uint32_t *ends,
                         const uint16_t *columns, const float *values, size_t columnCount,
                         const float *delta, size_t width, float alpha, float *weights);
void ck_sparse_outer_f64(size_t rows, const uint32_t *begins, const uint32_t *ends,
                         const uint16_t *columns, const double *values, size_t columnCount,
                         const double *delta, size_t width, double alpha, double *weights);

// MARK: Small positive definite systems

/// The largest order that ck_solve_small takes.
#define CK_SMALL_ORDER 64

/// x[i, :] <- x[i, :] V^-1 for every row of x [count, order], by Cholesky's factorisation of V
/// [order, order], of which the upper triangle is read and overwritten. Returns 1, or 0 where a
/// pivot is not positive, with x as it was.
int ck_solve_small(size_t order, size_t count, double *v, double *x);

// MARK: Element-wise kernels of the training step

/// out = a * b. `out` may be `a` or `b`.
void ck_multiply_f32(size_t count, const float *a, const float *b, float *out);
void ck_multiply_f64(size_t count, const double *a, const double *b, double *out);

/// out = a + b. `out` may be `a` or `b`.
void ck_add_f32(size_t count, const float *a, const float *b, float *out);
void ck_add_f64(size_t count, const double *a, const double *b, double *out);

/// out = a - b. `out` may be `a` or `b`.
void ck_subtract_f32(size_t count, const float *a, const float *b, float *out);
void ck_subtract_f64(size_t count, const double *a, const double *b, double *out);

/// y = alpha * x + beta * y.
void ck_axpby_f32(size_t count, float alpha, const float *x, float beta, float *y);
void ck_axpby_f64(size_t count, double alpha, const double *x, double beta, double *y);

/// out[i, j] = row[j]: every row of a [rows, columns] block set to `row`.
void ck_broadcast_rows_f32(size_t rows, size_t columns, const float *row, float *out);
void ck_broadcast_rows_f64(size_t rows, size_t columns, const double *row, double *out);

/// y[j] += alpha * sum_i x[i, j], rows in ascending order of i.
void ck_add_column_sums_f32(size_t rows, size_t columns, float alpha, const float *x, float *y);
void ck_add_column_sums_f64(size_t rows, size_t columns, double alpha, const double *x,
                            double *y);

/// out[i, j] = scalar[i] * xi[i, j] / variance[i, j].
void ck_estimate_f32(size_t rows, size_t columns, const float *scalar, const float *xi,
                     const float *variance, float *out);
void ck_estimate_f64(size_t rows, size_t columns, const double *scalar, const double *xi,
                     const double *variance, double *out);

/// out[i, j] = row sums of a * b, accumulated in double: out[i] += sum_j a[i, j] b[i, j] c[i, j].
void ck_add_triple_products_f32(size_t rows, size_t columns, const float *a, const float *b,
                                const float *c, double *out);
void ck_add_triple_products_f64(size_t rows, size_t columns, const double *a, const double *b,
                                const double *c, double *out);

/// error = prediction - target and loss[i] = 1/2 sum_j error[i, j]^2, accumulated in double.
void ck_squared_error_f32(size_t rows, size_t columns, const float *prediction,
                          const float *target, float *_Nullable error, double *loss);
void ck_squared_error_f64(size_t rows, size_t columns, const double *prediction,
                          const double *target, double *_Nullable error, double *loss);

#pragma clang assume_nonnull end

#include "Compartments.h"
#include "Dendrites.h"

#endif
