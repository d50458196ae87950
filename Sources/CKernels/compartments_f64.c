// SPDX-License-Identifier: GPL-3.0-or-later
//
// compartments_real.h in double precision.
#include "real_f64.h"
#include "compartments_real.h"
