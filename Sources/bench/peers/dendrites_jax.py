"""JAX peer of the dendrites benchmark (spiking.Dendrites has the network): float32, 32 images at a
time (the last 8 of 1,000 by themselves).

The fastest form tried: one compiled call for all images, a scan over minibatches, in it a scan over
the 50 steps; layers are dense products, and the filters act behind them; input spikes are drawn
step by step, those of the two upper layers in one draw per minibatch. What lost (seconds of
processor time for 1,000 images, against 0.47-0.48): input spikes and their products for all steps
at once 0.51, unrolling by 5 0.52, the generator rbg 1.03. Not distinguishable: 16-bit random
numbers.
"""

import spiking  # first: it fixes the thread counts

import jax
import jax.numpy as jnp
import numpy as np

from spiking import IMAGES, Dendrites

BATCH = 32
f32 = np.float32


def simulation(network):
    """A function that shows images [n, 784]: sums over the steps, [n, 500] or [n, 10]."""
    w0, w1, y = (jnp.asarray(w.T, f32) for w in (network.w0, network.w1, network.y))
    b0, b1 = jnp.asarray(network.b0, f32), jnp.asarray(network.b1, f32)
    slow_decay, fast_decay = f32(np.exp(-1 / network.tau_long)), f32(np.exp(-1 / network.tau_short))
    scale = f32(1 / (network.tau_long - network.tau_short))
    total = network.leak + network.basal
    decay, gain, rate = f32(np.exp(-total)), f32(network.basal / total), f32(network.rate)
    inputs, hidden, outputs = network.sizes

    def filtered(filters, drive):
        slow, fast = slow_decay * (filters[0] + drive), fast_decay * (filters[1] + drive)
        return (slow, fast), (slow - fast) * scale

    def membrane(c, basal):
        return gain * basal + (c - gain * basal) * decay

    def fires(rates, chance):
        return (chance < 1 - jnp.exp(-rates)).astype(f32)

    def show(images, key):
        n = len(images)
        key, above = jax.random.split(key)

        def step(state, random):
            basal, tuft, dendrite, c0, c1, output, sums = state
            key, chance = random
            spikes = fires(rate * images, jax.random.uniform(key, (n, inputs)))
            basal, v0 = filtered(basal, spikes @ w0)
            tuft, apical = filtered(tuft, output @ y)
            c0 = membrane(c0, v0 + b0)
            spikes = fires(rate * jax.nn.sigmoid(c0), chance[:, :hidden])
            dendrite, v1 = filtered(dendrite, spikes @ w1)
            c1 = membrane(c1, v1 + b1)
            output = fires(rate * jax.nn.sigmoid(c1), chance[:, hidden:])
            sums = tuple(map(jnp.add, sums, (apical, c1, spikes, output)))
            return (basal, tuft, dendrite, c0, c1, output, sums), None

        h, o = jnp.zeros((n, hidden)), jnp.zeros((n, outputs))
        start = (h, h), (h, h), (o, o), h, o, o, (h, o, h, o)
        steps = network.milliseconds
        chances = jax.random.uniform(above, (steps, n, hidden + outputs))
        end, _ = jax.lax.scan(step, start, (jax.random.split(key, steps), chances))
        return end[-1]

    return show


def make(arguments):
    network = Dendrites(arguments.data)
    show = simulation(network)
    count = IMAGES // BATCH
    images = jnp.asarray(network.images, f32)

    @jax.jit
    def run_all(images, key):
        *keys, last = jax.random.split(key, count + 1)
        batches = images[: count * BATCH].reshape(count, BATCH, -1)
        _, sums = jax.lax.scan(lambda _, x: (None, show(*x)), None, (batches, jnp.stack(keys)))
        return sums, show(images[count * BATCH :], last)

    def run(seed):
        key = jax.random.key(seed)
        clock = spiking.Clock()
        sums = jax.block_until_ready(run_all(images, key))
        seconds = clock.stop()
        both = (np.concatenate([np.ravel(part) for part in parts]) for parts in zip(*sums))
        return *seconds, *network.figures(*both)

    run(arguments.seed)
    seed, version = arguments.seed, jax.__version__
    return spiking.Peer("jax", version, "image", IMAGES, seed, run, network.source)


def options(parser):
    parser.add_argument("--data", help="folder with the MNIST IDX files, gzip or plain")


if __name__ == "__main__":
    spiking.main("dendrites", make, options)
