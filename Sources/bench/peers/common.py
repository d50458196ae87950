"""What all the peers share: one thread, the data, the initial weights, and the server loop.

Import this module before numpy, jax or torch: it fixes the thread counts, which those
libraries read once, when they are loaded. Peers of the spiking benchmarks take `--threads 2`.
"""

import argparse
import gzip
import json
import os
import pathlib
import sys
import time
from typing import Callable, NamedTuple

THREADS = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv[:-1] else 1
# NPROC and PJRT_NPROC (older and newer name) size XLA's own thread pool, which its flags below do
# not: with those alone a JAX process used 1.6 cores, and was slower for it.
for _variable in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NPROC",
    "PJRT_NPROC",
):
    os.environ[_variable] = str(THREADS)
# A forced OPENBLAS_CORETYPE would make NumPy run another machine's kernels: let OpenBLAS detect
# the processor, as it does for anyone who has not set the variable.
os.environ.pop("OPENBLAS_CORETYPE", None)
if THREADS == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np  # noqa: E402  (after the thread counts, on purpose)

BATCH = 32
TRAIN_IMAGES = 55_000
# The shuffled order is precomputed for this many steps (about nine passes) and then repeats.
ORDER_STEPS = 16_000


class Spec(NamedTuple):
    """One benchmark: the network's widths and its constants. Gradients are sums over the batch."""

    name: str
    sizes: tuple
    noise: float  # c, the standard deviation of the perturbation
    rate: float  # learning rate of every W and bias
    feedback_rate: float  # beta, learning rate of every B


FIG2 = Spec("fig2-step", (784, 50, 20, 10), 1e-2, 4e-4, 5e-4)
FIG3 = Spec("fig3-step", (784, 200, 2, 200, 784), 0.018942, 1e-4, 8e-6)
# The ridge variant of FIG2: B = S V^-1, where V starts at this multiple of the identity.
RIDGE = 0.1


class Peer(NamedTuple):
    """What a peer script hands to `main` and to check_agreement.py."""

    name: str
    version: str
    chunk: int  # `run` takes multiples of this many steps
    run: Callable  # run(steps): draws, gathers and steps; the loss of the last batch
    given: Callable  # given(x, t, noise): one step, the same code as timed, on this input
    parameters: Callable  # parameters(): W, bias and B as NumPy arrays, a list each


class Data(NamedTuple):
    images: np.ndarray  # [55000, 784] float32 in [0, 1]
    labels: np.ndarray  # [55000, 10] float32, one-hot
    source: str  # "mnist" or "synthetic"


def _read(folder, stem, ending):
    """The content of an IDX file, in any of the names under which Apical looks for it."""
    names = f"{stem}-{ending}.gz", f"{stem}.{ending}.gz", f"{stem}-{ending}", f"{stem}.{ending}"
    for path in (folder / name for name in names):
        if path.exists():
            content = path.read_bytes()
            return gzip.decompress(content) if path.suffix == ".gz" else content
    sys.exit(f"{folder}: none of {', '.join(names)}")


def read_idx(folder, kind):
    """Images [n, 784] and labels [n], bytes; `kind` is "train" or "t10k"."""
    images = _read(folder, f"{kind}-images", "idx3-ubyte")
    labels = _read(folder, f"{kind}-labels", "idx1-ubyte")
    pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, 784)
    return pixels, np.frombuffer(labels, np.uint8, offset=8)


def load(folder):
    """The MNIST training set, or random images with as many non-zero pixels (19 %) without it."""
    folder = pathlib.Path(folder) if folder else None
    if folder and folder.is_dir():
        pixels, digits = read_idx(folder, "train")
        source = "mnist"
    else:
        print("no MNIST folder: using synthetic data", file=sys.stderr)
        random = np.random.default_rng(1)
        pixels = random.integers(1, 256, (TRAIN_IMAGES, 784), np.uint8)
        pixels *= random.random((TRAIN_IMAGES, 784), np.float32) < 0.19
        digits = random.integers(0, 10, TRAIN_IMAGES)
        source = "synthetic"
    images = pixels[:TRAIN_IMAGES].astype(np.float32) / np.float32(255)
    return Data(images, np.eye(10, dtype=np.float32)[digits[:TRAIN_IMAGES]], source)


def order(seed):
    """Row numbers of every minibatch, [ORDER_STEPS, BATCH]: passes without replacement, joined."""
    random = np.random.default_rng(seed + 1000)
    passes = -(-ORDER_STEPS * BATCH // TRAIN_IMAGES)
    rows = np.concatenate([random.permutation(TRAIN_IMAGES) for _ in range(passes)])
    return rows[: ORDER_STEPS * BATCH].reshape(ORDER_STEPS, BATCH)


def noise_size(spec):
    """Normal numbers in a step: one per hidden unit and sample, layer after layer."""
    return BATCH * sum(spec.sizes[1:-1])


def blocks(shapes):
    """A flat float32 array, and views of these shapes that cover it in order."""
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    flat = np.empty(ends[-1], np.float32)
    return flat, [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes)]


def initial(spec, seed, ridge=False):
    """W, bias and B, each a list: entries N(0, 2 / fan_in), biases too; B is zero for ridge.

    W[k] is [in, out], so a layer is x @ W + bias. B[k] has the shape of W[k + 1]: the first layer
    needs no feedback weights.
    """
    random = np.random.default_rng(seed)

    def draw(rows, columns):
        scale = np.sqrt(2 / rows)
        values = (random.standard_normal((rows + 1, columns)) * scale).astype(np.float32)
        return values[:-1].copy(), values[-1].copy()

    layers = list(zip(spec.sizes, spec.sizes[1:]))
    forward = [draw(*layer) for layer in layers]
    feedback = [draw(*layer)[0] for layer in layers[1:]]
    if ridge:
        feedback = [np.zeros_like(matrix) for matrix in feedback]
    return [w for w, _ in forward], [b for _, b in forward], feedback


def answers():
    """A function that writes a line of JSON to standard output.

    Standard output carries these lines alone: whatever a library prints goes to standard error.
    """
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**fields):
        print(json.dumps(fields), file=lines)

    return answer


def serve(answer, chunk, run):
    """Serves `run N` lines from standard input until `quit` or its end.

    `run(N)` returns the fields of the answer.
    """
    allowed = range(chunk, sys.maxsize, chunk)
    for line in sys.stdin:
        match line.split():
            case []:
                continue
            case ["quit"]:
                return
            case ["run", count] if count.isdecimal() and int(count) in allowed:
                answer(**run(int(count)))
            case _:
                answer(error=f"expected `quit` or `run N`, N a positive multiple of {chunk}")


def main(make_peer, spec, ridge_variant=False):
    """Builds the peer, warms it up, then serves."""
    parser = argparse.ArgumentParser(description=f"A peer of the {spec.name} benchmark.")
    parser.add_argument("--data", help="folder with the MNIST IDX files, gzip or plain")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--warm-up", type=int, default=1000, help="untimed steps at the start")
    if ridge_variant:
        parser.add_argument("--ridge", action="store_true", help="B by least squares, not by SGD")
    arguments = parser.parse_args()
    ridge = ridge_variant and arguments.ridge

    answer = answers()
    data = load(arguments.data)
    peer = make_peer(spec, data, initial(spec, arguments.seed, ridge), arguments.seed, ridge)
    peer.run(-(-arguments.warm_up // peer.chunk) * peer.chunk)
    answer(
        ready=True,
        peer=peer.name,
        version=peer.version,
        benchmark=spec.name.replace("-step", "-ridge-step") if ridge else spec.name,
        threads=1,
        data=data.source,
        chunk=peer.chunk,
    )

    def run(steps):
        wall, cpu = time.perf_counter(), time.process_time()
        loss = peer.run(steps)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return dict(steps=steps, wall_seconds=wall, cpu_seconds=cpu, loss=loss)

    serve(answer, peer.chunk, run)
