// SPDX-License-Identifier: GPL-3.0-or-later
//
// GSL behind a fence. Three things do not import as they are:
//
// 1. gsl_matrix.h pulls in gsl_cblas.h, whose CBLAS enums clash with OpenBLAS's.
//    OpenBLAS's header comes first and gsl_cblas.h is suppressed: GSL's own
//    headers then use OpenBLAS's enums, and its calls bind to OpenBLAS because
//    the executable links that directly.
// 2. GSL's generator and stepper types are global variables, which Swift 6 rejects
//    as shared mutable state: they come through getters.
// 3. GSL's default error handler calls abort(): `cgsl_disable_abort` replaces it.
#ifndef APICAL_CGSL_SHIM_H
#define APICAL_CGSL_SHIM_H

#include <cblas.h>
#define __GSL_CBLAS_H__

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_version.h>

static inline const gsl_rng_type *cgsl_rng_mt19937(void) { return gsl_rng_mt19937; }
static inline const gsl_rng_type *cgsl_rng_taus2(void) { return gsl_rng_taus2; }
static inline const gsl_rng_type *cgsl_rng_ranlxs2(void) { return gsl_rng_ranlxs2; }
static inline const gsl_odeiv2_step_type *cgsl_step_rk2(void) { return gsl_odeiv2_step_rk2; }
static inline const gsl_odeiv2_step_type *cgsl_step_rk4(void) { return gsl_odeiv2_step_rk4; }
static inline const gsl_odeiv2_step_type *cgsl_step_rkf45(void) { return gsl_odeiv2_step_rkf45; }
static inline const gsl_odeiv2_step_type *cgsl_step_rkck(void) { return gsl_odeiv2_step_rkck; }
static inline const gsl_odeiv2_step_type *cgsl_step_rk8pd(void) { return gsl_odeiv2_step_rk8pd; }
static inline const gsl_odeiv2_step_type *cgsl_step_rk1imp(void) { return gsl_odeiv2_step_rk1imp; }
static inline const gsl_odeiv2_step_type *cgsl_step_rk2imp(void) { return gsl_odeiv2_step_rk2imp; }
static inline const gsl_odeiv2_step_type *cgsl_step_rk4imp(void) { return gsl_odeiv2_step_rk4imp; }
static inline const gsl_odeiv2_step_type *cgsl_step_bsimp(void) { return gsl_odeiv2_step_bsimp; }
static inline const gsl_odeiv2_step_type *cgsl_step_msadams(void) { return gsl_odeiv2_step_msadams; }
static inline const gsl_odeiv2_step_type *cgsl_step_msbdf(void) { return gsl_odeiv2_step_msbdf; }
static inline const char *cgsl_version(void) { return gsl_version; }
static inline void cgsl_disable_abort(void) { (void)gsl_set_error_handler_off(); }

#endif
