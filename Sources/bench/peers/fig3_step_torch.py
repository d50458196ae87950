"""PyTorch peer of the Figure 3 step: autoencoder 784-200-2-200-784, batch 32, float32, one thread.

Timed, per step: gathering a minibatch, drawing the noise, the clean and the perturbed pass, the
node-perturbation estimate, and the updates of every W, bias and B. The target is the input.

The form is that of fig2_step_torch.py, where the alternatives are listed: eager operations in
inference mode on preallocated buffers, gradients by hand, both passes in one call per layer above
the first, updates accumulated by the product (addmm_). torch.compile was tried there only.
"""

import common  # first: it fixes the thread counts

import torch

BATCH = common.BATCH
torch.set_num_threads(1)
tanh_backward = torch.ops.aten.tanh_backward  # tanh_backward(g, h) = g * (1 - h * h)
relu_backward = torch.ops.aten.threshold_backward  # relu_backward(g, y, 0) = g where y > 0, else 0


def make(spec, data, start, seed, ridge=False):
    inputs, n1, n2, n3, outputs = spec.sizes
    images = torch.from_numpy(data.images)
    order = torch.from_numpy(common.order(seed))
    torch.manual_seed(seed)

    # W is [out, in], as in torch.nn.Linear.
    w1, w2, w3, w4 = (torch.tensor(w).t().contiguous() for w in start[0])
    b1, b2, b3, b4 = map(torch.tensor, start[1])
    f1, f2, f3 = map(torch.tensor, start[2])

    x = torch.empty(BATCH, inputs)
    noise = torch.empty(common.noise_size(spec))
    xi1, xi2, xi3 = (
        part.view(BATCH, -1) for part in noise.split([BATCH * n for n in (n1, n2, n3)])
    )
    # Rows 0..31 hold the clean pass, rows 32..63 the perturbed one.
    h1, h2, h3, y, r = (torch.empty(2 * BATCH, n) for n in (n1, n2, n3, outputs, outputs))
    clean1, clean2, clean3, clean_y, clean_r = (array[:BATCH] for array in (h1, h2, h3, y, r))
    noisy1, noisy2, noisy3 = (array[BATCH:] for array in (h1, h2, h3))
    y_pair, r_pair = y.view(2, BATCH, outputs), r.view(2, BATCH, outputs)
    squares = torch.empty(2 * BATCH)
    clean_squares, noisy_squares = squares[:BATCH], squares[BATCH:]
    delta = torch.empty(BATCH)
    column = delta.view(BATCH, 1)
    # d2 is g2, for the bottleneck is linear; g2 must survive until the last update, hence l2.
    g1, d1, g2, l2, g3, d3 = (torch.empty(BATCH, n) for n in (n1, n1, n2, n2, n3, n3))
    e = torch.empty(BATCH, outputs)
    ones = torch.ones(BATCH)
    w1_t, w2_t, w3_t, w4_t, f1_t, f2_t, f3_t = (m.t() for m in (w1, w2, w3, w4, f1, f2, f3))
    d1_t, g1_t, g2_t, l2_t, d3_t, g3_t, e_t = (m.t() for m in (d1, g1, g2, l2, d3, g3, e))
    rate, beta, c = spec.rate, spec.feedback_rate, spec.noise

    def step():
        """One step on the buffers x and noise."""
        torch.addmm(b1, x, w1_t, out=clean1)
        clean1.tanh_()
        torch.add(clean1, xi1, alpha=c, out=noisy1)
        torch.addmm(b2, h1, w2_t, out=h2)
        noisy2.add_(xi2, alpha=c)
        torch.addmm(b3, h2, w3_t, out=h3)
        h3.tanh_()
        noisy3.add_(xi3, alpha=c)
        torch.addmm(b4, h3, w4_t, out=y)
        y.relu_()
        torch.sub(y_pair, x, out=r_pair)
        torch.linalg.vecdot(r, r, out=squares)
        torch.sub(noisy_squares, clean_squares, out=delta)
        delta.mul_(0.5 / c)

        # The teaching signals.
        relu_backward.grad_input(clean_r, clean_y, 0, grad_input=e)
        torch.mm(e, f3_t, out=g3)
        tanh_backward.grad_input(g3, clean3, grad_input=d3)
        torch.mm(d3, f2_t, out=g2)
        torch.mm(g2, f1_t, out=g1)
        tanh_backward.grad_input(g1, clean1, grad_input=d1)

        w1.addmm_(d1_t, x, alpha=-rate)
        b1.addmv_(d1_t, ones, alpha=-rate)
        w2.addmm_(g2_t, clean1, alpha=-rate)
        b2.addmv_(g2_t, ones, alpha=-rate)
        w3.addmm_(d3_t, clean2, alpha=-rate)
        b3.addmv_(d3_t, ones, alpha=-rate)
        w4.addmm_(e_t, clean3, alpha=-rate)
        b4.addmv_(e_t, ones, alpha=-rate)

        # The estimate lambda-hat is column * xi.
        g1.addcmul_(column, xi1, value=-1)
        torch.addcmul(g2, column, xi2, value=-1, out=l2)
        g3.addcmul_(column, xi3, value=-1)
        f1.addmm_(g1_t, g2, alpha=-beta)
        f2.addmm_(l2_t, d3, alpha=-beta)
        f3.addmm_(g3_t, e, alpha=-beta)

    done = 0

    @torch.inference_mode()
    def run(steps):
        nonlocal done
        for index in range(done, done + steps):
            torch.index_select(images, 0, order[index % common.ORDER_STEPS], out=x)
            torch.randn(noise.shape, out=noise)
            step()
        done += steps
        return clean_squares.sum().item() / 2

    @torch.inference_mode()
    def given(batch, targets, normals):
        x.copy_(torch.from_numpy(batch))
        noise.copy_(torch.from_numpy(normals))
        step()
        return clean_squares.sum().item() / 2

    def parameters():
        arrays = [w1_t, w2_t, w3_t, w4_t], [b1, b2, b3, b4], [f1, f2, f3]
        return tuple([array.numpy() for array in group] for group in arrays)

    return common.Peer("torch", torch.__version__, 1, run, given, parameters)


if __name__ == "__main__":
    common.main(make, common.FIG3)
