// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compartment neurons in one precision; Compartments.h says what each function does.
//
// A chunk of cells goes through a step in three parts, each a loop over the chunk that
// vectorises: gather a = total conductance / C and b = total driving current / C of every
// compartment at the step's times, with the receptors' conductances exact at each; move the
// potentials by  V_c' = b_c - a_c V_c + sum_j k_cj V_j;  leave the receptors at the step's end.

#include "elementary_real.h"

#define MAX_N CK_MAX_COMPARTMENTS

/// One value of every compartment of a chunk: [compartment][cell].
typedef REAL NAME(values)[MAX_N][CK_CHUNK];

/// a and b at one time.
typedef struct {
  NAME(values) a, b;
} NAME(drive);

/// The leaks, the couplings and what is held, at `times` times.
CK_INLINE void NAME(gather_held)(const ck_cell *cell, size_t lanes,
                                 const REAL *restrict conductance,
                                 const REAL *restrict current, int times,
                                 NAME(drive) *restrict drive) {
  int n = cell->compartments;
  for (int c = 0; c < n; ++c) {
    double total = cell->leak[c];
    for (int j = 0; j < n; ++j) total += cell->coupling[c * n + j];
    REAL a = (REAL)total, b = (REAL)(cell->leak[c] * cell->rest[c]);
    const REAL *g = conductance + (size_t)c * lanes, *i = current + (size_t)c * lanes;
    for (int t = 0; t < times; ++t) {
      for (int l = 0; l < CK_CHUNK; ++l) drive[t].b[c][l] = b + i[l];
      if (conductance)
        for (int l = 0; l < CK_CHUNK; ++l) drive[t].a[c][l] = a + g[l];
      else
        for (int l = 0; l < CK_CHUNK; ++l) drive[t].a[c][l] = a;
    }
  }
}

/// Adds one receptor's conductance or current g to the drive of its compartment.
CK_INLINE void NAME(add_receptor)(const REAL *restrict g, int isCurrent, REAL reversal, int c,
                                  NAME(drive) *restrict drive) {
  if (isCurrent) {
    for (int l = 0; l < CK_CHUNK; ++l) drive->b[c][l] += g[l];
  } else {
    for (int l = 0; l < CK_CHUNK; ++l) {
      drive->a[c][l] += g[l];
      drive->b[c][l] += reversal * g[l];
    }
  }
}

/// Moves receptor r of a chunk over a time in which it decays by `decay`.
CK_INLINE void NAME(decay_receptor)(int isAlpha, REAL decay, REAL h, size_t lanes,
                                    REAL *restrict g) {
  if (isAlpha) {
    REAL *d = g + lanes;
    for (int l = 0; l < CK_CHUNK; ++l) {
      g[l] = decay * (g[l] + h * d[l]);
      d[l] = decay * d[l];
    }
  } else {
    for (int l = 0; l < CK_CHUNK; ++l) g[l] = decay * g[l];
  }
}

/// Adds the receptors to the drives of `times` times (1: the step's begin; 3: begin, middle, end)
/// and moves them to the step's end.
CK_INLINE void NAME(gather_receptors)(const ck_cell *cell, const ck_step *step, size_t lanes,
                                      REAL *restrict state, int times,
                                      NAME(drive) *restrict drive) {
  for (int r = 0; r < cell->receptors; ++r) {
    int c = cell->compartment[r];
    int isCurrent = cell->kind[r] & CK_CURRENT, isAlpha = cell->kind[r] & CK_ALPHA;
    REAL *g = state + (size_t)cell->variable[r] * lanes, reversal = (REAL)cell->reversal[r];
    NAME(add_receptor)(g, isCurrent, reversal, c, &drive[0]);
    if (times == 3) {
      REAL half[2 * CK_CHUNK];
      memcpy(half, g, CK_CHUNK * sizeof(REAL));
      if (isAlpha) memcpy(half + CK_CHUNK, g + lanes, CK_CHUNK * sizeof(REAL));
      NAME(decay_receptor)(isAlpha, (REAL)step->halfDecay[r], (REAL)(step->h / 2), CK_CHUNK,
                           half);
      NAME(add_receptor)(half, isCurrent, reversal, c, &drive[1]);
    }
    NAME(decay_receptor)(isAlpha, (REAL)step->decay[r], (REAL)step->h, lanes, g);
    if (times == 3) NAME(add_receptor)(g, isCurrent, reversal, c, &drive[2]);
  }
}

/// slope_c = (b_c - a_c V_c + sum_j k_cj V_j) / C_c, with the rules of refractory cells.
CK_INLINE void NAME(slopes)(const ck_cell *cell, const NAME(drive) *restrict drive,
                            NAME(values) v, const REAL *restrict isFree,
                            NAME(values) slope) {
  int n = cell->compartments;
  for (int c = 0; c < n; ++c) {
    int spikes = c == cell->spiking;
    REAL inverse = (REAL)cell->elastance[c], threshold = (REAL)cell->threshold;
    if (spikes && cell->clampsAtThreshold) {
      for (int l = 0; l < CK_CHUNK; ++l) {
        REAL own = v[c][l] < threshold ? v[c][l] : threshold;
        slope[c][l] = inverse * (drive->b[c][l] - drive->a[c][l] * own);
      }
    } else {
      for (int l = 0; l < CK_CHUNK; ++l)
        slope[c][l] = inverse * (drive->b[c][l] - drive->a[c][l] * v[c][l]);
    }
    for (int j = 0; j < n; ++j) {
      REAL k = inverse * (REAL)cell->coupling[c * n + j];
      if (k == 0) continue;
      for (int l = 0; l < CK_CHUNK; ++l) slope[c][l] += k * v[j][l];
    }
    if (cell->whileRefractory == CK_HOLD_ALL ||
        (cell->whileRefractory == CK_HOLD_SPIKING && spikes))
      for (int l = 0; l < CK_CHUNK; ++l) slope[c][l] *= isFree[l];
  }
}

/// out = v + h slope.
CK_INLINE void NAME(shift)(int n, NAME(values) v, REAL h, NAME(values) slope,
                           NAME(values) out) {
  for (int c = 0; c < n; ++c)
    for (int l = 0; l < CK_CHUNK; ++l) out[c][l] = v[c][l] + h * slope[c][l];
}

/// V <- V_inf + (V - V_inf) exp(-a h / C), with V_inf from the neighbours' V at the step's begin.
CK_INLINE void NAME(relax)(const ck_cell *cell, REAL h, const NAME(drive) *restrict drive,
                           NAME(values) v, const REAL *restrict isFree) {
  NAME(values) slope;
  NAME(slopes)(cell, drive, v, isFree, slope);
  for (int c = 0; c < cell->compartments; ++c) {
    REAL inverse = (REAL)cell->elastance[c];
    for (int l = 0; l < CK_CHUNK; ++l) {
      REAL rate = inverse * drive->a[c][l], unused, minusOne;
      NAME(exponential)(-(rate * h), &unused, &minusOne);
      // Without a conductance the compartment integrates its current.
      v[c][l] += slope[c][l] * (rate != 0 ? -minusOne / rate : h);
    }
  }
}

/// The classical Runge-Kutta step.
CK_INLINE void NAME(runge_kutta)(const ck_cell *cell, REAL h, const NAME(drive) *restrict drive,
                                 NAME(values) v, const REAL *restrict isFree) {
  int n = cell->compartments;
  NAME(values) at, sum, slope;
  NAME(slopes)(cell, &drive[0], v, isFree, sum);
  NAME(shift)(n, v, h / 2, sum, at);
  NAME(slopes)(cell, &drive[1], at, isFree, slope);
  NAME(shift)(n, v, h / 2, slope, at);
  NAME(shift)(n, sum, 2, slope, sum);
  NAME(slopes)(cell, &drive[1], at, isFree, slope);
  NAME(shift)(n, v, h, slope, at);
  NAME(shift)(n, sum, 2, slope, sum);
  NAME(slopes)(cell, &drive[2], at, isFree, slope);
  NAME(shift)(n, sum, 1, slope, sum);
  NAME(shift)(n, v, h / 6, sum, v);
}

CK_CLONES void NAME(ck_advance)(const ck_cell *cell, const ck_step *step, size_t lanes,
                                REAL *state, const int32_t *refractory,
                                const REAL *conductance, const REAL *current) {
  int n = cell->compartments, times = step->method == CK_RK4 ? 3 : 1;
  REAL h = (REAL)step->h;
  NAME(drive) drive[3];
  for (size_t first = 0; first < lanes; first += CK_CHUNK) {
    REAL isFree[CK_CHUNK];
    NAME(values) v;
    for (int l = 0; l < CK_CHUNK; ++l) isFree[l] = refractory[first + (size_t)l] > 0 ? 0 : 1;
    for (int c = 0; c < n; ++c)
      memcpy(v[c], state + first + (size_t)c * lanes, sizeof v[c]);
    NAME(gather_held)(cell, lanes, conductance ? conductance + first : 0, current + first, times,
                      drive);
    NAME(gather_receptors)(cell, step, lanes, state + first, times, drive);
    if (step->method == CK_RK4) {
      NAME(runge_kutta)(cell, h, drive, v, isFree);
    } else if (step->method == CK_EXPONENTIAL_EULER) {
      NAME(relax)(cell, h, drive, v, isFree);
    } else {
      NAME(values) slope;
      NAME(slopes)(cell, drive, v, isFree, slope);
      NAME(shift)(n, v, h, slope, v);
    }
    for (int c = 0; c < n; ++c)
      memcpy(state + first + (size_t)c * lanes, v[c], sizeof v[c]);
  }
}

CK_CLONES void NAME(ck_advance_linear)(const ck_cell *cell, const ck_step *step,
                                       const ck_linear_step *open, const ck_linear_step *held,
                                       size_t lanes, REAL *state, const int32_t *refractory,
                                       const REAL *current) {
  int n = cell->compartments, variables = cell->variables;
  int holdsAll = cell->whileRefractory == CK_HOLD_ALL;
  for (size_t first = 0; first < lanes; first += CK_CHUNK) {
    REAL next[MAX_N][CK_CHUNK];
    REAL *v = state + first;
    for (int c = 0; c < n; ++c) {
      REAL free[CK_CHUNK], bound[CK_CHUNK];
      for (int l = 0; l < CK_CHUNK; ++l) {
        free[l] = (REAL)open->constant[c];
        bound[l] = (REAL)held->constant[c];
      }
      for (int s = 0; s < variables; ++s) {
        REAL p = (REAL)open->propagator[c * variables + s];
        REAL q = (REAL)held->propagator[c * variables + s];
        if (p == 0 && q == 0) continue;
        const REAL *x = v + (size_t)s * lanes;
        for (int l = 0; l < CK_CHUNK; ++l) {
          free[l] += p * x[l];
          bound[l] += q * x[l];
        }
      }
      for (int j = 0; j < n; ++j) {
        REAL p = (REAL)open->input[c * n + j], q = (REAL)held->input[c * n + j];
        const REAL *i = current + first + (size_t)j * lanes;
        for (int l = 0; l < CK_CHUNK; ++l) {
          free[l] += p * i[l];
          bound[l] += q * i[l];
        }
      }
      const REAL *old = v + (size_t)c * lanes;
      for (int l = 0; l < CK_CHUNK; ++l)
        next[c][l] = refractory[first + (size_t)l] > 0 ? (holdsAll ? old[l] : bound[l]) : free[l];
    }
    for (int c = 0; c < n; ++c) memcpy(v + (size_t)c * lanes, next[c], sizeof next[c]);
    for (int r = 0; r < cell->receptors; ++r) {
      REAL decay = (REAL)step->decay[r], h = (REAL)step->h;
      REAL *g = v + (size_t)cell->variable[r] * lanes;
      if (cell->kind[r] & CK_ALPHA) {
        REAL *d = g + lanes;
        for (int l = 0; l < CK_CHUNK; ++l) {
          g[l] = decay * (g[l] + h * d[l]);
          d[l] *= decay;
        }
      } else {
        for (int l = 0; l < CK_CHUNK; ++l) g[l] *= decay;
      }
    }
  }
}

CK_CLONES void NAME(ck_arrive)(size_t lanes, double gain, REAL *arrivals, REAL *target) {
  REAL factor = (REAL)gain;
  for (size_t l = 0; l < lanes; ++l) {
    target[l] += factor * arrivals[l];
    arrivals[l] = 0;
  }
}

CK_CLONES size_t NAME(ck_fire)(const ck_cell *cell, size_t lanes, size_t cells,
                               int32_t refractorySteps, REAL *state, int32_t *refractory,
                               uint32_t *fired) {
  REAL *v = state + (size_t)cell->spiking * lanes;
  REAL threshold = (REAL)cell->threshold, reset = (REAL)cell->reset;
  int holds = cell->whileRefractory != CK_HOLD_NONE;
  size_t count = 0;
  for (size_t first = 0; first < lanes; first += CK_CHUNK) {
    int32_t over[CK_CHUNK], any = 0;
    for (int l = 0; l < CK_CHUNK; ++l) {
      int32_t waiting = refractory[first + (size_t)l] > 0;
      over[l] = !waiting & (v[first + (size_t)l] >= threshold);
      refractory[first + (size_t)l] -= waiting;
      v[first + (size_t)l] = waiting & holds ? reset : v[first + (size_t)l];
      any |= over[l];
    }
    if (!any) continue;
    for (size_t l = 0; l < CK_CHUNK && first + l < cells; ++l) {
      if (!over[l]) continue;
      v[first + l] = reset;
      refractory[first + l] = refractorySteps;
      fired[count++] = (uint32_t)(first + l);
    }
  }
  return count;
}

CK_CLONES void NAME(ck_ornstein_uhlenbeck)(size_t lanes, double decay, double kick,
                                           const float *deviates, REAL *x) {
  REAL a = (REAL)decay, b = (REAL)kick;
  for (size_t l = 0; l < lanes; ++l) x[l] = a * x[l] + b * (REAL)deviates[l];
}

CK_CLONES size_t NAME(ck_hold_conductance)(size_t lanes, size_t cells, double mean,
                                           double floor, double reversal, const REAL *x,
                                           REAL *conductance, REAL *current) {
  REAL m = (REAL)mean, lowest = (REAL)floor, e = (REAL)reversal;
  int32_t clipped = 0;
  for (size_t l = 0; l < lanes; ++l) {
    REAL g = m + x[l];
    clipped += (l < cells) & (g < lowest);
    g = g < lowest ? lowest : g;
    conductance[l] += g;
    current[l] += g * e;
  }
  return (size_t)clipped;
}

CK_CLONES void NAME(ck_poisson)(size_t lanes, const uint32_t *words, size_t thresholds,
                                const uint32_t *threshold, double gain, REAL *target) {
  for (size_t first = 0; first < lanes; first += CK_CHUNK) {
    int32_t counts[CK_CHUNK] = {0};
    for (size_t k = 0; k < thresholds; ++k)
      for (int l = 0; l < CK_CHUNK; ++l)
        counts[l] += words[first + (size_t)l] >= threshold[k];
    for (int l = 0; l < CK_CHUNK; ++l)
      target[first + (size_t)l] += (REAL)gain * (REAL)counts[l];
  }
}
