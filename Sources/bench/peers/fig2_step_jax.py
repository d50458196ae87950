"""JAX peer of the Figure 2 step: 784-50-20-10, batch 32, float32, one thread.

Timed, per step: gathering a minibatch, drawing the noise, the clean and the perturbed pass, the
node-perturbation estimate, and the updates of every W, bias and B (with --ridge, B = S V^-1).

The fastest form tried: one compiled call does 1000 steps by lax.scan with donated buffers, both
passes share one product per layer above the first, and threefry noise is drawn for 25 steps at a
time, in an outer scan (1000 at a time leaves the cache).
What lost (microseconds per step, against 131-135): noise drawn step by step 139, for 1000 steps at
once 156-200, the generators rbg 178 and unsafe_rbg 168, Box-Muller on raw bits 174; unrolling by 4,
5 or 10 142-160; two separate passes 134-138; minibatches gathered 25 at a time 149 or by slices
145; a sigmoid by tanh 143 or by exp 140. Not distinguishable: uint8 images, XLA's options for
vector width, oneDNN, XNNPACK, fast math and its schedulers.
"""

import common  # first: it fixes the thread counts

import functools

import jax
import jax.numpy as jnp
import numpy as np

BATCH = common.BATCH
CHUNK = 1000  # steps in a compiled call
DRAW = 25  # steps in a draw of noise


def sgd(f, g, estimate, d, beta):
    return f - beta * ((g - estimate).T @ d)


def least_squares(f, g, estimate, d, beta):
    """The ridge variant; f is the tuple (B, V, S)."""
    _, v, s = f
    v = v + d.T @ d
    s = s + estimate.T @ d
    return jax.scipy.linalg.cho_solve((jnp.linalg.cholesky(v), True), s.T).T, v, s


def step(spec, ridge, state, x, t, noise):
    """One step on a minibatch and its normal numbers; the new state and the loss."""
    (w1, w2, w3), (b1, b2, b3), (f1, f2) = state
    n1, n2 = spec.sizes[1:3]
    xi1 = noise[: BATCH * n1].reshape(BATCH, n1)
    xi2 = noise[BATCH * n1 :].reshape(BATCH, n2)
    rate, c = spec.rate, spec.noise

    # In a stacked array, rows 0..31 are the clean pass and rows 32..63 the perturbed one.
    h1 = jax.nn.sigmoid(x @ w1 + b1)
    both = jax.nn.sigmoid(jnp.concatenate([h1, h1 + c * xi1]) @ w2 + b2)
    h2 = both[:BATCH]
    r = jnp.concatenate([h2, both[BATCH:] + c * xi2]) @ w3 + b3
    e = r[:BATCH] - t
    noisy_e = r[BATCH:] - t
    losses = (e * e).sum(1) / 2
    delta = (((noisy_e * noisy_e).sum(1) / 2 - losses) / c)[:, None]

    matrix1, matrix2 = (f1[0], f2[0]) if ridge else (f1, f2)
    g2 = e @ matrix2.T
    d2 = g2 * h2 * (1 - h2)
    g1 = d2 @ matrix1.T
    d1 = g1 * h1 * (1 - h1)

    learn = least_squares if ridge else sgd
    state = (
        (w1 - rate * (x.T @ d1), w2 - rate * (h1.T @ d2), w3 - rate * (h2.T @ e)),
        (b1 - rate * d1.sum(0), b2 - rate * d2.sum(0), b3 - rate * e.sum(0)),
        (
            learn(f1, g1, delta * xi1, d2, spec.feedback_rate),
            learn(f2, g2, delta * xi2, e, spec.feedback_rate),
        ),
    )
    return state, losses.sum()


def make(spec, data, start, seed, ridge=False):
    step_here = functools.partial(step, spec, ridge)

    def chunk(state, key, images, labels, rows):
        def one(state, inputs):
            row, noise = inputs
            x = images.at[row].get(mode="promise_in_bounds")
            t = labels.at[row].get(mode="promise_in_bounds")
            return step_here(state, x, t, noise)

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

    weights, biases, feedback = (tuple(map(jnp.array, arrays)) for arrays in start)
    if ridge:
        feedback = tuple(
            (matrix, common.RIDGE * jnp.eye(matrix.shape[1]), jnp.zeros(matrix.shape))
            for matrix in feedback
        )
    state, key = (weights, biases, feedback), jax.random.key(seed)
    images, labels = jnp.asarray(data.images), jnp.asarray(data.labels)
    order = [
        jnp.asarray(rows)
        for rows in common.order(seed).astype(np.int32).reshape(-1, CHUNK, BATCH)
    ]
    done = 0

    def run(steps):
        nonlocal state, key, done
        for index in range(done, done + steps // CHUNK):
            state, key, loss = chunk(state, key, images, labels, order[index % len(order)])
        done += steps // CHUNK
        jax.block_until_ready(state)
        return float(loss)

    def given(x, t, noise):
        nonlocal state
        state, loss = step_alone(state, x, t, noise)
        return float(loss)

    def parameters():
        weights, biases, feedback = state
        groups = weights, biases, [f[0] for f in feedback] if ridge else feedback
        return tuple([np.asarray(array) for array in group] for group in groups)

    return common.Peer("jax", jax.__version__, CHUNK, run, given, parameters)


if __name__ == "__main__":
    common.main(make, common.FIG2, ridge_variant=True)
