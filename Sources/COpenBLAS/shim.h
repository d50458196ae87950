// SPDX-License-Identifier: GPL-3.0-or-later
//
// OpenBLAS: cblas.h, and the one LAPACK routine that is used. Debian's
// libopenblas carries LAPACK, but its C header lives in another package, so the
// Fortran prototype is written here.
#ifndef APICAL_COPENBLAS_SHIM_H
#define APICAL_COPENBLAS_SHIM_H

#include <cblas.h>

/// Solves A·X = B for symmetric positive definite A (column-major; A and B are
/// overwritten). `info` is 0 on success, k > 0 where the k-th minor is not positive.
void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda,
            double *b, const int *ldb, int *info);

#endif
