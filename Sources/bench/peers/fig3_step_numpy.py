"""NumPy peer of the Figure 3 step: autoencoder 784-200-2-200-784, batch 32, float32, one thread.

Timed, per step: gathering a minibatch, drawing the noise, the clean and the perturbed pass, the
node-perturbation estimate, and the updates of every W, bias and B. The target is the input.

The fastest form tried, as in fig2_step_numpy.py: every result goes to a preallocated buffer (fresh
temporaries of this size cost page faults), both passes share one call per layer above the first,
SFC64 noise. The three large matrices are updated in place by scipy's accumulating sgemm, the small
ones by a product and a subtraction.
What lost (median microseconds per step, measured in turn with this form's 1212): a product and a
subtraction for all matrices 1425, the same with matmul for dot 1460 and with transposed gradients
1492; einsum for vecdot and a masked copy for the ReLU's gate made no difference.
"""

import common  # first: it fixes the thread counts

import numpy as np
from scipy.linalg.blas import sgemm

BATCH = common.BATCH
ONE = np.float32(1)
ZERO = np.float32(0)
f32 = np.float32


def accumulate(matrix, a, b, scale):
    """matrix += scale * a.T @ b, in place; sgemm sees the transpose, in Fortran order."""
    sgemm(scale, b.T, a.T, beta=1, c=matrix.T, trans_b=1, overwrite_c=1)


def make(spec, data, start, seed, ridge=False):
    inputs, n1, n2, n3, outputs = spec.sizes
    images, order = data.images, common.order(seed)
    random = np.random.Generator(np.random.SFC64(seed))

    (w1, w2, w3, w4), (b1, b2, b3, b4), (f1, f2, f3) = ([a.copy() for a in part] for part in start)
    small = (w2, w3, b1, b2, b3, b4, f1, f2)
    changes = dw2, dw3, db1, db2, db3, db4, df1, df2 = [np.empty_like(array) for array in small]

    def buffers(rows, *widths):
        return (np.empty((rows, width), f32) for width in widths)

    (x,) = buffers(BATCH, inputs)
    noise, (xi1, xi2, xi3) = common.blocks([(BATCH, n) for n in (n1, n2, n3)])
    scaled, (c_xi1, c_xi2, c_xi3) = common.blocks([(BATCH, n) for n in (n1, n2, n3)])
    # Rows 0..31 hold the clean pass, rows 32..63 the perturbed one.
    h1, h2, h3, y, r = buffers(2 * BATCH, n1, n2, n3, outputs, outputs)
    clean1, clean2, clean3, clean_y, clean_r = (array[:BATCH] for array in (h1, h2, h3, y, r))
    noisy1, noisy2, noisy3 = (array[BATCH:] for array in (h1, h2, h3))
    y_pair, r_pair = y.reshape(2, BATCH, outputs), r.reshape(2, BATCH, outputs)
    squares, delta = np.empty(2 * BATCH, f32), np.empty(BATCH, f32)
    clean_squares, noisy_squares, column = squares[:BATCH], squares[BATCH:], delta[:, None]
    g1, d1, slope1, g2, g3, d3, slope3 = buffers(BATCH, n1, n1, n1, n2, n3, n3, n3)
    rate_d1, rate_g2, rate_d3, rate_e = buffers(BATCH, n1, n2, n3, outputs)
    beta_g2, beta_d3, e = buffers(BATCH, n2, n3, outputs)
    positive = np.empty((BATCH, outputs), bool)
    ones = np.ones(BATCH, f32)
    rate, beta, c = f32(spec.rate), f32(spec.feedback_rate), f32(spec.noise)
    half_over_c = f32(0.5 / spec.noise)
    clean1_t, clean2_t = clean1.T, clean2.T
    f1_t, f2_t, f3_t, g1_t, xi2_t = f1.T, f2.T, f3.T, g1.T, xi2.T

    def step():
        """One step on the buffers x and noise (which it overwrites)."""
        np.multiply(noise, c, out=scaled)
        np.dot(x, w1, out=clean1)
        np.add(clean1, b1, out=clean1)
        np.tanh(clean1, out=clean1)
        np.add(clean1, c_xi1, out=noisy1)
        np.dot(h1, w2, out=h2)
        np.add(h2, b2, out=h2)
        np.add(noisy2, c_xi2, out=noisy2)
        np.dot(h2, w3, out=h3)
        np.add(h3, b3, out=h3)
        np.tanh(h3, out=h3)
        np.add(noisy3, c_xi3, out=noisy3)
        np.dot(h3, w4, out=y)
        np.add(y, b4, out=y)
        np.maximum(y, ZERO, out=y)
        np.subtract(y_pair, x, out=r_pair)
        np.vecdot(r, r, out=squares)

        # The estimates lambda-hat, in place of the noise.
        np.subtract(noisy_squares, clean_squares, out=delta)
        np.multiply(delta, half_over_c, out=delta)
        np.multiply(xi1, column, out=xi1)
        np.multiply(xi2, column, out=xi2)
        np.multiply(xi3, column, out=xi3)

        # The teaching signals; the bottleneck is linear, so d2 is g2.
        np.greater(clean_y, ZERO, out=positive)
        np.multiply(clean_r, positive, out=e)
        np.dot(e, f3_t, out=g3)
        np.multiply(clean3, clean3, out=slope3)
        np.subtract(ONE, slope3, out=slope3)
        np.multiply(g3, slope3, out=d3)
        np.dot(d3, f2_t, out=g2)
        np.dot(g2, f1_t, out=g1)
        np.multiply(clean1, clean1, out=slope1)
        np.subtract(ONE, slope1, out=slope1)
        np.multiply(g1, slope1, out=d1)

        accumulate(w1, x, d1, -spec.rate)
        accumulate(w4, clean3, e, -spec.rate)
        np.multiply(d1, rate, out=rate_d1)
        np.multiply(g2, rate, out=rate_g2)
        np.multiply(d3, rate, out=rate_d3)
        np.multiply(e, rate, out=rate_e)
        np.dot(clean1_t, rate_g2, out=dw2)
        np.dot(clean2_t, rate_d3, out=dw3)
        np.dot(ones, rate_d1, out=db1)
        np.dot(ones, rate_g2, out=db2)
        np.dot(ones, rate_d3, out=db3)
        np.dot(ones, rate_e, out=db4)

        np.subtract(g1, xi1, out=g1)
        np.subtract(g2, xi2, out=xi2)
        np.subtract(g3, xi3, out=g3)
        np.multiply(g2, beta, out=beta_g2)
        np.multiply(d3, beta, out=beta_d3)
        accumulate(f3, g3, e, -spec.feedback_rate)
        np.dot(g1_t, beta_g2, out=df1)
        np.dot(xi2_t, beta_d3, out=df2)
        for array, change in zip(small, changes):
            np.subtract(array, change, out=array)

    done = 0

    def run(steps):
        nonlocal done
        for index in range(done, done + steps):
            # "clip": "raise" would gather into a copy first
            images.take(order[index % common.ORDER_STEPS], 0, x, "clip")
            random.standard_normal(dtype=f32, out=noise)
            step()
        done += steps
        return float(clean_squares.sum() / 2)

    def given(batch, targets, normals):
        x[...], noise[...] = batch, normals
        step()
        return float(clean_squares.sum() / 2)

    def parameters():
        return [w1, w2, w3, w4], [b1, b2, b3, b4], [f1, f2, f3]

    return common.Peer("numpy", np.__version__, 1, run, given, parameters)


if __name__ == "__main__":
    common.main(make, common.FIG3)
