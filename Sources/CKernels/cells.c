// SPDX-License-Identifier: GPL-3.0-or-later
//
// The equations of one compartment cell, for GSL; Compartments.h says what they mean. The text
// is compartments_real.h's, one cell at a time and with the receptors among the unknowns.

#include "CKernels.h"
#include "clones.h"
#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// Whether potential c does not move now.
static inline int is_held(const ck_cell_input *in, int c) {
  return in->isRefractory && (in->cell->whileRefractory == CK_HOLD_ALL ||
                              (in->cell->whileRefractory == CK_HOLD_SPIKING &&
                               c == in->cell->spiking));
}

CK_CLONES int ck_cell_derivatives(double t, const double *restrict y, double *restrict f,
                                  void *input) {
  (void)t;
  const ck_cell_input *in = input;
  const ck_cell *cell = in->cell;
  int n = cell->compartments;
  double a[CK_MAX_COMPARTMENTS], b[CK_MAX_COMPARTMENTS];
  for (int c = 0; c < n; ++c) {
    a[c] = cell->leak[c] + in->conductance[c];
    b[c] = cell->leak[c] * cell->rest[c] + in->current[c];
  }
  for (int r = 0; r < cell->receptors; ++r) {
    int c = cell->compartment[r], g = cell->variable[r];
    double rate = cell->rate[r];
    if (cell->kind[r] & CK_CURRENT) {
      b[c] += y[g];
    } else {
      a[c] += y[g];
      b[c] += y[g] * cell->reversal[r];
    }
    if (cell->kind[r] & CK_ALPHA) {
      f[g] = y[g + 1] - y[g] * rate;
      f[g + 1] = -y[g + 1] * rate;
    } else {
      f[g] = -y[g] * rate;
    }
  }
  for (int c = 0; c < n; ++c) {
    double own = y[c];
    if (c == cell->spiking && cell->clampsAtThreshold && own > cell->threshold)
      own = cell->threshold;
    double sum = b[c] - a[c] * own;
    for (int j = 0; j < n; ++j)
      if (j != c) sum += cell->coupling[c * n + j] * (y[j] - own);
    f[c] = is_held(in, c) ? 0 : sum * cell->elastance[c];
  }
  return GSL_SUCCESS;
}

CK_CLONES int ck_cell_jacobian(double t, const double *y, double *dfdy, double *dfdt,
                               void *input) {
  (void)t;
  const ck_cell_input *in = input;
  const ck_cell *cell = in->cell;
  size_t n = (size_t)cell->compartments, size = (size_t)cell->variables;
  memset(dfdy, 0, size * size * sizeof(double));
  memset(dfdt, 0, size * sizeof(double));
  for (size_t c = 0; c < n; ++c) {
    if (is_held(in, (int)c)) continue;
    double total = cell->leak[c] + in->conductance[c], inverse = cell->elastance[c];
    int isClamped = (int)c == cell->spiking && cell->clampsAtThreshold && y[c] > cell->threshold;
    for (size_t j = 0; j < n; ++j) {
      if (j == c) continue;
      total += cell->coupling[c * n + j];
      dfdy[c * size + j] = cell->coupling[c * n + j] * inverse;
    }
    for (int r = 0; r < cell->receptors; ++r) {
      if ((size_t)cell->compartment[r] != c) continue;
      size_t g = (size_t)cell->variable[r];
      int isCurrent = cell->kind[r] & CK_CURRENT;
      double own = isClamped ? cell->threshold : y[c];
      if (!isCurrent) total += y[g];
      dfdy[c * size + g] = (isCurrent ? 1 : cell->reversal[r] - own) * inverse;
    }
    dfdy[c * size + c] = isClamped ? 0 : -total * inverse;
  }
  for (int r = 0; r < cell->receptors; ++r) {
    size_t g = (size_t)cell->variable[r];
    dfdy[g * size + g] = -cell->rate[r];
    if (cell->kind[r] & CK_ALPHA) {
      dfdy[g * size + g + 1] = 1;
      dfdy[(g + 1) * size + g + 1] = -cell->rate[r];
    }
  }
  return GSL_SUCCESS;
}
