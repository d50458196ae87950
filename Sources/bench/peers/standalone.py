"""Brian2's C++ standalone mode, for the peers: compiled once, run often, timed inside.

The processor and wall seconds are taken in the generated program around its run loop, so that they
hold neither compilation nor the program's start and end. Compiler flags are Brian2's own (-O3
-ffast-math -march=native); two threads are Brian2's OpenMP.
"""

import spiking  # first: it fixes the thread counts

import atexit
import os
import shutil
import tempfile
import warnings

import brian2

# Brian2's own check of the final state, in single precision.
warnings.filterwarnings("ignore", "overflow encountered in cast")

CLOCKS = """
{
    timespec wall, cpu;
    clock_gettime(CLOCK_MONOTONIC, &wall);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    std::printf("SECONDS %ld.%09ld", wall.tv_sec, wall.tv_nsec);
    std::printf(" %ld.%09ld\\n", cpu.tv_sec, cpu.tv_nsec);
}
"""
SEED = """
for (int i = 0; i < {threads}; i++)
    brian::_random_generators[i].seed(1000 * std::strtoul(std::getenv("PEER_SEED"), 0, 10) + i);
"""


def options(parser):
    parser.add_argument("--precision", choices=["float64", "float32"], default="float64")


def name(arguments, suffix=""):
    return "brian2" + ("-f32" if arguments.precision == "float32" else "") + suffix


class Program:
    """Make one, define the network, `build` it, and `run` it any number of times."""

    def __init__(self, arguments):
        self.directory = tempfile.mkdtemp(prefix="apical-brian2-")
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        brian2.prefs.core.default_float_dtype = getattr(brian2, arguments.precision)
        if arguments.threads > 1:
            brian2.prefs.devices.cpp_standalone.openmp_threads = arguments.threads
        brian2.prefs.codegen.cpp.headers += ["<time.h>", "<cstdio>", "<cstdlib>"]
        brian2.set_device("cpp_standalone", directory=self.directory, build_on_run=False)
        brian2.defaultclock.dt = spiking.DT * brian2.ms
        brian2.device.insert_code("main", SEED.format(threads=arguments.threads))
        brian2.device.insert_code("before_network_run", CLOCKS)
        brian2.device.insert_code("after_network_run", CLOCKS)

    def build(self, network, duration):
        network.run(duration)
        brian2.device.build(directory=self.directory, run=False, with_output=False)

    def run(self, seed, values=None):
        """Runs the program with this seed; wall and processor seconds of its run loop."""
        os.environ["PEER_SEED"] = str(seed)
        device = brian2.device
        device.run(with_output=False, run_args=values or {})
        with open(os.path.join(device.results_dir, "stdout.txt")) as file:
            lines = [line.split()[1:] for line in file if line.startswith("SECONDS ")]
        (wall0, cpu0), (wall1, cpu1) = [map(float, line) for line in lines]
        return wall1 - wall0, cpu1 - cpu0
