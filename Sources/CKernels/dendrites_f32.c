// SPDX-License-Identifier: GPL-3.0-or-later
//
// dendrites_real.h and dendrite_spikes_real.h in single precision.
#include "real_f32.h"
#include "dendrites_real.h"
#include "dendrite_spikes_real.h"
