"""What the peers of the spiking benchmarks share: chance by formula, networks, and the server loop.

Import this module before numpy, jax, nest or brian2 (see common.py).

The protocol is that of common.py. The first line also names `unit`, what `run N` counts ("step" of
0.1 ms, or "image"), and `seed`. An answer holds `steps` (N), `wall_seconds`, `cpu_seconds`, `rate`
(spikes per neuron and second of biological time), and `figures`, further numbers by name. Every
run of 10,000 steps (1 s) or of 1,000 images begins at the initial state, which is not timed; nor
are the construction of a network and its compilation.

Chance by formula
-----------------
Connections, initial states and weights are pure functions of (seed, stream, index), so that every
side builds the same network without a file. With all arithmetic on 64-bit unsigned integers,
gamma = 0x9E3779B97F4A7C15 and SplitMix64's finaliser (Steele, Lea & Flood 2014)

    mix(z) = c ^ c >> 31,  c = (b ^ b >> 27) * 0x94D049BB133111EB,
                           b = (z ^ z >> 30) * 0xBF58476D1CE4E5B9,

    word(seed, stream, k)    = mix(mix(seed * gamma + stream) + (k + 1) * gamma)
    uniform(seed, stream, k) = (word >> 11) * 2^-53                                 in [0, 1)
    normal(seed, stream, k)  = sqrt(-2 ln(1 - uniform(2k))) cos(2 pi uniform(2k + 1))

mix(0) = 0, and uniform(1, 1, k) for k = 0, 1, 2 is UNIFORM_TEST below. What is drawn in time
(Poisson trains, noise, spikes) comes from each simulator's own generator: the sides agree in law.
"""

import common  # first: it fixes the thread counts

import argparse
import os
import sys
import time
from typing import Callable, NamedTuple

os.environ["PYNEST_QUIET"] = "1"

import numpy as np  # noqa: E402  (after the thread counts, on purpose)

GAMMA = np.uint64(0x9E3779B97F4A7C15)
UNIFORM_TEST = (0.36818951565166946, 0.9435642308648544, 0.04525699773739167)

STEPS = 10_000  # time steps of a run
DT = 0.1  # ms
IMAGES = 1000  # images of a run of the dendrites benchmark


def mix(z):
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)


def uniform(seed, stream, count):
    """The numbers at the indices 0 ..< count."""
    index = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        start = mix(np.uint64(seed) * GAMMA + np.uint64(stream))
        return (mix(start + index * GAMMA) >> np.uint64(11)) * 2.0**-53


def normal(seed, stream, count):
    u = uniform(seed, stream, 2 * count)
    return np.sqrt(-2 * np.log1p(-u[0::2])) * np.cos(2 * np.pi * u[1::2])


class Peer(NamedTuple):
    """What a script hands to `main`."""

    name: str
    version: str
    unit: str  # what `run N` counts: "step" or "image"
    chunk: int  # N is a multiple of this
    seed: int
    # run(seed): the seconds by wall and processor, the rate, and further figures, of one chunk
    run: Callable
    data: str = "none"  # or "mnist" or "synthetic"


class Clock:
    """Seconds by the wall and by this process's processor clock, since it was made."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def stop(self):
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def main(benchmark, make, options=lambda parser: None):
    """Reads the arguments, builds the peer by `make(arguments)`, which also warms it up, serves."""
    parser = argparse.ArgumentParser(description=f"A peer of the {benchmark} benchmark.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options(parser)
    arguments = parser.parse_args()
    answer = common.answers()
    peer = make(arguments)
    answer(
        ready=True,
        peer=peer.name,
        version=peer.version,
        benchmark=benchmark,
        threads=arguments.threads,
        data=peer.data,
        unit=peer.unit,
        chunk=peer.chunk,
        seed=peer.seed,
    )
    done = 0

    def run(count):
        nonlocal done
        results = [peer.run(peer.seed + done + k) for k in range(count // peer.chunk)]
        done += len(results)
        walls, cpus, rates, figures = zip(*results)
        return dict(
            steps=count,
            wall_seconds=sum(walls),
            cpu_seconds=sum(cpus),
            rate=float(np.mean(rates)),
            figures={name: float(np.mean([f[name] for f in figures])) for name in figures[0]},
        )

    common.serve(answer, peer.chunk, run)


class Coba:
    """The balanced network of Vogels & Abbott (2005) with conductance-based synapses, as in the
    benchmark of Brette et al. (2007): 1 s at 0.1 ms.

        C dV/dt = -g_L (V - E_L) - g_e (V - E_e) - g_i (V - E_i),  dg/dt = -g/tau

    C 200 pF, g_L 10 nS, E_L -60, E_e 0, E_i -80, V_th -50, V_reset -60 mV; t_ref 5 ms, in which V
    stands still and the conductances do not; tau_e 5, tau_i 10 ms; a spike adds 6 nS to g_e or
    67 nS to g_i of its targets 0.1 ms later, at the end of the next step. No input.

    4,000 neurons, the first 3,200 excitatory. Neuron i projects to j, i != j, where
    uniform(1, 1, 4000 i + j) < 0.02: 319,955 synapses. Initial state of neuron k under seed s:
    V = -80 + 30 uniform(s, 2, k) mV, g_e = 50 uniform(s, 3, k) nS, g_i = 300 uniform(s, 4, k) nS;
    not refractory. The values are spread so that the activity, which is bistable, lasts for most
    seeds (15 of the first 16 in Brian2 and double precision); about 18 Hz.
    """

    excitatory, neurons = 3200, 4000
    probability = 0.02

    @classmethod
    def connections(cls):
        """Sources and targets of all synapses, sorted by source and then by target."""
        pairs = cls.neurons * cls.neurons
        chosen = np.flatnonzero(uniform(1, 1, pairs) < cls.probability)
        source, target = np.divmod(chosen, cls.neurons)
        return source[source != target], target[source != target]

    @classmethod
    def initial(cls, seed):
        """V in mV, g_e and g_i in nS."""
        v = -80 + 30 * uniform(seed, 2, cls.neurons)
        g_e = 50 * uniform(seed, 3, cls.neurons)
        g_i = 300 * uniform(seed, 4, cls.neurons)
        return v, g_e, g_i

    @staticmethod
    def alive(first, run):
        """The first seed from `first` on whose activity lasts, and `run` for this seed alone.

        The activity is bistable: a silent seed is passed over, which is said aloud. The search is
        also the warm-up.
        """
        for seed in range(first, first + 10):
            _, _, rate, figures = run(seed)
            if figures["late_rate"] > 1:
                return seed, lambda _: run(seed)
            print(f"coba: seed {seed} fell silent ({rate:.1f} Hz), next seed", file=sys.stderr)
        sys.exit(f"coba: seeds {first} to {first + 9} all fell silent")


class Dendrites:
    """The segregated dendrites of Guerguiev, Lillicrap & Richards (2017), 784-500-10, forward phase
    without plasticity: 1,000 images of 50 ms at 1 ms, the state zero at the start of each image.

    With p(v) = 1 - exp(-0.2 v), and s(drive) = (f_L - f_S)/7, where f <- exp(-1/tau) (f + drive)
    for tau_L = 10 and tau_S = 3 ms, one step is, in this order,

        inputs   a spike with probability p(pixel), pixel in [0, 1]
        hidden   V^b = s(w0 spikes of the inputs) + b0
                 V^a = s(y spikes of the outputs in the step before)
                 C <- k V^b + (C - k V^b) exp(-0.7),  k = 0.6/0.7
                 a spike with probability p(sigma(C))
        outputs  V^b = s(w1 spikes of the hidden units) + b1, then as the hidden units

    so that a spike weighs kappa(n) = (exp(-n/10) - exp(-n/3))/7 in the n-th step, the first being
    that of its arrival; g_l 0.1, g_b 0.6 per ms, no current from the apical dendrite (g_a = 0).
    V^a is computed in every step, as a plateau would need it. Unlike in the authors' code
    (dendrites_numpy.py) the kernel is not cut off, the membrane is exact, and a step has at most
    one spike.

    All weights and biases are uniform, mean + sqrt(3) deviation (2 uniform(1, stream, k) - 1), with
    mean and deviation of the authors' code for a fan-in of N:

        nu = 0.2/4,  V = 3,  b = 0.8,  mean = (V - b)/(nu N V),  M = 2 V^2
        deviation^2 = (M + nu^2 (N - N^2) mean^2 V^2 - 2 N nu b V mean - b^2)/(N nu^2 M) - mean^2

    w0 [500, 784]: N = 784, stream 11, k = 784 row + column
    w1 [10, 500]:  N = 500, stream 12, k = 500 row + column
    b0 [500], b1 [10]: mean 0.8, deviation 0.001, streams 13 and 14
    y [500, 10] (feedback): mean and deviation of N = 784, stream 15, k = 10 row + column

    N = 784: 0.01871, 0.50490; N = 500: 0.02933, 0.63212. Hidden units fire at about 129 Hz on
    MNIST, outputs at 146 Hz. The images are the first 1,000 of the training set.
    """

    sizes = 784, 500, 10
    milliseconds = 50  # of an image
    rate = 0.2  # phi_max, spikes/ms
    tau_long, tau_short = 10.0, 3.0  # ms
    leak, basal = 0.1, 0.6  # conductances, 1/ms

    def __init__(self, data=None):
        inputs, hidden, outputs = self.sizes
        self.w0 = self._draw(11, (hidden, inputs), *self.moments(inputs))
        self.w1 = self._draw(12, (outputs, hidden), *self.moments(hidden))
        self.b0 = self._draw(13, (hidden,), 0.8, 0.001)
        self.b1 = self._draw(14, (outputs,), 0.8, 0.001)
        self.y = self._draw(15, (hidden, outputs), *self.moments(inputs))
        images = common.load(data)
        self.images = images.images[:IMAGES]
        self.labels = images.labels[:IMAGES]
        self.source = images.source

    @staticmethod
    def moments(n):
        nu, v, b = 0.2 / 4, 3.0, 0.8
        mean, square = (v - b) / (nu * n * v), 2 * v * v
        total = square + nu**2 * (n - n * n) * mean**2 * v**2 - 2 * n * nu * b * v * mean - b**2
        return mean, np.sqrt(total / (n * nu**2 * square) - mean**2)

    @staticmethod
    def _draw(stream, shape, mean, deviation):
        u = uniform(1, stream, int(np.prod(shape))).reshape(shape)
        return mean + np.sqrt(3) * deviation * (2 * u - 1)

    def figures(self, apical, potential, hidden, output):
        """The rate of the hidden units in Hz and further figures of one run, from sums over its
        steps: of V^a and of the spikes of the hidden units, of V and of the spikes of the outputs,
        each over any axes."""
        ms = IMAGES * self.milliseconds
        arrays = apical, potential, hidden, output
        sums = [float(np.sum(np.asarray(array, np.float64))) for array in arrays]
        apical, potential, hidden, output = np.divide(sums, [500 * ms, 10 * ms, 500 * ms, 10 * ms])
        return 1000 * hidden, dict(
            output_rate=1000 * output, output_potential=potential, apical_potential=apical
        )
