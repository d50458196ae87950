"""PyTorch peer of the Figure 2 step: 784-50-20-10, batch 32, float32, one thread.

Timed, per step: gathering a minibatch, drawing the noise, the clean and the perturbed pass, the
node-perturbation estimate, and the updates of every W, bias and B (with --ridge, B = S V^-1).

The fastest form tried: eager operations in inference mode on preallocated buffers, gradients by
hand, both passes in one call per layer above the first (64 rows), and updates accumulated by the
product itself (addmm_, with W stored [out, in]).
What lost (microseconds per step, measured in turn with this form's 170): torch.compile of the same
step 329, of ten steps unrolled 277; bias gradients by sum 194. Of the parts alone: W stored
[in, out] 40.7 + 33.7 against 37.6 + 30.4 for the first layer's product and update; einsum 7.0
against vecdot 2.5; normal_ 11.2 against randn 8.6 (no difference in the whole step).
"""

import common  # first: it fixes the thread counts

import torch

BATCH = common.BATCH
torch.set_num_threads(1)
sigmoid_backward = torch.ops.aten.sigmoid_backward  # sigmoid_backward(g, h) = g * h * (1 - h)


def make(spec, data, start, seed, ridge=False):
    inputs, n1, n2, n3 = spec.sizes
    images, labels = torch.from_numpy(data.images), torch.from_numpy(data.labels)
    order = torch.from_numpy(common.order(seed))
    torch.manual_seed(seed)

    # W is [out, in], as in torch.nn.Linear.
    w1, w2, w3 = (torch.tensor(w).t().contiguous() for w in start[0])
    b1, b2, b3 = map(torch.tensor, start[1])
    f1, f2 = map(torch.tensor, start[2])
    v1, v2 = common.RIDGE * torch.eye(n2), common.RIDGE * torch.eye(n3)
    s1, s2 = torch.zeros(n1, n2), torch.zeros(n2, n3)

    x, t = torch.empty(BATCH, inputs), torch.empty(BATCH, n3)
    noise = torch.empty(common.noise_size(spec))
    xi1 = noise[: BATCH * n1].view(BATCH, n1)
    xi2 = noise[BATCH * n1 :].view(BATCH, n2)
    # Rows 0..31 hold the clean pass, rows 32..63 the perturbed one.
    h1, h2, r = (torch.empty(2 * BATCH, n) for n in (n1, n2, n3))
    clean1, noisy1, clean2, noisy2, e = h1[:BATCH], h1[BATCH:], h2[:BATCH], h2[BATCH:], r[:BATCH]
    pair = r.view(2, BATCH, n3)
    squares = torch.empty(2 * BATCH)
    clean_squares, noisy_squares = squares[:BATCH], squares[BATCH:]
    g1, g2, d1, d2 = (torch.empty(BATCH, n) for n in (n1, n2, n1, n2))
    delta = torch.empty(BATCH)
    column = delta.view(BATCH, 1)
    ones = torch.ones(BATCH)
    w1_t, w2_t, w3_t, f1_t, f2_t = w1.t(), w2.t(), w3.t(), f1.t(), f2.t()
    d1_t, d2_t, e_t, xi1_t, xi2_t, g1_t, g2_t = (
        array.t() for array in (d1, d2, e, xi1, xi2, g1, g2)
    )
    rate, beta, c = spec.rate, spec.feedback_rate, spec.noise

    def step():
        """One step on the buffers x, t and noise (which --ridge overwrites)."""
        torch.addmm(b1, x, w1_t, out=clean1)
        clean1.sigmoid_()
        torch.add(clean1, xi1, alpha=c, out=noisy1)
        torch.addmm(b2, h1, w2_t, out=h2)
        h2.sigmoid_()
        noisy2.add_(xi2, alpha=c)
        torch.addmm(b3, h2, w3_t, out=r)
        pair.sub_(t)
        torch.linalg.vecdot(r, r, out=squares)
        torch.sub(noisy_squares, clean_squares, out=delta)
        delta.mul_(0.5 / c)

        # The teaching signals.
        torch.mm(e, f2_t, out=g2)
        sigmoid_backward.grad_input(g2, clean2, grad_input=d2)
        torch.mm(d2, f1_t, out=g1)
        sigmoid_backward.grad_input(g1, clean1, grad_input=d1)

        w1.addmm_(d1_t, x, alpha=-rate)
        b1.addmv_(d1_t, ones, alpha=-rate)
        w2.addmm_(d2_t, clean1, alpha=-rate)
        b2.addmv_(d2_t, ones, alpha=-rate)
        w3.addmm_(e_t, clean2, alpha=-rate)
        b3.addmv_(e_t, ones, alpha=-rate)

        # The estimate lambda-hat is column * xi.
        if ridge:
            xi1.mul_(column)
            xi2.mul_(column)
            v1.addmm_(d2_t, d2)
            v2.addmm_(e_t, e)
            s1.addmm_(xi1_t, d2)
            s2.addmm_(xi2_t, e)
            torch.cholesky_solve(s1.t(), torch.linalg.cholesky_ex(v1)[0], out=f1_t)
            torch.cholesky_solve(s2.t(), torch.linalg.cholesky_ex(v2)[0], out=f2_t)
        else:
            g1.addcmul_(column, xi1, value=-1)
            g2.addcmul_(column, xi2, value=-1)
            f1.addmm_(g1_t, d2, alpha=-beta)
            f2.addmm_(g2_t, e, alpha=-beta)

    done = 0

    @torch.inference_mode()
    def run(steps):
        nonlocal done
        for index in range(done, done + steps):
            rows = order[index % common.ORDER_STEPS]
            torch.index_select(images, 0, rows, out=x)
            torch.index_select(labels, 0, rows, out=t)
            torch.randn(noise.shape, out=noise)
            step()
        done += steps
        return clean_squares.sum().item() / 2

    @torch.inference_mode()
    def given(batch, targets, normals):
        for buffer, array in ((x, batch), (t, targets), (noise, normals)):
            buffer.copy_(torch.from_numpy(array))
        step()
        return clean_squares.sum().item() / 2

    def parameters():
        arrays = [w1_t, w2_t, w3_t], [b1, b2, b3], [f1, f2]
        return tuple([array.numpy() for array in group] for group in arrays)

    return common.Peer("torch", torch.__version__, 1, run, given, parameters)


if __name__ == "__main__":
    common.main(make, common.FIG2, ridge_variant=True)
