# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what `LibsonataKnownAnswerTests` wrote with libsonata and h5py, and checks every value.

usage: read_with_libsonata.py DIRECTORY      exit code 3 when a module is missing
"""
import sys

try:
    import h5py
    import libsonata
    import numpy as np
except ImportError as missing:
    print(missing)
    sys.exit(3)

directory = sys.argv[1]


def expected(frames, columns):
    return np.array([[t + c / 7 for c in range(columns)] for t in range(frames)])


def same(what, got, want):
    lists = isinstance(got, (list, dict))
    if not (got == want if lists else np.array_equal(np.asarray(got), np.asarray(want))):
        sys.exit(f"{what}: got {got!r}, expected {want!r}")


# Compartments: two nodes, five columns, 20 frames from 5 ms every 0.1 ms.
report = libsonata.ElementReportReader(f"{directory}/v.h5")
same("populations", report.get_population_names(), ["hidden1"])
population = report["hidden1"]
same("node ids", population.get_node_ids(), [4, 7])
same("sorted", population.sorted, True)
same("units", [population.data_units, population.time_units], ["mV", "ms"])
same("times", population.times, (5.0, 7.0, 0.1))
frame = population.get()
same("ids", np.asarray(frame.ids), [[4, 0], [4, 1], [4, 2], [7, 0], [7, 2]])
same("data", frame.data, expected(20, 5).astype(np.float32))
same("time axis", len(frame.times), 20)
part = population.get(node_ids=[7], tstart=5.5, tstop=6.0)
same("part", part.data, expected(20, 5).astype(np.float32)[5:11, 3:])

# A rate layer: times in steps, one column per unit.
layer = libsonata.SomaReportReader(f"{directory}/output.h5")["layer1"]
same("units", [layer.data_units, layer.time_units], ["1", "step"])
same("times", layer.times, (100.0, 500.0, 100.0))
frame = layer.get()
same("ids", np.asarray(frame.ids), [0, 1, 2])
same("time axis", frame.times, [100, 200, 300, 400])
same("data", frame.data, expected(4, 3).astype(np.float32))
empty = libsonata.SomaReportReader(f"{directory}/output.h5")["never"]
same("empty times", empty.times, (100.0, 100.0, 100.0))

# Spikes.
spikes = libsonata.SpikeReader(f"{directory}/spikes.h5")
same("populations", sorted(spikes.get_population_names()), ["hidden1", "silent"])
hidden = spikes["hidden1"]
same("sorting", hidden.sorting, "by_time")
same("units", hidden.time_units, "ms")
same("node ids", hidden.get_dict()["node_ids"], [3, 7, 0, 2, 1])
same("timestamps", hidden.get_dict()["timestamps"], [0, 0.5, 4, 4, 9.5])
same("window", hidden.get(tstart=0.25, tstop=4.0), [(7, 0.5), (0, 4.0), (2, 4.0)])
same("silent", spikes["silent"].get_dict()["node_ids"], [])

# What libsonata does not read.
with h5py.File(f"{directory}/v.h5") as file:
    data = file["/report/hidden1/data"]
    same("dtype", [data.dtype.str, data.maxshape], ["<f4", (None, 5)])
    same("exact dt", [data.attrs["dt_num"], data.attrs["dt_den"], data.attrs["n_frames"]],
         [1, 10, 20])
    same("marks", [file.attrs["magic"], *file.attrs["version"]], [2682, 0, 1])
    same("str", [type(data.attrs["units"]).__name__, data.attrs["units"]], ["str", "mV"])
with h5py.File(f"{directory}/v.f64.h5") as file:
    same("float64", file["/hidden1/data"][:], expected(20, 5))
with h5py.File(f"{directory}/spikes.h5") as file:
    sorting = file["/spikes/hidden1"].attrs.get_id("sorting").dtype
    same("enum", h5py.check_enum_dtype(sorting), {"none": 0, "by_id": 1, "by_time": 2})
with h5py.File(f"{directory}/weights.h5") as file:
    same("weights", file["forward/1/weights"][:], [[1, 2, 3], [4, 5, 0.1]])
    same("biases", file["forward/1/biases"][:], [0.5, -1, 2])
    same("layers", list(file.attrs["layers"]), ["input", "layer1", "output"])
    same("meaning", dict(file["forward/1/weights"].attrs), {"rows": "input", "columns": "unit"})

print(f"libsonata {libsonata.version}, h5py {h5py.__version__}: all values as expected")
