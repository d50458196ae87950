// SPDX-License-Identifier: GPL-3.0-or-later
//
// kernels_real.h in single precision.
#include "real_f32.h"
#include "kernels_real.h"
#include "sparse_real.h"
