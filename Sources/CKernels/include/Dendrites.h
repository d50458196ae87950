// SPDX-License-Identifier: GPL-3.0-or-later
//
// Kernels of the segregated-dendrite network: one trial, one layer, one step at a time.
// Goals, in order: those of CKernels.h; work in proportion to spikes, not to synapses.
//
// `count` may be any number, but a multiple of 16 leaves no remainder to scalar loops.
#ifndef APICAL_DENDRITES_H
#define APICAL_DENDRITES_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Two exponential filters common to all synapses of a dendrite.
typedef struct {
  double slow_decay, fast_decay; ///< a = exp(-dt / tau)
  double slow_drop, fast_drop;   ///< a^m, where the kernel ends after m steps
  double scale;                  ///< what multiplies slow - fast
} ck_dendrite_filters;

/// f = a (f + drive - a^m old) for both filters, out = scale (slow - fast) + bias. `ring` holds
/// `old`, the drive of m steps ago, and receives this step's; without a ring the kernel has no
/// end. Empties `drive`.
void ck_dendrite_filter_f32(size_t count, const ck_dendrite_filters *filters, float *drive,
                            float *_Nullable ring, float *slow, float *fast,
                            const float *_Nullable bias, float *out);
void ck_dendrite_filter_f64(size_t count, const ck_dendrite_filters *filters, double *drive,
                            double *_Nullable ring, double *slow, double *fast,
                            const double *_Nullable bias, double *out);

/// x = decay x + gain (a p + b q) + offset; without `q`, its term is left out.
void ck_dendrite_relax_f32(size_t count, const float *decay, const float *gain,
                           const float *offset, float a, const float *p, float b,
                           const float *_Nullable q, float *x);
void ck_dendrite_relax_f64(size_t count, const double *decay, const double *gain,
                           const double *offset, double a, const double *p, double b,
                           const double *_Nullable q, double *x);

enum {
  CK_STEP_EXACT = 0,     ///< decay exp(-G dt), gain (1 - decay) / G
  CK_STEP_EULER = 1,     ///< decay 1 - G dt, gain dt
  CK_STEP_ALGEBRAIC = 2  ///< decay 0, gain 1 / G
};

/// A perturbed compartment of total conductance G at rest.
typedef struct {
  double sign;              ///< +1, or -1 for the mirrored pass
  double low, high;         ///< limits of the perturbation; NaN-free
  double decay, gain;       ///< of the compartment at rest
  double weight;            ///< current per unit of perturbation (additive forms)
  double rest;              ///< current at rest (additive forms)
  double conductance;       ///< G (reversal form)
  double mean, reversal;    ///< mean conductance and E of the perturbed one (reversal form)
  double time_step;         ///< dt
  int stepping;             ///< one of CK_STEP_...
} ck_dendrite_noise;

/// d = sign * raw within the limits; offset = gain (rest + weight d);
/// trace = decay trace + gain weight d. The number of values that met a limit.
size_t ck_dendrite_noise_additive_f32(size_t count, const ck_dendrite_noise *noise,
                                      const float *raw, float *offset, float *trace);
size_t ck_dendrite_noise_additive_f64(size_t count, const ck_dendrite_noise *noise,
                                      const double *raw, double *offset, double *trace);

/// d as above; the compartment's decay, gain and offset at conductance G + d, whose current is
/// (mean + d) E; trace = decay trace + gain (E - (x - trace)) d.
size_t ck_dendrite_noise_reversal_f32(size_t count, const ck_dendrite_noise *noise,
                                      const float *raw, const float *x, float *decay,
                                      float *gain, float *offset, float *trace);
size_t ck_dendrite_noise_reversal_f64(size_t count, const ck_dendrite_noise *noise,
                                      const double *raw, const double *x, double *decay,
                                      double *gain, double *offset, double *trace);

/// rate = rate + sign * raw, trace = sign * raw. The number of rates below zero.
size_t ck_dendrite_noise_rate_f32(size_t count, const ck_dendrite_noise *noise,
                                  const float *raw, float *rate, float *trace);
size_t ck_dendrite_noise_rate_f64(size_t count, const ck_dendrite_noise *noise,
                                  const double *raw, double *rate, double *trace);

/// Spike counts of one step as events (unit, count), units ascending; their number.
///
/// Unit i reads word i % 4 of block i / 4 of `stream` under `key`: u = (word + 1/2) / 2^32. Its
/// count is Poisson's quantile of u at mean scale * rate: the largest k with
/// u < 1 - P(N < k), and at most `most`. Every unit uses one word, whatever its rate.
/// Without `listed`, rate[i] is that of unit i; with it, rate[4 j + k] is that of unit
/// 4 listed[j] + k. `blocks` must be a multiple of 16 (pad `listed` with anything and its
/// rates with zero). Without `listed`, units from `units` on do not spike. `events`, `counts` and
/// `uniform` have room for 4 blocks.
size_t ck_dendrite_spikes_f32(size_t blocks, const uint32_t *_Nullable listed, size_t units,
                              float scale, const float *rate, uint64_t key, uint64_t stream,
                              uint32_t most, uint32_t *events, float *counts, float *uniform);
size_t ck_dendrite_spikes_f64(size_t blocks, const uint32_t *_Nullable listed, size_t units,
                              double scale, const double *rate, uint64_t key, uint64_t stream,
                              uint32_t most, uint32_t *events, double *counts,
                              double *uniform);

/// out[:] += scale * sum_e values[e] weights[events[e], :], the sum in the order of events.
void ck_dendrite_add_rows_f32(size_t events, const uint32_t *units, const float *values,
                              float scale, const float *weights, size_t width, float *out);
void ck_dendrite_add_rows_f64(size_t events, const uint32_t *units, const double *values,
                              double scale, const double *weights, size_t width, double *out);

/// trace[4 u + k] += scale * values[e] * weight[k] for every event e of unit u.
void ck_dendrite_credit_f32(size_t events, const uint32_t *units, const float *values,
                            float scale, const double weight[_Nonnull 4], float *trace);
void ck_dendrite_credit_f64(size_t events, const uint32_t *units, const double *values,
                            double scale, const double weight[_Nonnull 4], double *trace);

/// Opens a phase on traces (window sum, slow, fast, count) of `units`: the window sum becomes
/// what the filters will still give to it, slow and fast what will be left of them at the end.
void ck_dendrite_open_f32(size_t units, double slow_share, double fast_share, double slow_left,
                          double fast_left, float *trace);
void ck_dendrite_open_f64(size_t units, double slow_share, double fast_share, double slow_left,
                          double fast_left, double *trace);

#pragma clang assume_nonnull end

#endif
