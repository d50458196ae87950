# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the traces of a simulation with libsonata, and compares with what the program said.

usage: read_simulation.py DIRECTORY      exit code 3 when a module is missing
"""
import sys

try:
    import h5py
    import libsonata
    import numpy as np
except ImportError as missing:
    print(missing)
    sys.exit(3)

traces = sys.argv[1] + "/traces"


def same(what, got, want):
    if not np.array_equal(np.asarray(got), np.asarray(want)):
        sys.exit(f"{what}: got {got!r}, expected {want!r}")


# Two populations in one file, every 0.3 ms after 5 ms, and every 0.5 ms.
report = libsonata.ElementReportReader(f"{traces}/soma.v.h5")
same("populations", sorted(report.get_population_names()), ["cell", "relay"])
cell = report["cell"]
same("node ids", cell.get_node_ids(), [0, 1, 2, 3, 69])
same("units", [cell.data_units, cell.time_units], ["mV", "ms"])
if not np.allclose(cell.times, (5.3, 60.2, 0.3), rtol=0, atol=1e-12):
    sys.exit(f"times: {cell.times}")
frame = cell.get()
same("shape", frame.data.shape, (183, 5))
same("elements", np.asarray(frame.ids)[:, 1], [0] * 5)
same("relay", report["relay"].get().data.shape, (110, 3))
with h5py.File(f"{traces}/soma.v.f64.h5") as file:
    wide = file["/cell/data"][:]
same("float32 of float64", frame.data, wide.astype(np.float32))
if not (wide.min() > -90 and wide.max() < 0):
    sys.exit("potentials out of range")

# A window mean of an apical dendrite, and the mean of a population.
apical = libsonata.ElementReportReader(f"{traces}/apical.v.windowMean.h5")["cell"].get()
same("apical", apical.data.shape, (27, 70))
same("apical elements", np.asarray(apical.ids)[:, 1], [2] * 70)
shake = libsonata.ElementReportReader(f"{traces}/noise.shake.populationMean.h5")["cell"].get()
same("mean", shake.data.shape, (55, 1))

# Spikes: those of the list after settling, by time.
spikes = libsonata.SpikeReader(f"{traces}/spikes.h5")
same("senders", sorted(spikes.get_population_names()), ["cell", "input", "list", "relay"])
listed = spikes["list"].get_dict()
same("listed times", listed["timestamps"], [20, 20, 41.5])
same("listed cells", listed["node_ids"], [0, 1, 1])
times = np.asarray(spikes["cell"].get_dict()["timestamps"])
if not (len(times) > 10 and (np.diff(times) >= 0).all() and times.min() >= 5):
    sys.exit("spikes of cell are not in order")

print(f"libsonata {libsonata.version}: all values as expected")
