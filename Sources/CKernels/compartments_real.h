// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compartment neurons in one precision; Compartments.h says what each function does.
//
// A chunk of cells goes through a step in three parts, each a loop over the chunk that
// vectorises: gather a = total conductance / C and b = total driving current / C of every
// compartment at the step's times, with the receptors' conductances exact at each; move the
// potentials by  V_c' = b_c - a_c V_c + sum_j k_cj V_j;  leave the receptors at the step's end.

#include "elementary_real.h"
#include <math.h>
#include <stdbool.h>

#define MAX_N CK_MAX_COMPARTMENTS

/// One value of every cell of a chunk, copied without a call.
#define COPY(to, from) __builtin_memcpy_inline(to, from, CK_CHUNK * sizeof(REAL))

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

/// Adds one receptor's conductance or current to the drives of its compartment at the step's
/// begin and, where `times` is 3, at its middle and end; and moves it to the end. A conductance
/// enters a and, times its reversal potential, b; a current enters b alone: `toA` and `toB`.
/// `isAlpha` and `times` are constants.
CK_INLINE void NAME(add_receptor)(const int isAlpha, const int times, REAL decay, REAL half, REAL h,
                                  REAL toA, REAL toB, REAL *restrict g, REAL *restrict d,
                                  REAL *restrict a0, REAL *restrict b0, REAL *restrict a1,
                                  REAL *restrict b1, REAL *restrict a2, REAL *restrict b2) {
  for (int l = 0; l < CK_CHUNK; ++l) {
    REAL begin = g[l], rise = isAlpha ? d[l] : 0;
    REAL middle = half * (begin + (REAL)0.5 * h * rise), end = decay * (begin + h * rise);
    a0[l] += toA * begin;
    b0[l] += toB * begin;
    if (times == 3) {
      a1[l] += toA * middle;
      b1[l] += toB * middle;
      a2[l] += toA * end;
      b2[l] += toB * end;
    }
    g[l] = end;
    if (isAlpha) d[l] = decay * rise;
  }
}

CK_INLINE void NAME(gather_receptor)(const ck_cell *cell, const ck_step *step, int r,
                                     size_t lanes, REAL *state, const int isAlpha,
                                     const int times, NAME(drive) *drive) {
  int isCurrent = cell->kind[r] & CK_CURRENT, c = cell->compartment[r];
  REAL *g = state + (size_t)cell->variable[r] * lanes;
  NAME(add_receptor)
  (isAlpha, times, (REAL)step->decay[r], (REAL)step->halfDecay[r], (REAL)step->h,
   isCurrent ? 0 : 1, isCurrent ? 1 : (REAL)cell->reversal[r], g, isAlpha ? g + lanes : 0,
   drive[0].a[c], drive[0].b[c], drive[1].a[c], drive[1].b[c], drive[2].a[c], drive[2].b[c]);
}

CK_INLINE void NAME(gather_receptors)(const ck_cell *cell, const ck_step *step, size_t lanes,
                                      REAL *restrict state, const int times,
                                      NAME(drive) *restrict drive) {
  for (int r = 0; r < cell->receptors; ++r) {
    if (cell->kind[r] & CK_ALPHA)
      NAME(gather_receptor)(cell, step, r, lanes, state, 1, times, drive);
    else
      NAME(gather_receptor)(cell, step, r, lanes, state, 0, times, drive);
  }
}

/// One compartment of a stage: slope = (b - a V + k1 V_1 + k2 V_2) / C, gated; next = from + h slope
/// and sum = weight slope + sum (without the sum where `isFirst`).
CK_INLINE void NAME(stage_of)(REAL inverse, REAL limit, REAL k1, REAL k2, REAL h, REAL weight,
                              const int isFirst, const REAL *restrict gate,
                              const REAL *restrict a, const REAL *restrict b, const REAL *own,
                              const REAL *v1, const REAL *v2, const REAL *from,
                              REAL *restrict next, REAL *restrict sum) {
  for (int l = 0; l < CK_CHUNK; ++l) {
    REAL clamped = own[l] > limit ? limit : own[l];
    REAL slope = inverse * ((b[l] - a[l] * clamped) + (k1 * v1[l] + k2 * v2[l])) * gate[l];
    next[l] = from[l] + h * slope;
    sum[l] = isFirst ? weight * slope : sum[l] + weight * slope;
  }
}

/// A stage of a method: slopes at the potentials `v`, from which next = from + h slope and
/// sum = weight slope (+ sum). A spiking compartment that is held has slope 0.
CK_INLINE void NAME(stage)(const ck_cell *cell, const NAME(drive) *restrict drive,
                           const REAL *isFree, NAME(values) v, NAME(values) from, REAL h,
                           REAL weight, const int isFirst, NAME(values) next,
                           NAME(values) sum) {
  int n = cell->compartments;
  REAL open[CK_CHUNK], driven[CK_CHUNK];
  for (int l = 0; l < CK_CHUNK; ++l) open[l] = 1;
  for (int c = 0; c < n; ++c) {
    int spikes = c == cell->spiking;
    // The first two neighbours go with the compartment itself: trees seldom have more.
    int neighbours[MAX_N], count = 0;
    for (int j = 0; j < n; ++j)
      if (cell->coupling[c * n + j] != 0) neighbours[count++] = j;
    int first = count > 0 ? neighbours[0] : c, second = count > 1 ? neighbours[1] : c;
    REAL k1 = count > 0 ? (REAL)cell->coupling[c * n + first] : 0;
    REAL k2 = count > 1 ? (REAL)cell->coupling[c * n + second] : 0;
    REAL limit = spikes && cell->clampsAtThreshold ? (REAL)cell->threshold : (REAL)HUGE_VALF;
    const REAL *b = drive->b[c];
    if (count > 2) {
      COPY(driven, b);
      for (int m = 2; m < count; ++m) {
        REAL k = (REAL)cell->coupling[c * n + neighbours[m]];
        for (int l = 0; l < CK_CHUNK; ++l) driven[l] += k * v[neighbours[m]][l];
      }
      b = driven;
    }
    const REAL *gate = spikes && cell->whileRefractory == CK_HOLD_SPIKING ? isFree : open;
    NAME(stage_of)
    ((REAL)cell->elastance[c], limit, k1, k2, h, weight, isFirst, gate, drive->a[c], b, v[c],
     v[first], v[second], from[c], next[c], sum[c]);
  }
}

/// V <- V_inf + (V - V_inf) exp(-a h / C), with V_inf from the neighbours' V at the step's begin.
CK_INLINE void NAME(relax)(const ck_cell *cell, REAL h, const NAME(drive) *restrict drive,
                           NAME(values) v, const REAL *isFree) {
  NAME(values) unused, slope;
  NAME(stage)(cell, drive, isFree, v, v, 0, 1, 1, unused, slope);
  for (int c = 0; c < cell->compartments; ++c) {
    REAL inverse = (REAL)cell->elastance[c];
    for (int l = 0; l < CK_CHUNK; ++l) {
      REAL rate = inverse * drive->a[c][l], growth, minusOne;
      NAME(exponential)(-(rate * h), &growth, &minusOne);
      // Without a conductance the compartment integrates its current.
      v[c][l] += slope[c][l] * (rate != 0 ? -minusOne / rate : h);
    }
  }
}

/// The classical Runge-Kutta step.
CK_INLINE void NAME(runge_kutta)(const ck_cell *cell, REAL h, const NAME(drive) *restrict drive,
                                 NAME(values) v, const REAL *isFree) {
  NAME(values) one, two, sum;
  REAL sixth = h / 6;
  NAME(stage)(cell, &drive[0], isFree, v, v, h / 2, sixth, 1, one, sum);
  NAME(stage)(cell, &drive[1], isFree, one, v, h / 2, 2 * sixth, 0, two, sum);
  NAME(stage)(cell, &drive[1], isFree, two, v, h, 2 * sixth, 0, one, sum);
  NAME(stage)(cell, &drive[2], isFree, one, v, 0, sixth, 0, two, sum);
  for (int c = 0; c < cell->compartments; ++c)
    for (int l = 0; l < CK_CHUNK; ++l) v[c][l] += sum[c][l];
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
    int32_t waiting = 0;
    for (int l = 0; l < CK_CHUNK; ++l) {
      isFree[l] = refractory[first + (size_t)l] > 0 ? 0 : 1;
      waiting |= refractory[first + (size_t)l] > 0;
    }
    for (int c = 0; c < n; ++c)
      COPY(v[c], state + first + (size_t)c * lanes);
    NAME(gather_held)(cell, lanes, conductance ? conductance + first : 0, current + first, times,
                      drive);
    if (step->method == CK_RK4) {
      NAME(gather_receptors)(cell, step, lanes, state + first, 3, drive);
      NAME(runge_kutta)(cell, h, drive, v, isFree);
    } else {
      NAME(gather_receptors)(cell, step, lanes, state + first, 1, drive);
      if (step->method == CK_EXPONENTIAL_EULER) {
        NAME(relax)(cell, h, drive, v, isFree);
      } else {
        NAME(values) next, slope;
        NAME(stage)(cell, drive, isFree, v, v, h, 1, 1, next, slope);
        memcpy(v, next, (size_t)n * sizeof v[0]);
      }
    }
    for (int c = 0; c < n; ++c) {
      REAL *out = state + first + (size_t)c * lanes;
      if (waiting && cell->whileRefractory == CK_HOLD_ALL) {
        REAL old[CK_CHUNK];
        COPY(old, out);
        // Both are read, whichever is kept: else the loop would branch.
        for (int l = 0; l < CK_CHUNK; ++l) {
          REAL moved = v[c][l], held = old[l];
          v[c][l] = isFree[l] > 0 ? moved : held;
        }
      }
      COPY(out, v[c]);
    }
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
    for (int c = 0; c < n; ++c) COPY(v + (size_t)c * lanes, next[c]);
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

/// Which of a chunk's 0s and 1s are 1, as bits.
CK_INLINE uint64_t chunk_bits(const int32_t is[CK_CHUNK]) {
  typedef int32_t numbers __attribute__((ext_vector_type(CK_CHUNK)));
  typedef bool bits __attribute__((ext_vector_type(CK_CHUNK)));
  numbers all;
  memcpy(&all, is, sizeof all);
  bits some = __builtin_convertvector(all != 0, bits);
  uint64_t result;
  memcpy(&result, &some, sizeof result);
  return result;
}

CK_CLONES size_t NAME(ck_fire)(const ck_cell *cell, size_t lanes, size_t cells,
                               int32_t refractorySteps, REAL *state, int32_t *refractory,
                               uint32_t *fired) {
  REAL *v = state + (size_t)cell->spiking * lanes;
  REAL threshold = (REAL)cell->threshold, reset = (REAL)cell->reset;
  int holds = cell->whileRefractory != CK_HOLD_NONE;
  size_t count = 0;
  for (size_t first = 0; first < lanes; first += CK_CHUNK) {
    int32_t over[CK_CHUNK];
    for (int l = 0; l < CK_CHUNK; ++l) {
      int32_t waiting = refractory[first + (size_t)l] > 0;
      over[l] = !waiting & (v[first + (size_t)l] >= threshold);
      refractory[first + (size_t)l] -= waiting;
      v[first + (size_t)l] = waiting & holds ? reset : v[first + (size_t)l];
    }
    uint64_t fires = chunk_bits(over);
    for (; fires; fires &= fires - 1) {
      size_t l = first + (size_t)__builtin_ctzll(fires);
      if (l >= cells) break;
      v[l] = reset;
      refractory[l] = refractorySteps;
      fired[count++] = (uint32_t)l;
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
