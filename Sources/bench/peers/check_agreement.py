"""Checks that the peers compute the same step: the very step functions that are timed, started from
the same weights and given the same minibatches and noise, against a float64 reference.

The error of a layer is the largest difference to the reference, relative to the largest change of
that layer since the start: it is about 1e-5 after one step (float32 loss differences divided by c
limit it), and 1 if an update is missing. Exits with status 1 if any error exceeds TOLERANCE.
"""

import common  # first: it fixes the thread counts

import argparse
import sys

import numpy as np

import fig2_step_jax
import fig2_step_numpy
import fig2_step_torch
import fig3_step_jax
import fig3_step_numpy
import fig3_step_torch

TOLERANCE = 1e-3

ACTIVATIONS = {  # name: (function, derivative in terms of the output)
    "sigmoid": (lambda a: 1 / (1 + np.exp(-a)), lambda h: h * (1 - h)),
    "tanh": (np.tanh, lambda h: 1 - h * h),
    "identity": (lambda a: a, lambda h: np.ones_like(h)),
    "relu": (lambda a: np.maximum(a, 0), lambda h: np.where(h > 0, 1.0, 0.0)),
}
FIG2 = ("sigmoid", "sigmoid", "identity")
FIG3 = ("tanh", "identity", "tanh", "relu")


class Reference:
    """The algorithm as it is written down, layer by layer, in float64 and without any shortcut."""

    def __init__(self, spec, activations, start, ridge):
        self.spec, self.ridge = spec, ridge
        self.layers = [ACTIVATIONS[name] for name in activations]
        self.w, self.b, self.f = ([a.astype(np.float64) for a in arrays] for arrays in start)
        self.v = [common.RIDGE * np.eye(f.shape[1]) for f in self.f]
        self.s = [np.zeros_like(f) for f in self.f]

    def forward(self, x, noise):
        outputs = []
        for index, (activation, _) in enumerate(self.layers):
            x = activation(x @ self.w[index] + self.b[index])
            if index < len(noise):
                x = x + noise[index]
            outputs.append(x)
        return outputs

    def given(self, x, t, noise):
        spec = self.spec
        x, t, noise = (array.astype(np.float64) for array in (x, t, noise))
        ends = np.cumsum([common.BATCH * n for n in spec.sizes[1:-1]])
        xi = [part.reshape(common.BATCH, -1) for part in np.split(noise, ends[:-1])]
        clean = self.forward(x, [])
        noisy = self.forward(x, [spec.noise * part for part in xi])
        losses, noisy_losses = (((h[-1] - t) ** 2).sum(1) / 2 for h in (clean, noisy))
        scale = (noisy_losses - losses) / spec.noise
        estimates = [scale[:, None] * part for part in xi]

        slopes = [slope(h) for (_, slope), h in zip(self.layers, clean)]
        signals = [(clean[-1] - t) * slopes[-1]]
        guesses = []
        for f, slope in zip(reversed(self.f), reversed(slopes[:-1])):
            guesses.insert(0, signals[0] @ f.T)
            signals.insert(0, guesses[0] * slope)

        below = [x, *clean[:-1]]
        for k, signal in enumerate(signals):
            self.w[k] -= spec.rate * below[k].T @ signal
            self.b[k] -= spec.rate * signal.sum(0)
        for k, (guess, estimate, signal) in enumerate(zip(guesses, estimates, signals[1:])):
            if self.ridge:
                self.v[k] += signal.T @ signal
                self.s[k] += estimate.T @ signal
                self.f[k] = self.s[k] @ np.linalg.inv(self.v[k])
            else:
                self.f[k] -= spec.feedback_rate * (guess - estimate).T @ signal
        return losses.sum()

    def parameters(self):
        return self.w, self.b, self.f


def check(spec, activations, modules, data, ridge, steps):
    start = common.initial(spec, 1, ridge)
    reference = Reference(spec, activations, start, ridge)
    peers = [module.make(spec, data, start, 1, ridge) for module in modules]
    random = np.random.default_rng(2)
    order = common.order(3)
    worst = 0.0
    print(f"{spec.name}{' --ridge' if ridge else ''}: relative error of loss, W, bias and B")
    for index in range(1, steps + 1):
        x = data.images[order[index]]
        t = data.labels[order[index]] if spec.sizes[-1] == 10 else x
        noise = random.standard_normal(common.noise_size(spec), np.float32)
        expected_loss = reference.given(x, t, noise)
        for peer in peers:
            loss = peer.given(x, t, noise)
            errors = [abs(loss - expected_loss) / expected_loss]
            for arrays, expected, first in zip(peer.parameters(), reference.parameters(), start):
                layers = [
                    np.abs(a - e).max() / (np.abs(e - f).max() or 1)
                    for a, e, f in zip(arrays, expected, first)
                ]
                errors.append(max(layers))
            worst = max(worst, *errors)
            if index in (1, 2, steps):
                print(f"  step {index:3d} {peer.name:6s}", *(f"{error:.1e}" for error in errors))
    return worst


def main():
    parser = argparse.ArgumentParser(description="Do the peers compute the same step?")
    parser.add_argument("--data", help="folder with the gzip-compressed MNIST IDX files")
    parser.add_argument("--steps", type=int, default=10)
    arguments = parser.parse_args()
    data = common.load(arguments.data)
    fig2 = fig2_step_numpy, fig2_step_jax, fig2_step_torch
    fig3 = fig3_step_numpy, fig3_step_jax, fig3_step_torch
    worst = max(
        check(common.FIG2, FIG2, fig2, data, False, arguments.steps),
        check(common.FIG2, FIG2, fig2, data, True, arguments.steps),
        check(common.FIG3, FIG3, fig3, data, False, arguments.steps),
    )
    agree = worst <= TOLERANCE
    print(f"largest error {worst:.1e}:", "the peers agree" if agree else "THE PEERS DISAGREE")
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
