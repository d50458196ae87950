"""NumPy peer of the Figure 2 step: 784-50-20-10, batch 32, float32, one thread.

Timed, per step: gathering a minibatch, drawing the noise, the clean and the perturbed pass, the
node-perturbation estimate, and the updates of every W, bias and B (with --ridge, B = S V^-1).

The fastest form tried. Every result goes to a preallocated buffer; both passes share one call per
layer above the first (64 rows); all W and biases are updated by one call on a flat array; constants
are NumPy scalars (a Python 1 costs 1.5 us per step more than a float32 one).
What lost (microseconds, in isolation): PCG64 noise 20.5 against SFC64's 17.6; matmul 36.2 against
dot 34.6 in the first layer; W kept transposed 47; scipy's expit 9.2 and tanh 3.6 against exp 2.7 in
the sigmoid; einsum 3.5 against vecdot 2.3; scipy's accumulating sgemm, which saves the update call
but not its cost; np.linalg.solve 19.7 and inv 13.2 against LAPACK's posv 8.6 for --ridge.
"""

import common  # first: it fixes the thread counts

import numpy as np

BATCH = common.BATCH
ONE = np.float32(1)
f32 = np.float32


def sigmoid(a):
    np.negative(a, out=a)
    np.exp(a, out=a)
    np.add(a, ONE, out=a)
    np.reciprocal(a, out=a)


def make(spec, data, start, seed, ridge=False):
    if ridge:
        from scipy.linalg import lapack  # posv alone; SGD need not wait for its import
    inputs, n1, n2, n3 = spec.sizes
    images, labels, order = data.images, data.labels, common.order(seed)
    random = np.random.Generator(np.random.SFC64(seed))

    arrays = [array for pair in zip(start[0], start[1]) for array in pair]
    forward, (w1, b1, w2, b2, w3, b3) = common.blocks([array.shape for array in arrays])
    gradient, (dw1, db1, dw2, db2, dw3, db3) = common.blocks([array.shape for array in arrays])
    np.concatenate([array.ravel() for array in arrays], out=forward)
    f1, f2 = (matrix.copy() for matrix in start[2])
    df1, df2 = np.empty_like(f1), np.empty_like(f2)
    v1, v2 = (common.RIDGE * np.eye(n, dtype=f32) for n in (n2, n3))
    s1, s2 = np.zeros_like(f1), np.zeros_like(f2)
    dv1, dv2 = np.empty_like(v1), np.empty_like(v2)

    def buffer(*shape):
        return np.empty(shape, f32)

    x, t = buffer(BATCH, inputs), buffer(BATCH, n3)
    noise, (xi1, xi2) = common.blocks([(BATCH, n1), (BATCH, n2)])
    scaled, (c_xi1, c_xi2) = common.blocks([(BATCH, n1), (BATCH, n2)])
    # Rows 0..31 hold the clean pass, rows 32..63 the perturbed one.
    h1, h2, r = buffer(2 * BATCH, n1), buffer(2 * BATCH, n2), buffer(2 * BATCH, n3)
    clean1, noisy1, clean2, noisy2, e = h1[:BATCH], h1[BATCH:], h2[:BATCH], h2[BATCH:], r[:BATCH]
    x_t, clean1_t, clean2_t, e_t = x.T, clean1.T, clean2.T, e.T
    pair = r.reshape(2, BATCH, n3)
    squares = buffer(2 * BATCH)
    clean_squares, noisy_squares = squares[:BATCH], squares[BATCH:]
    delta = buffer(BATCH)
    column = delta[:, None]
    g1, g2, d1, d2 = buffer(BATCH, n1), buffer(BATCH, n2), buffer(BATCH, n1), buffer(BATCH, n2)
    g1_t, g2_t, d2_t, lambda1_t, lambda2_t = g1.T, g2.T, d2.T, xi1.T, xi2.T
    beta_e, beta_d2 = buffer(BATCH, n3), buffer(BATCH, n2)
    slope1, slope2 = buffer(BATCH, n1), buffer(BATCH, n2)
    ones = np.ones(BATCH, f32)
    rate, beta, c = f32(spec.rate), f32(spec.feedback_rate), f32(spec.noise)
    half_over_c = f32(0.5 / spec.noise)
    f1_t, f2_t = f1.T, f2.T

    def step():
        """One step on the buffers x, t and noise (which it overwrites)."""
        np.multiply(noise, c, out=scaled)
        np.dot(x, w1, out=clean1)
        np.add(clean1, b1, out=clean1)
        sigmoid(clean1)
        np.add(clean1, c_xi1, out=noisy1)
        np.dot(h1, w2, out=h2)
        np.add(h2, b2, out=h2)
        sigmoid(h2)
        np.add(noisy2, c_xi2, out=noisy2)
        np.dot(h2, w3, out=r)
        np.add(r, b3, out=r)
        np.subtract(pair, t, out=pair)
        np.vecdot(r, r, out=squares)

        # The estimates lambda-hat, in place of the noise.
        np.subtract(noisy_squares, clean_squares, out=delta)
        np.multiply(delta, half_over_c, out=delta)
        np.multiply(xi1, column, out=xi1)
        np.multiply(xi2, column, out=xi2)

        # The teaching signals.
        np.dot(e, f2_t, out=g2)
        np.subtract(ONE, clean2, out=slope2)
        np.multiply(slope2, clean2, out=slope2)
        np.multiply(g2, slope2, out=d2)
        np.dot(d2, f1_t, out=g1)
        np.subtract(ONE, clean1, out=slope1)
        np.multiply(slope1, clean1, out=slope1)
        np.multiply(g1, slope1, out=d1)

        np.dot(x_t, d1, out=dw1)
        np.dot(ones, d1, out=db1)
        np.dot(clean1_t, d2, out=dw2)
        np.dot(ones, d2, out=db2)
        np.dot(clean2_t, e, out=dw3)
        np.dot(ones, e, out=db3)
        np.multiply(gradient, rate, out=gradient)
        np.subtract(forward, gradient, out=forward)

        if ridge:
            for v, dv, s, ds, f, estimate_t, d, d_t in (
                (v1, dv1, s1, df1, f1_t, lambda1_t, d2, d2_t),
                (v2, dv2, s2, df2, f2_t, lambda2_t, e, e_t),
            ):
                np.dot(d_t, d, out=dv)
                np.add(v, dv, out=v)
                np.dot(estimate_t, d, out=ds)
                np.add(s, ds, out=s)
                np.copyto(f, lapack.sposv(v, s.T)[1])
        else:
            np.subtract(g1, xi1, out=g1)
            np.subtract(g2, xi2, out=g2)
            np.multiply(d2, beta, out=beta_d2)
            np.multiply(e, beta, out=beta_e)
            np.dot(g1_t, beta_d2, out=df1)
            np.dot(g2_t, beta_e, out=df2)
            np.subtract(f1, df1, out=f1)
            np.subtract(f2, df2, out=f2)

    done = 0

    def run(steps):
        nonlocal done
        for index in range(done, done + steps):
            rows = order[index % common.ORDER_STEPS]
            images.take(rows, 0, x, "clip")  # "clip": "raise" would gather into a copy first
            labels.take(rows, 0, t, "clip")
            random.standard_normal(dtype=f32, out=noise)
            step()
        done += steps
        return float(clean_squares.sum() / 2)

    def given(batch, targets, normals):
        x[...], t[...], noise[...] = batch, targets, normals
        step()
        return float(clean_squares.sum() / 2)

    def parameters():
        return [w1, w2, w3], [b1, b2, b3], [f1, f2]

    return common.Peer("numpy", np.__version__, 1, run, given, parameters)


if __name__ == "__main__":
    common.main(make, common.FIG2, ridge_variant=True)
