// SPDX-License-Identifier: GPL-3.0-or-later
//
// kernels_real.h in double precision.
#include "real_f64.h"
#include "kernels_real.h"
#include "sparse_real.h"
