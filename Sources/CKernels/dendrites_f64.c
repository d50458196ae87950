// SPDX-License-Identifier: GPL-3.0-or-later
//
// dendrites_real.h and dendrite_spikes_real.h in double precision.
#include "real_f64.h"
#include "dendrites_real.h"
#include "dendrite_spikes_real.h"
