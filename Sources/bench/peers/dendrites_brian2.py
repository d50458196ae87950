"""Brian2 peer of the dendrites benchmark (spiking.Dendrites has the network): C++ standalone,
float64 (--precision float32), spikes delivered one by one, images one after the other.

One step of 1 ms, in Brian2's slots: at the first step of an image its probabilities are set and the
state is cleared; the inputs fire and their spikes are delivered; the hidden units integrate, fire,
and their spikes are delivered; the output units do the same. Output spikes thus reach the apical
dendrites in the next step, all others in their own.

The fastest form tried: a spike adds its weight to one variable, which the two filters take up in
the update, and no random number is drawn for a black pixel. What lost (seconds of processor time
for 1,000 images, against 0.88-0.93): adding the weight to both filters at the spike 1.01.
"""

import spiking  # first: it fixes the thread counts

import brian2
import numpy as np
from brian2 import ms

import standalone
from spiking import IMAGES, Dendrites

FILTER = """
slow{x} = slow_decay*(slow{x} + drive{x})
fast{x} = fast_decay*(fast{x} + drive{x})
drive{x} = 0
{v} = (slow{x} - fast{x})*scale
"""
MEMBRANE = """
target = gain*(basal + bias)
C = target + (C - target)*decay
p = 1 - exp(-rate/(1 + exp(-C)))
C_sum += C
"""
BASAL = FILTER.format(x="", v="basal") + MEMBRANE
APICAL = FILTER.format(x="_a", v="apical") + "apical_sum += apical"
CLEAR = "slow = 0\nfast = 0\nC = 0\n"
CLEAR_APICAL = "slow_a = 0\nfast_a = 0\ndrive_a = 0\n"


def variables(*names):
    return "\n".join(f"{name} : 1" for name in names)


UNIT = variables("drive", "slow", "fast", "basal", "bias", "C", "C_sum", "p")
TUFT = variables("drive_a", "slow_a", "fast_a", "apical", "apical_sum")


def place(thing, slot, order=0):
    thing.when, thing.order = slot, order


def connect(source, target, weights, effect, slot):
    synapses = brian2.Synapses(source, target, "w : 1", on_pre=effect)
    synapses.connect()
    synapses.w = weights.T.ravel()
    place(synapses.pre, slot)
    return synapses


def make(arguments):
    program = standalone.Program(arguments)
    brian2.defaultclock.dt = 1 * ms
    network = Dendrites(arguments.data)
    inputs, hidden, outputs = network.sizes
    image = network.milliseconds * ms
    total = network.leak + network.basal
    names = dict(
        slow_decay=np.exp(-1 / network.tau_long),
        fast_decay=np.exp(-1 / network.tau_short),
        scale=1 / (network.tau_long - network.tau_short),
        gain=network.basal / total,
        decay=np.exp(-total),
        rate=network.rate,
        pixels=brian2.TimedArray(1 - np.exp(-network.rate * network.images), dt=image),
    )

    x = brian2.NeuronGroup(inputs, "p : 1", threshold="p > 0 and rand() < p", namespace=names)
    h = brian2.NeuronGroup(hidden, UNIT + "\n" + TUFT, threshold="rand() < p", namespace=names)
    o = brian2.NeuronGroup(outputs, UNIT, threshold="rand() < p", namespace=names)
    h.bias, o.bias = network.b0, network.b1
    x.run_regularly("p = pixels(t, i)", dt=image, when="start", order=0)
    h.run_regularly(CLEAR + CLEAR_APICAL, dt=image, when="start", order=1)
    o.run_regularly(CLEAR, dt=image, when="start", order=1)
    h.run_regularly(BASAL + APICAL, when="groups", order=0)
    o.run_regularly(BASAL, when="thresholds", order=0)
    place(x.thresholder["spike"], "start", 2)
    place(h.thresholder["spike"], "groups", 1)
    place(o.thresholder["spike"], "thresholds", 1)
    synapses = [
        connect(x, h, network.w0, "drive_post += w", "before_groups"),
        connect(h, o, network.w1, "drive_post += w", "after_groups"),
        connect(o, h, network.y, "drive_a_post += w", "synapses"),
    ]
    counts = [brian2.SpikeMonitor(group, record=False, when="end") for group in (h, o)]
    program.build(brian2.Network(x, h, o, *synapses, *counts), IMAGES * image)

    def run(seed):
        seconds = program.run(seed)
        spikes = [count.count[:] for count in counts]
        return *seconds, *network.figures(h.apical_sum[:], o.C_sum[:], *spikes)

    run(arguments.seed)
    name, version = standalone.name(arguments), brian2.__version__
    return spiking.Peer(name, version, "image", IMAGES, arguments.seed, run, network.source)


def options(parser):
    standalone.options(parser)
    parser.add_argument("--data", help="folder with the MNIST IDX files, gzip or plain")


if __name__ == "__main__":
    spiking.main("dendrites", make, options)
