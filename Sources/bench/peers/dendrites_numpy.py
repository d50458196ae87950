"""NumPy peer of the learning step of segregated dendrites: 784-500-10 with fixed feedback, batch 1,
float64. Forward phase, target phase and weight update of Guerguiev, Lillicrap & Richards (2017),
with the mechanics of their code. A plain transcription, and a reference for cross-checks.

One step (dt 1 ms), layers from below, each one basal, apical, soma, spikes:

    s_in  = sum over k = 1…10 of kappa(k) n_in(t + 1 - k),  n_in ~ Poisson(0.2 pixel)
    B0 = W0 s_in + b0,  A = Y s_out(t - 1),  C0 += dt (-g_l C0 + g_b (B0 - C0))
    n_h ~ Poisson(0.2 sigma(C0))
    B1 = W1 s_h + b1,   C1 += dt (-g_l C1 + g_d (B1 - C1) + I)
    n_o ~ Poisson(0.2 sigma(C1))
    I = g_E (8 - C1) + g_I (-8 - C1); forward phase: I = 0; target phase: g_E 1, g_I 0 for the
        correct unit, g_E 0, g_I 1 for the others

    kappa(k) = (exp(-k/10) - exp(-k/3))/7, cut off after ten steps: the newest spike weighs
    kappa(1), and s_h holds this step's spikes, s_out those up to the previous step
    g_l 0.1, g_b = g_d 0.6 (per ms), no current from the apical dendrite into the soma (g_a = 0)

Each phase lasts 50 + int(Wald(2, 1)) steps. A, C0, C1, s_in, s_h and the rates phi = 0.2 sigma(C1)
of the last 20 steps are kept in circular buffers, which are never cleared, nor is the state between
images. A hidden unit's plateau comes after step L - 1 - min(int|N(0, 3)|, 5) of a phase of L steps
(from 0): alpha = sigma(mean of A over the buffer). Means at the end of a phase are those of the
buffers. Update after the target phase (f forward, t target, bars are means over the buffer):

    W1 += 0.21 * 20/0.2^2 * k * 0.2 (phi_t - 0.2 sigma(C1_f)) sigma'(C1_f) s_h_f^T
    W0 += 0.21 * 20/0.2   * k * 0.2 (alpha_t - alpha_f) sigma'(C0_f) s_in_f^T,  k = 0.6/0.7

and biases the same without s. Initial weights and Y: spiking.Dendrites, in which the deviation is
that of the authors' design, half of that in their last version; images in the order of the file.

`run N` shows N images. `rate` is that of the hidden units. Figures: `correct`, the fraction of
images whose correct unit had the largest mean C1 at the end of the forward phase: about chance in
the first thousand images, 0.45 in the fourth.
--record FILE writes three images instead, spike by spike, for the test of another implementation.
"""

import spiking  # first: it fixes the thread counts

import numpy as np

from spiking import Dendrites

MEMORY, WINDOW = 10, 20  # steps
LEARNING_RATE = 0.21
RATE = Dendrites.rate


def sigma(v):
    return 1 / (1 + np.exp(-v))


class Synapses:
    """Spike counts of the last ten steps of one layer, and their filtered sum."""

    lags = np.arange(1, MEMORY + 1)
    kernel = (np.exp(-lags / 10.0) - np.exp(-lags / 3.0)) / 7.0

    def __init__(self, units):
        self.counts = np.zeros((MEMORY, units))  # newest first

    def push(self, counts):
        self.counts[1:] = self.counts[:-1].copy()
        self.counts[0] = counts

    def filtered(self):
        return self.kernel @ self.counts


class Average:
    """The last 20 values of a vector."""

    def __init__(self, units):
        self.values, self.next = np.zeros((WINDOW, units)), 0

    def push(self, value):
        self.values[self.next] = value
        self.next = (self.next + 1) % WINDOW

    def mean(self):
        return self.values.mean(0)


class Network:
    def __init__(self, design, seed):
        self.random = np.random.default_rng(seed)
        self.w0, self.w1 = design.w0.copy(), design.w1.copy()
        self.b0, self.b1, self.y = design.b0.copy(), design.b1.copy(), design.y
        inputs, hidden, outputs = design.sizes
        self.into_hidden, self.into_output, self.feedback = map(Synapses, design.sizes)
        self.c0, self.c1 = np.zeros(hidden), np.zeros(outputs)
        names = dict(a=hidden, c0=hidden, c1=outputs, s_in=inputs, s_h=hidden, phi=outputs)
        self.averages = {name: Average(units) for name, units in names.items()}
        self.leak, self.basal = design.leak, design.basal
        self.spikes = 0
        self.log = None  # a list, where steps are recorded

    def step(self, pixels, g_e, g_i):
        random = self.random
        n_in = random.poisson(RATE * pixels)
        self.into_hidden.push(n_in)
        s_in = self.into_hidden.filtered()
        b0 = self.w0 @ s_in + self.b0
        a = self.y @ self.feedback.filtered()
        self.c0 += -self.leak * self.c0 + self.basal * (b0 - self.c0)
        n_h = random.poisson(RATE * sigma(self.c0))
        self.into_output.push(n_h)

        s_h = self.into_output.filtered()
        b1 = self.w1 @ s_h + self.b1
        current = g_e * (8 - self.c1) + g_i * (-8 - self.c1)
        self.c1 += -self.leak * self.c1 + self.basal * (b1 - self.c1) + current
        phi = RATE * sigma(self.c1)
        n_o = random.poisson(phi)
        self.feedback.push(n_o)

        values = dict(a=a, c0=self.c0, c1=self.c1, s_in=s_in, s_h=s_h, phi=phi)
        for name, value in values.items():
            self.averages[name].push(value)
        self.spikes += n_h.sum()
        if self.log is not None:
            counts = dict(n_in=n_in, n_h=n_h, n_o=n_o, a=a, c0=self.c0, c1=self.c1)
            self.log.append({name: np.array(value) for name, value in counts.items()})

    def phase(self, pixels, g_e, g_i):
        """Shows an image; the plateaus, the means over the last 20 steps, the number of steps."""
        random = self.random
        steps = 50 + int(random.wald(2, 1))
        jitter = np.minimum(np.abs(random.normal(0, 3, len(self.c0))).astype(int), 5)
        plateau = np.empty(len(self.c0))
        for t in range(steps):
            self.step(pixels, g_e, g_i)
            due = jitter == steps - 1 - t
            if due.any():
                plateau[due] = sigma(self.averages["a"].values[:, due].mean(0))
        means = {name: average.mean() for name, average in self.averages.items()}
        return plateau, means, steps, jitter

    def learn(self, pixels, target):
        """One image; whether the forward phase was right, and the number of steps."""
        none = np.zeros_like(target)
        forward, f, first, jitter_f = self.phase(pixels, none, none)
        toward, t, second, jitter_t = self.phase(pixels, target, 1 - target)
        k = self.basal / (self.leak + self.basal)
        h = sigma(f["c1"])
        delta1 = 20 / RATE**2 * k * RATE * (t["phi"] - RATE * h) * h * (1 - h)
        h = sigma(f["c0"])
        delta0 = 20 / RATE * k * RATE * (toward - forward) * h * (1 - h)
        self.w1 += LEARNING_RATE * np.outer(delta1, f["s_h"])
        self.b1 += LEARNING_RATE * delta1
        self.w0 += LEARNING_RATE * np.outer(delta0, f["s_in"])
        self.b0 += LEARNING_RATE * delta0
        if self.log is not None:
            jitter = np.array([jitter_f, jitter_t])
            self.log[-1].update(steps=np.array([first, second]), jitter=jitter)
        return f["c1"].argmax() == target.argmax(), first + second


def record(network, design, path, images=3):
    """Every step of some images, concatenated; phase lengths and jitters; final weights."""
    network.log = []
    for index in range(images):
        network.learn(design.images[index], design.labels[index])
    last = [step for step in network.log if "steps" in step]
    names = "n_in", "n_h", "n_o", "a", "c0", "c1"
    arrays = {name: np.stack([step[name] for step in network.log]) for name in names}
    for name in "steps", "jitter":
        arrays[name] = np.stack([step[name] for step in last])
    weights = dict(w0=network.w0, w1=network.w1, b0=network.b0, b1=network.b1)
    np.savez(path, **arrays, **weights)


def make(arguments):
    design = Dendrites(arguments.data)
    network = Network(design, arguments.seed)
    if arguments.record:
        record(network, design, arguments.record)
        raise SystemExit
    done = 0

    def run(_):
        nonlocal done
        image = done % len(design.images)
        done, network.spikes = done + 1, 0
        clock = spiking.Clock()
        correct, steps = network.learn(design.images[image], design.labels[image])
        wall, cpu = clock.stop()
        rate = network.spikes / len(network.c0) / steps * 1000
        return wall, cpu, rate, dict(correct=correct)

    for _ in range(10):
        run(None)
    return spiking.Peer("numpy", np.__version__, "image", 1, arguments.seed, run, design.source)


def options(parser):
    parser.add_argument("--data", help="folder with the MNIST IDX files, gzip or plain")
    parser.add_argument("--record", metavar="FILE", help="write three images to this .npz and end")


if __name__ == "__main__":
    spiking.main("dendrites-learn", make, options)
