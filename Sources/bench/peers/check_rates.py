"""Checks that the peers of the spiking benchmarks simulate the same thing: each is started as the
benchmarks start it, and its rate over one run is compared with that of the first of its benchmark.

Exits with status 1 if a rate differs by more than TOLERANCE, or a figure by more than its own.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import spiking

TOLERANCE = 0.10
BRIAN2_F32 = "--precision", "float32"
PEERS = {  # benchmark: (script, further arguments)
    "compartments": [
        ("compartments_nest.py",),
        ("compartments_brian2.py",),
        ("compartments_brian2.py", *BRIAN2_F32),
    ],
    "ou-noise": [("ou_noise_brian2.py",), ("ou_noise_brian2.py", *BRIAN2_F32)],
    "dendrites": [
        ("dendrites_jax.py",),
        ("dendrites_brian2.py",),
        ("dendrites_brian2.py", *BRIAN2_F32),
    ],
    "coba": [("coba_brian2.py",), ("coba_brian2.py", *BRIAN2_F32), ("coba_nest.py",)],
}
# Figures with a known value, of 10,000 neurons: the tolerances are five standard errors.
EXPECTED = {
    "ou-noise": {
        "ge_mean": (7.0, 5 * 1.73 / 100),
        "ge_sd": (1.73, 5 * 1.73 / 141),
        "gi_mean": (33.0, 5 * 3.8 / 100),
        "gi_sd": (3.8, 5 * 3.8 / 141),
    }
}


def measure(script, arguments, data):
    """The first line of a peer and its answer to one run."""
    here = pathlib.Path(__file__).parent
    if script.startswith("dendrites") and data:
        arguments = *arguments, "--data", data
    command = [sys.executable, str(here / script), *arguments]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as peer:
        ready = json.loads(peer.stdout.readline())
        answer, _ = peer.communicate(f"run {ready['chunk']}\nquit\n")
    return ready, json.loads(answer)


def check(benchmark, data):
    agree, reference = True, None
    for script, *arguments in PEERS[benchmark]:
        ready, answer = measure(script, arguments, data)
        reference = reference or answer["rate"]
        deviation = answer["rate"] / reference - 1
        wrong = [] if abs(deviation) <= TOLERANCE else ["rate"]
        for name, (value, tolerance) in EXPECTED.get(benchmark, {}).items():
            if abs(answer["figures"][name] - value) > tolerance:
                wrong.append(name)
        agree = agree and not wrong
        figures = " ".join(f"{name} {value:.4g}" for name, value in answer["figures"].items())
        print(
            f"{benchmark:12s} {ready['peer']:10s} seed {ready['seed']} {answer['rate']:7.2f} Hz "
            f"{deviation:+7.2%}  {answer['wall_seconds']:7.3f} s wall "
            f"{answer['cpu_seconds']:7.3f} s cpu  {figures}"
            + (f"  WRONG: {', '.join(wrong)}" if wrong else ""),
            flush=True,
        )
    return agree


def main():
    parser = argparse.ArgumentParser(description="Do the spiking peers agree in their rates?")
    parser.add_argument("--data", help="folder with the gzip-compressed MNIST IDX files")
    parser.add_argument("benchmarks", nargs="*", help=f"of {', '.join(PEERS)}; default all")
    arguments = parser.parse_args()
    formula = tuple(spiking.uniform(1, 1, 3)) == spiking.UNIFORM_TEST
    results = [check(name, arguments.data) for name in arguments.benchmarks or PEERS]
    agree = formula and all(results)
    print("the peers agree" if agree else "THE PEERS DISAGREE")
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
