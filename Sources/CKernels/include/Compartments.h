// SPDX-License-Identifier: GPL-3.0-or-later
//
// Blocks of compartment neurons: the hot loops of SpikingNetworks. Goals, in order, are those of
// CKernels.h; one more stands before speed: a method is written once here, and the plain version
// in the tests follows the same equations one cell at a time.
//
// A block holds `lanes` cells of one model, a multiple of CK_CHUNK. Its state is
// [variables, lanes]: first the potential of every compartment, then the variables of every
// receptor. Units: ms, mV, nS, pA, pF.
#ifndef APICAL_COMPARTMENTS_H
#define APICAL_COMPARTMENTS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum {
  CK_CHUNK = 64,           ///< cells that a kernel takes at a time
  CK_MAX_COMPARTMENTS = 16 ///< compartments of a cell
};

/// How a step is taken.
enum {
  CK_EULER = 0,              ///< forward Euler on the potentials
  CK_EXPONENTIAL_EULER = 1,  ///< each compartment exact, its neighbours held
  CK_RK4 = 2                 ///< classical Runge-Kutta, conductances exact at its three times
};

/// What the potentials do while a cell is refractory.
enum {
  CK_HOLD_SPIKING = 0,  ///< the spiking compartment is held at the reset, the others go on
  CK_HOLD_ALL = 1,      ///< no potential moves (NEST's multi-compartment model)
  CK_HOLD_NONE = 2      ///< all go on
};

/// A cell, lowered. A receptor is conductance-based or, with CK_CURRENT, current-based; its
/// conductance or current g follows g' = -g/tau, or with CK_ALPHA d' = -d/tau, g' = d - g/tau.
enum { CK_CURRENT = 1, CK_ALPHA = 2 };

typedef struct ck_cell {
  int32_t compartments;
  int32_t receptors;
  int32_t variables;
  int32_t spiking;             ///< the compartment that spikes, or -1
  int32_t whileRefractory;
  int32_t clampsAtThreshold;   ///< the spiking compartment's own equation reads min(V, threshold)
  double threshold;
  double reset;
  const double *elastance;     ///< [compartments]: 1 / C
  const double *leak;          ///< [compartments]
  const double *rest;          ///< [compartments]
  const double *coupling;      ///< [compartments, compartments]: conductance into row from column
  const int32_t *first;        ///< [compartments + 1]: where a compartment's receptors begin
  const int32_t *compartment;  ///< [receptors], ascending
  const int32_t *kind;         ///< [receptors]: CK_CURRENT | CK_ALPHA
  const int32_t *variable;     ///< [receptors]: the place of g; d follows it
  const double *reversal;      ///< [receptors]
  const double *rate;          ///< [receptors]: 1 / tau
} ck_cell;

/// A step of length h, with what follows from it.
typedef struct ck_step {
  int32_t method;
  double h;
  const double *decay;       ///< [receptors]: exp(-h / tau)
  const double *halfDecay;   ///< [receptors]: exp(-h / 2 tau)
} ck_step;

/// One step of a block. `conductance` and `current` [compartments, lanes] are held over the step:
/// what noise, clamps and electrodes add to a compartment, a conductance g with reversal
/// potential E entering as g and g E; `conductance` may be null. Cells with `refractory` > 0 do
/// what cell->whileRefractory says. Spikes are not looked for.
void ck_advance_f64(const ck_cell *cell, const ck_step *step, size_t lanes, double *state,
                    const int32_t *refractory, const double *_Nullable conductance,
                    const double *current);
void ck_advance_f32(const ck_cell *cell, const ck_step *step, size_t lanes, float *state,
                    const int32_t *refractory, const float *_Nullable conductance,
                    const float *current);

/// The same for a linear cell, exactly: V <- P [V; g] + Q current + q, where the two systems
/// (P, Q, q) are those of a cell that is free and of one that is refractory.
/// P is [compartments, variables], Q [compartments, compartments], q [compartments].
typedef struct ck_linear_step {
  const double *propagator;
  const double *input;
  const double *constant;
} ck_linear_step;
void ck_advance_linear_f64(const ck_cell *cell, const ck_step *step, const ck_linear_step *open,
                           const ck_linear_step *held, size_t lanes, double *state,
                           const int32_t *refractory, const double *current);
void ck_advance_linear_f32(const ck_cell *cell, const ck_step *step, const ck_linear_step *open,
                           const ck_linear_step *held, size_t lanes, float *state,
                           const int32_t *refractory, const float *current);

/// target += gain * arrivals; arrivals = 0.
void ck_arrive_f64(size_t lanes, double gain, double *arrivals, double *target);
void ck_arrive_f32(size_t lanes, double gain, float *arrivals, float *target);

/// Threshold, reset and refractoriness at the end of a step, for the first `cells` cells of a
/// block: a refractory cell counts down (and is held at the reset unless CK_HOLD_NONE); another
/// whose spiking compartment has reached the threshold fires, is reset and counts
/// `refractorySteps`. The lanes that fired go to `fired`, ascending; their number is returned.
size_t ck_fire_f64(const ck_cell *cell, size_t lanes, size_t cells, int32_t refractorySteps,
                   double *state, int32_t *refractory, uint32_t *fired);
size_t ck_fire_f32(const ck_cell *cell, size_t lanes, size_t cells, int32_t refractorySteps,
                   float *state, int32_t *refractory, uint32_t *fired);

/// x <- decay x + kick * deviates, for deviates [lanes].
void ck_ornstein_uhlenbeck_f64(size_t lanes, double decay, double kick, const float *deviates,
                               double *x);
void ck_ornstein_uhlenbeck_f32(size_t lanes, double decay, double kick, const float *deviates,
                               float *x);

/// Holds g = max(mean + x, floor) with reversal potential E: conductance += g, current += g E.
/// The number of the first `cells` lanes where the floor acted is returned.
size_t ck_hold_conductance_f64(size_t lanes, size_t cells, double mean, double floor,
                               double reversal, const double *x, double *conductance,
                               double *current);
size_t ck_hold_conductance_f32(size_t lanes, size_t cells, double mean, double floor,
                               double reversal, const float *x, float *conductance,
                               float *current);

/// words[i] = word number first + i of `stream` under `key`: of a tile of 64 words, which begins
/// at a multiple of 64, word 16 k + b is word k of block b.
void ck_words(uint64_t key, uint64_t stream, uint64_t first, size_t count, uint32_t *words);

/// target[i] += gain * (the number of thresholds that words[i] reaches): Poisson counts, for
/// thresholds 2^32 P(N <= k), k = 0, 1, ...
void ck_poisson_f64(size_t lanes, const uint32_t *words, size_t thresholds,
                    const uint32_t *_Nullable threshold, double gain, double *target);
void ck_poisson_f32(size_t lanes, const uint32_t *words, size_t thresholds,
                    const uint32_t *_Nullable threshold, double gain, float *target);

/// What one cell's equations read: a `ck_cell` and what is held.
typedef struct ck_cell_input {
  const ck_cell *cell;
  const double *conductance;  ///< [compartments]
  const double *current;      ///< [compartments]
  int32_t isRefractory;
} ck_cell_input;

/// f = y' of one cell with state y [variables]; `input` is a ck_cell_input. For GSL.
int ck_cell_derivatives(double t, const double *_Nullable y, double *_Nullable f,
                        void *_Nullable input);

/// dfdy [variables, variables], row-major, and dfdt = 0. For GSL.
int ck_cell_jacobian(double t, const double *_Nullable y, double *_Nullable dfdy,
                     double *_Nullable dfdt, void *_Nullable input);

#pragma clang assume_nonnull end

#endif
