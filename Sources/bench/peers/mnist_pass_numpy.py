"""NumPy peer of the whole-process pass: start-up, the gzip files, 1875 steps, a test pass.

Prints the test error. The step is that of fig2_step_numpy.py. Images stay bytes and become float32
by the minibatch: converting all of them first takes longer, since most of that is page faults.
"""

import common  # first: it fixes the thread counts

import argparse
import pathlib

import numpy as np

import fig2_step_numpy

BATCH = common.BATCH
IMAGES = 60_000  # all of the training set, shown once
f32 = np.float32


def load(folder, kind):
    images, labels = common.read_idx(folder, kind)
    return images, np.eye(10, dtype=f32)[labels], labels


def main():
    parser = argparse.ArgumentParser(description="One pass over MNIST, as a whole process.")
    parser.add_argument("--data", required=True, help="folder with the MNIST IDX files")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.data)

    images, targets, _ = load(folder, "train")
    spec, seed = common.FIG2, arguments.seed
    data = common.Data(images, targets, "mnist")
    peer = fig2_step_numpy.make(spec, data, common.initial(spec, seed), seed)
    random = np.random.Generator(np.random.SFC64(seed))
    rows = random.permutation(IMAGES).reshape(-1, BATCH)
    pixels, scale = np.empty((BATCH, 784), np.uint8), f32(1 / 255)
    x, t = np.empty((BATCH, 784), f32), np.empty((BATCH, 10), f32)
    noise = np.empty(common.noise_size(spec), f32)
    for row in rows:
        images.take(row, 0, pixels, "clip")
        targets.take(row, 0, t, "clip")
        np.multiply(pixels, scale, out=x)
        random.standard_normal(dtype=f32, out=noise)
        peer.given(x, t, noise)

    images, _, labels = load(folder, "t10k")
    weights, biases, _ = peer.parameters()
    h = images * scale
    for w, b in zip(weights[:-1], biases):
        h = h @ w + b
        fig2_step_numpy.sigmoid(h)
    y = h @ weights[-1] + biases[-1]
    print((y.argmax(1) != labels).mean())


if __name__ == "__main__":
    main()
