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
  const int n = cell->compartments;
  const double *coupling = cell->coupling;
  for (int c = 0; c < n; ++c, coupling += n) {
    double a = cell->leak[c] + in->conductance[c];
    double b = cell->leak[c] * cell->rest[c] + in->current[c];
    for (int r = cell->first[c]; r < cell->first[c + 1]; ++r) {
      const double *g = y + cell->variable[r];
      const double rate = cell->rate[r];
      double *change = f + cell->variable[r];
      if (cell->kind[r] & CK_CURRENT) {
        b += g[0];
      } else {
        a += g[0];
        b += g[0] * cell->reversal[r];
      }
      if (cell->kind[r] & CK_ALPHA) {
        change[0] = g[1] - g[0] * rate;
        change[1] = -g[1] * rate;
      } else {
        change[0] = -g[0] * rate;
      }
    }
    double own = y[c];
    if (c == cell->spiking && cell->clampsAtThreshold && own > cell->threshold)
      own = cell->threshold;
    double sum = b - a * own;
    for (int j = 0; j < n; ++j)
      if (j != c) sum += coupling[j] * (y[j] - own);
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
    for (int r = cell->first[c]; r < cell->first[c + 1]; ++r) {
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
