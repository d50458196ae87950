"""NEST peer of the coba benchmark; spiking.Coba has the network. iaf_cond_exp, which integrates by
GSL's rkf45 at NEST's tolerance of 1e-3 mV.

The network is built anew for every run, so that each is the same second of activity.
"""

import spiking  # first: it fixes the thread counts

import nest
import numpy as np

from spiking import Coba

CELL = {
    **{"C_m": 200.0, "g_L": 10.0, "E_L": -60.0, "V_reset": -60.0, "V_th": -50.0, "t_ref": 5.0},
    **{"E_ex": 0.0, "E_in": -80.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0},
}
WEIGHTS = 6.0, -67.0  # nS; NEST tells inhibition by the sign


def make(arguments):
    nest.verbosity = nest.VerbosityLevel.ERROR
    source, target = Coba.connections()
    weights = np.where(source < Coba.excitatory, *WEIGHTS)

    def run(seed):
        nest.ResetKernel()
        nest.set(resolution=spiking.DT, local_num_threads=arguments.threads, rng_seed=1)
        neurons = nest.Create("iaf_cond_exp", Coba.neurons, CELL)
        neurons.V_m, neurons.g_ex, neurons.g_in = Coba.initial(seed)
        ids = np.asarray(neurons.tolist())
        synapse = {"weight": weights, "delay": np.full(len(weights), spiking.DT)}
        nest.Connect(ids[source], ids[target], "one_to_one", synapse)
        nest.Prepare()
        clock = spiking.Clock()
        nest.Run(900)
        spikes = nest.local_spike_counter  # of the last call alone
        nest.Run(100)
        wall, cpu = clock.stop()
        late = nest.local_spike_counter
        nest.Cleanup()
        figures = dict(late_rate=late / Coba.neurons / 0.1)
        return wall, cpu, (spikes + late) / Coba.neurons, figures

    seed, run = Coba.alive(arguments.seed, run)
    return spiking.Peer("nest", nest.__version__, "step", spiking.STEPS, seed, run)


if __name__ == "__main__":
    spiking.main("coba", make)
