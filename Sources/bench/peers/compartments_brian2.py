"""Brian2 peer of the compartments benchmark; compartments.py has the cells and their input. C++
standalone, float64 (--precision float32), rk4 on all 15 variables.

As in NEST all three voltages stand still while a cell is refractory. What differs: a voltage above
threshold inside the step of a spike is not cut off, a Poisson train has at most one spike in a
step, the delay of 1 ms is left out, and a refractory time is a step shorter (19 steps).

--method exponential_euler is faster, but at this step it fires far too often.
"""

import spiking  # first: it fixes the thread counts

import brian2
from brian2 import Hz, ms, mV, nS, pF, second

import compartments as cells
import standalone

COMPARTMENT = """
dV{c}/dt = (gL{c}*(EL - V{c}) + I{c} + {coupling})/C{c} : volt (unless refractory)
I{c} = gex{c}*(Eex - V{c}) + gin{c}*(Ein - V{c}) : amp
dgex{c}/dt = hex{c} - gex{c}/tau_ex : siemens
dhex{c}/dt = -hex{c}/tau_ex : siemens/second
dgin{c}/dt = hin{c} - gin{c}/tau_in : siemens
dhin{c}/dt = -hin{c}/tau_in : siemens/second
"""
EQUATIONS = "".join(
    COMPARTMENT.format(c=compartment, coupling=coupling)
    for compartment, coupling in {
        "s": "gsp*(Vp - Vs)",
        "p": "gsp*(Vs - Vp) + gpd*(Vd - Vp)",
        "d": "gpd*(Vp - Vd)",
    }.items()
)
VARIABLES = {"exc": ("hex", "tau_ex"), "inh": ("hin", "tau_in")}


def options(parser):
    standalone.options(parser)
    parser.add_argument("--method", default="rk4", help="rk4, rk2, euler or exponential_euler")


def make(arguments):
    program = standalone.Program(arguments)
    constants = {
        **{"gLs": 10 * nS, "gLp": 5 * nS, "gLd": 10 * nS},
        **{"Cs": 150 * pF, "Cp": 75 * pF, "Cd": 150 * pF},
        **{"EL": -70 * mV, "Eex": 0 * mV, "Ein": -85 * mV, "Vth": -55 * mV, "Vreset": -60 * mV},
        **{"gsp": 2.5 * nS, "gpd": 1 * nS, "tau_ex": 0.5 * ms, "tau_in": 2 * ms},
    }
    neurons = brian2.NeuronGroup(
        cells.NEURONS,
        EQUATIONS,
        threshold="Vs >= Vth",
        reset="Vs = Vreset",
        refractory=2 * ms,
        method=arguments.method,
        namespace=constants,
    )
    for c in "spd":
        setattr(neurons, "V" + c, -70 * mV)
    inputs = []
    for receptor, (rate, weight) in cells.INPUT.items():
        compartment, kind = receptor.split("_")
        variable, tau = VARIABLES[kind]
        jump = weight * nS * brian2.exp(1) / constants[tau]
        inputs.append(
            brian2.PoissonInput(neurons, variable + compartment[0], 1, rate * Hz, weight=jump)
        )
    spikes = brian2.SpikeMonitor(neurons, record=False)
    program.build(brian2.Network(neurons, spikes, *inputs), 1 * second)

    def run(seed):
        wall, cpu = program.run(seed)
        return wall, cpu, spikes.count[:].sum() / cells.NEURONS, {}

    run(arguments.seed)
    name = standalone.name(arguments, "" if arguments.method == "rk4" else f"-{arguments.method}")
    return spiking.Peer(name, brian2.__version__, "step", spiking.STEPS, arguments.seed, run)


if __name__ == "__main__":
    spiking.main("compartments", make, options)
