"""JAX peer of the Figure 3 step: autoencoder 784-200-2-200-784, batch 32, float32, one thread.

Timed, per step: gathering a minibatch, drawing the noise, the clean and the perturbed pass, the
node-perturbation estimate, and the updates of every W, bias and B. The target is the input.

The fastest form tried: one compiled call does 200 steps by lax.scan with donated buffers, both
passes share one product per layer above the first, and threefry noise is drawn for 10 steps at a
time, in an outer scan (fig2_step_jax.py lists the other generators).
What lost (median microseconds per step, measured in turn with this form's 1113): noise for 2, 50 or
200 steps at a time 1173, 1160, 1318; two separate passes 1259; unrolling by two 1233; transposed
weight gradients 1126; rates applied to the signals and not to the gradients 1358.
"""

import common  # first: it fixes the thread counts

import functools

import jax
import jax.numpy as jnp
import numpy as np

BATCH = common.BATCH
CHUNK = 200  # steps in a compiled call
DRAW = 10  # steps in a draw of noise


def step(spec, state, x, noise):
    """One step on a minibatch and its normal numbers; the new state and the loss."""
    (w1, w2, w3, w4), (b1, b2, b3, b4), (f1, f2, f3) = state
    n1, n2, n3 = spec.sizes[1:4]
    xi1 = noise[: BATCH * n1].reshape(BATCH, n1)
    xi2 = noise[BATCH * n1 : BATCH * (n1 + n2)].reshape(BATCH, n2)
    xi3 = noise[BATCH * (n1 + n2) :].reshape(BATCH, n3)
    rate, beta, c = spec.rate, spec.feedback_rate, spec.noise

    # In a stacked array, rows 0..31 are the clean pass and rows 32..63 the perturbed one.
    h1 = jnp.tanh(x @ w1 + b1)
    both = jnp.concatenate([h1, h1 + c * xi1]) @ w2 + b2
    h2 = both[:BATCH]
    both = jnp.tanh(jnp.concatenate([h2, both[BATCH:] + c * xi2]) @ w3 + b3)
    h3 = both[:BATCH]
    y = jax.nn.relu(jnp.concatenate([h3, both[BATCH:] + c * xi3]) @ w4 + b4)
    r = y[:BATCH] - x
    noisy_r = y[BATCH:] - x
    losses = (r * r).sum(1) / 2
    delta = (((noisy_r * noisy_r).sum(1) / 2 - losses) / c)[:, None]

    e = jnp.where(y[:BATCH] > 0, r, 0)
    g3 = e @ f3.T
    d3 = g3 * (1 - h3 * h3)
    g2 = d3 @ f2.T  # also d2: the bottleneck is linear
    g1 = g2 @ f1.T
    d1 = g1 * (1 - h1 * h1)

    state = (
        (
            w1 - rate * (x.T @ d1),
            w2 - rate * (h1.T @ g2),
            w3 - rate * (h2.T @ d3),
            w4 - rate * (h3.T @ e),
        ),
        (
            b1 - rate * d1.sum(0),
            b2 - rate * g2.sum(0),
            b3 - rate * d3.sum(0),
            b4 - rate * e.sum(0),
        ),
        (
            f1 - beta * ((g1 - delta * xi1).T @ g2),
            f2 - beta * ((g2 - delta * xi2).T @ d3),
            f3 - beta * ((g3 - delta * xi3).T @ e),
        ),
    )
    return state, losses.sum()


def make(spec, data, start, seed, ridge=False):
    step_here = functools.partial(step, spec)

    def chunk(state, key, images, rows):
        def one(state, inputs):
            row, noise = inputs
            return step_here(state, images.at[row].get(mode="promise_in_bounds"), noise)

        def some(state, inputs):
            rows, key = inputs
            noise = jax.random.normal(key, (DRAW, common.noise_size(spec)))
            return jax.lax.scan(one, state, (rows, noise))

        key, drawn = jax.random.split(key)
        keys = jax.random.split(drawn, CHUNK // DRAW)
        state, losses = jax.lax.scan(some, state, (rows.reshape(-1, DRAW, BATCH), keys))
        return state, key, losses[-1, -1]

    chunk = jax.jit(chunk, donate_argnums=(0, 1))
    step_alone = jax.jit(step_here)

    state, key = tuple(tuple(map(jnp.array, arrays)) for arrays in start), jax.random.key(seed)
    images = jnp.asarray(data.images)
    order = [
        jnp.asarray(rows)
        for rows in common.order(seed).astype(np.int32).reshape(-1, CHUNK, BATCH)
    ]
    done = 0

    def run(steps):
        nonlocal state, key, done
        for index in range(done, done + steps // CHUNK):
            state, key, loss = chunk(state, key, images, order[index % len(order)])
        done += steps // CHUNK
        jax.block_until_ready(state)
        return float(loss)

    def given(x, t, noise):
        nonlocal state
        state, loss = step_alone(state, x, noise)
        return float(loss)

    def parameters():
        return tuple([np.asarray(array) for array in arrays] for arrays in state)

    return common.Peer("jax", jax.__version__, CHUNK, run, given, parameters)


if __name__ == "__main__":
    common.main(make, common.FIG3)
