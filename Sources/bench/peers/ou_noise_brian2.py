"""Brian2 peer of the ou-noise benchmark: 10,000 neurons with two Ornstein-Uhlenbeck conductances
each, 1 s at 0.1 ms; C++ standalone, float64 (--precision float32).

    C dV/dt = -g_L (V - E_L) - g_e (V - E_e) - g_i (V - E_i)
    g' <- exp(-dt/tau) g' + sigma sqrt(1 - exp(-2 dt/tau)) N(0, 1),  g = g0 + g'        (exact)

    C 200 pF, g_L 10 nS, E_L -70 mV
               g0 nS   sigma nS   tau ms    E mV
    g_e          7       1.73      2.728      0
    g_i         33       3.8      10.49     -75
    threshold -60 mV, reset -65 mV, refractory 2 ms (V stands still, the conductances do not)

The noise is the point conductance of Destexhe et al. (2001), g0 and sigma scaled by area: their
compartment has about 34,636 um^2, this cell 20,000 um^2 (200 pF at 1 uF/cm^2), factor 0.577. g is
not clipped. Total conductance 50 nS at the mean: time constant 4 ms, mean -63.5 mV, standard
deviation about 1.6 mV without the threshold. About 3.6 Hz.

One step: both conductances advance, then V by the exact solution for the conductances held constant
over the step (Brian2's exponential_euler), then threshold and reset. Initial state: V at -63.5 mV,
g' = sigma normal(1, stream, k) for neuron k, streams 21 (e) and 22 (i) (spiking.py).
Figures: `ge_mean`, `ge_sd`, `gi_mean`, `gi_sd` (nS) and `v_mean` (mV) over the neurons at the end.
"""

import spiking  # first: it fixes the thread counts

import brian2
import numpy as np
from brian2 import ms, mV, nS, pF, second

import standalone

NEURONS = 10_000
EXCITATION = 7.0, 1.73, 2.728  # mean and standard deviation in nS, time constant in ms
INHIBITION = 33.0, 3.8, 10.49

MEMBRANE = """
dV/dt = (gL*(EL - V) + ge*(Ee - V) + gi*(Ei - V))/C : volt (unless refractory)
ge : siemens
gi : siemens
"""
NOISE = """
ge = ge0 + (ge - ge0)*decay_e + kick_e*randn()
gi = gi0 + (gi - gi0)*decay_i + kick_i*randn()
"""


def make(arguments):
    program = standalone.Program(arguments)
    constants = {
        **{"C": 200 * pF, "gL": 10 * nS, "EL": -70 * mV, "Ee": 0 * mV, "Ei": -75 * mV},
        **{"Vth": -60 * mV, "Vreset": -65 * mV},
    }
    for letter, (mean, deviation, tau) in {"e": EXCITATION, "i": INHIBITION}.items():
        decay = np.exp(-spiking.DT / tau)
        constants["g" + letter + "0"] = mean * nS
        constants["decay_" + letter] = decay
        constants["kick_" + letter] = deviation * np.sqrt(1 - decay**2) * nS
    neurons = brian2.NeuronGroup(
        NEURONS,
        MEMBRANE,
        threshold="V >= Vth",
        reset="V = Vreset",
        refractory=2 * ms,
        method="exponential_euler",
        namespace=constants,
    )
    neurons.V = -63.5 * mV
    neurons.ge = (EXCITATION[0] + EXCITATION[1] * spiking.normal(1, 21, NEURONS)) * nS
    neurons.gi = (INHIBITION[0] + INHIBITION[1] * spiking.normal(1, 22, NEURONS)) * nS
    neurons.run_regularly(NOISE, when="before_groups")
    spikes = brian2.SpikeMonitor(neurons, record=False)
    program.build(brian2.Network(neurons, spikes), 1 * second)

    def run(seed):
        wall, cpu = program.run(seed)
        ends = neurons.ge / nS, neurons.gi / nS, neurons.V / mV
        ge, gi, v = (np.asarray(end, np.float64) for end in ends)
        figures = dict(
            ge_mean=ge.mean(), ge_sd=ge.std(), gi_mean=gi.mean(), gi_sd=gi.std(), v_mean=v.mean()
        )
        return wall, cpu, spikes.count[:].sum() / NEURONS, figures

    run(arguments.seed)
    name = standalone.name(arguments)
    return spiking.Peer(name, brian2.__version__, "step", spiking.STEPS, arguments.seed, run)


if __name__ == "__main__":
    spiking.main("ou-noise", make, standalone.options)
