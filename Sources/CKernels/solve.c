// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small positive definite systems in double precision, where LAPACK's calls cost more than its
// work. No contraction and a fixed order: same bits on every instruction set.

#include "CKernels.h"
#include "clones.h"
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define SIDES 8 // right-hand sides solved together
typedef double sides __attribute__((vector_size(SIDES * sizeof(double))));

/// V = U^T U in place, U the upper triangle by rows; reciprocals of its diagonal. 0 where a
/// pivot is not positive.
CK_INLINE int factorise(size_t order, double *restrict v, double *restrict reciprocals) {
  for (size_t k = 0; k < order; ++k) {
    double *row = v + k * order;
    if (!(row[k] > 0)) return 0;
    double reciprocal = 1 / __builtin_sqrt(row[k]);
    reciprocals[k] = reciprocal;
    for (size_t j = k + 1; j < order; ++j) row[j] *= reciprocal;
    for (size_t i = k + 1; i < order; ++i) {
      double factor = row[i];
      double *below = v + i * order;
#pragma clang loop vectorize(assume_safety)
      for (size_t j = i; j < order; ++j) below[j] -= factor * row[j];
    }
  }
  return 1;
}

CK_CLONES int ck_solve_small(size_t order, size_t count, double *v, double *x) {
  double reciprocals[CK_SMALL_ORDER];
  if (!factorise(order, v, reciprocals)) return 0;
  for (size_t first = 0; first < count; first += SIDES) {
    size_t taken = count - first < SIDES ? count - first : SIDES;
    double *rows = x + first * order;
    sides y[CK_SMALL_ORDER];
    for (size_t k = 0; k < order; ++k) {
      double column[SIDES] = {0};
      for (size_t i = 0; i < taken; ++i) column[i] = rows[i * order + k];
      memcpy(&y[k], column, sizeof column);
    }
    for (size_t k = 0; k < order; ++k) {  // U^T y = s
      y[k] *= reciprocals[k];
      for (size_t i = k + 1; i < order; ++i) y[i] -= v[k * order + i] * y[k];
    }
    for (size_t k = order; k-- > 0;) {  // U x = y
      y[k] *= reciprocals[k];
      for (size_t i = 0; i < k; ++i) y[i] -= v[i * order + k] * y[k];
    }
    for (size_t k = 0; k < order; ++k) {
      double column[SIDES];
      memcpy(column, &y[k], sizeof column);
      for (size_t i = 0; i < taken; ++i) rows[i * order + k] = column[i];
    }
  }
  return 1;
}
