"""Brian2 peer of the coba benchmark; spiking.Coba has the network. C++ standalone, float64
(--precision float32), forward Euler (--method).

Differs from NEST in the integrator, and in that a refractory time is a step shorter (49 steps).
"""

import spiking  # first: it fixes the thread counts

import brian2
import numpy as np
from brian2 import ms, mV, nS, second

import standalone
from spiking import Coba

MEMBRANE = """
dV/dt = (gL*(EL - V) + ge*(Ee - V) + gi*(Ei - V))/C : volt (unless refractory)
dge/dt = -ge/tau_e : siemens
dgi/dt = -gi/tau_i : siemens
"""


def options(parser):
    standalone.options(parser)
    parser.add_argument("--method", default="euler", help="euler, exponential_euler, rk2, rk4")


def make(arguments):
    program = standalone.Program(arguments)
    constants = {
        **{"C": 200 * brian2.pF, "gL": 10 * nS, "EL": -60 * mV, "Ee": 0 * mV, "Ei": -80 * mV},
        **{"Vth": -50 * mV, "Vreset": -60 * mV, "tau_e": 5 * ms, "tau_i": 10 * ms},
        **{"we": 6 * nS, "wi": 67 * nS},
    }
    neurons = brian2.NeuronGroup(
        Coba.neurons,
        MEMBRANE,
        threshold="V >= Vth",
        reset="V = Vreset",
        refractory=5 * ms,
        method=arguments.method,
        namespace=constants,
    )
    source, target = Coba.connections()
    excites = source < Coba.excitatory
    synapses = []
    for chosen, effect in (excites, "ge_post += we"), (~excites, "gi_post += wi"):
        synapses.append(
            brian2.Synapses(
                neurons, neurons, on_pre=effect, delay=spiking.DT * ms, namespace=constants
            )
        )
        synapses[-1].connect(i=source[chosen], j=target[chosen])
    spikes = brian2.SpikeMonitor(neurons)
    for variable in "V", "ge", "gi":
        setattr(neurons, variable, 0 * (mV if variable == "V" else nS))
    program.build(brian2.Network(neurons, spikes, *synapses), 1 * second)

    def run(seed):
        v, g_e, g_i = Coba.initial(seed)
        values = {neurons.V: v * mV, neurons.ge: g_e * nS, neurons.gi: g_i * nS}
        wall, cpu = program.run(seed, values)
        times = np.asarray(spikes.t / second)
        figures = dict(late_rate=(times >= 0.9).sum() / Coba.neurons / 0.1)
        return wall, cpu, len(times) / Coba.neurons, figures

    seed, run = Coba.alive(arguments.seed, run)
    name = standalone.name(arguments, "" if arguments.method == "euler" else f"-{arguments.method}")
    return spiking.Peer(name, brian2.__version__, "step", spiking.STEPS, seed, run)


if __name__ == "__main__":
    spiking.main("coba", make, options)
