// SPDX-License-Identifier: GPL-3.0-or-later
//
// compartments_real.h in single precision.
#include "real_f32.h"
#include "compartments_real.h"
