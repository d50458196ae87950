"""NEST peer of the compartments benchmark; compartments.py has the cells and their input.

GSL's rkf45 with NEST's tolerance of 1e-3 mV, in steps of at most 0.1 ms. One poisson_generator per
receptor: NEST draws an independent train for each of its targets. The delay of 1 ms lets NEST
update a neuron for ten steps at a time.
"""

import spiking  # first: it fixes the thread counts

import nest

import compartments as cells


def make(arguments):
    nest.verbosity = nest.VerbosityLevel.ERROR

    def run(seed, steps=spiking.STEPS):
        nest.ResetKernel()
        nest.set(resolution=spiking.DT, local_num_threads=arguments.threads, rng_seed=seed)
        neurons = nest.Create("iaf_cond_alpha_mc", cells.NEURONS)
        receptors = nest.GetDefaults("iaf_cond_alpha_mc")["receptor_types"]
        for receptor, (rate, weight) in cells.INPUT.items():
            synapse = {
                "receptor_type": receptors[receptor],
                "weight": weight,
                "delay": cells.DELAY,
            }
            nest.Connect(
                nest.Create("poisson_generator", params={"rate": rate}), neurons, syn_spec=synapse
            )
        nest.Prepare()
        clock = spiking.Clock()
        nest.Run(steps * spiking.DT)
        wall, cpu = clock.stop()
        nest.Cleanup()
        spikes = nest.local_spike_counter
        seconds = steps * spiking.DT / 1000
        return wall, cpu, spikes / cells.NEURONS / seconds, {}

    run(arguments.seed, steps=500)
    return spiking.Peer("nest", nest.__version__, "step", spiking.STEPS, arguments.seed, run)


if __name__ == "__main__":
    spiking.main("compartments", make)
