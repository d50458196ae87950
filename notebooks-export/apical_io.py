# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens what Apical leaves: run directories and study tables, with NumPy and h5py alone.

A run directory:

    run = Run("runs/demo")
    run.spec                     # the specification as it was given, a text
    run.resolved                 # every parameter with its value, a text
    run.manifest["seed"]         # seed, version, threads, status, SHA-256 of every file
    run.metrics["test_error"]    # a float array, a number for each row; NaN where there was none
    run.variables                # what was recorded: ["apical.v", "soma.v"]
    run.traces("soma.v")         # {population: Trace}: times and values
    run.spikes()                 # {population: Spikes}: times in ms, and the cells
    run.trials                   # which trials were watched ms by ms, phase by phase
    run.weights()                # {name: matrix}, as forward/1/weights [inputs, units]

A study, which is a grid of runs over seeds:

    study = Study("studies/noise")
    study.axes, study.metrics    # the columns before and after `seed`
    groups = study.groups()      # a row for each place of the grid, in the order of the table
    groups["noise"]              # the places, an array for each axis
    study.mean("final_angle")    # mean over the seeds, beside groups
    study.sem("final_angle")     # its standard error, NaN for a single seed

Nothing is written, and nothing is read before it is asked for.
"""
import csv
import json
import os
from typing import NamedTuple

import h5py
import numpy as np

__all__ = ["Run", "Study", "Spikes", "Trace"]


class Trace(NamedTuple):
    """A recorded variable of one population.

    `time` [frames] in `time_unit` ("ms", or "step" for training); `values` [frames, columns] in
    `unit`; `nodes` [columns] says whose column it is and `elements` [columns] of which compartment
    (0 soma, 1 basal, 2 apical). A frame of several `trials` has them one after the other, so that
    `values.reshape(frames, trials, -1)` takes them apart.
    """

    time: np.ndarray
    values: np.ndarray
    nodes: np.ndarray
    elements: np.ndarray
    unit: str
    time_unit: str
    trials: int


class Spikes(NamedTuple):
    """The spikes of one population by time: `times` [spikes] in ms, `nodes` [spikes]."""

    times: np.ndarray
    nodes: np.ndarray


class Run:
    """A run directory, as `apical run` leaves it."""

    def __init__(self, path):
        self.path = os.fspath(path)
        if not os.path.isfile(self._file("manifest.json")):
            raise FileNotFoundError(f"{self.path}: there is no run here (no manifest.json)")

    def __repr__(self):
        return f"Run({self.path!r})"

    def _file(self, *parts):
        return os.path.join(self.path, *parts)

    def _text(self, name):
        with open(self._file(name), encoding="utf-8") as file:
            return file.read()

    @property
    def spec(self):
        """The specification as it was given, a text in YAML."""
        return self._text("spec.yaml")

    @property
    def resolved(self):
        """Every parameter with the value that it had, a text in YAML."""
        return self._text("resolved.yaml")

    @property
    def manifest(self):
        """Seed, version, threads, times, status, and the SHA-256 of every file: a dictionary."""
        return json.loads(self._text("manifest.json"))

    @property
    def metrics(self):
        """Columns of metrics.csv: {name: float array}, NaN where a row has no value.

        Empty for a simulation, which has no metrics.
        """
        if not os.path.isfile(self._file("metrics.csv")):
            return {}
        header, rows = _table(self._file("metrics.csv"))
        return {name: _numbers(row[i] for row in rows) for i, name in enumerate(header)}

    @property
    def variables(self):
        """The names that `traces` takes, in alphabetical order."""
        if not os.path.isdir(self._file("traces")):
            return []
        return sorted(
            name[:-3]
            for name in os.listdir(self._file("traces"))
            if name.endswith(".h5") and not name.endswith((".f64.h5", "spikes.h5"))
        )

    def traces(self, variable):
        """A recorded variable: {population: Trace}; in full precision where that was recorded."""
        path = self._file("traces", f"{variable}.h5")
        if not os.path.isfile(path):
            raise KeyError(f"{self.path} has no recording {variable!r}; it has {self.variables}")
        wide = self._file("traces", f"{variable}.f64.h5")
        result = {}
        with h5py.File(path, "r", locking=False) as file:
            for population, report in file["report"].items():
                result[population] = _trace(report, None)
        if os.path.isfile(wide):
            with h5py.File(path, "r", locking=False) as file, h5py.File(
                wide, "r", locking=False
            ) as exact:
                for population in exact:
                    result[population] = _trace(file["report"][population], exact[population])
        return result

    @property
    def trials(self):
        """Which trials were watched: the columns step, example, phase, start and stop (ms).

        Recordings `trial-<variable>` have all of them in one time; a phase has the frames with
        start < time <= stop. Empty where none were watched.
        """
        path = self._file("traces", "trials.csv")
        if not os.path.isfile(path):
            return {}
        header, rows = _table(path)
        return {name: _values([row[i] for row in rows]) for i, name in enumerate(header)}

    def spikes(self, recording="spikes"):
        """The spikes of every population: {population: Spikes}; empty where none were recorded.

        Those of watched trials are the recording "trial-spikes".
        """
        path = self._file("traces", f"{recording}.h5")
        if not os.path.isfile(path):
            return {}
        with h5py.File(path, "r", locking=False) as file:
            return {
                name: Spikes(group["timestamps"][:], group["node_ids"][:])
                for name, group in file["spikes"].items()
            }

    def weights(self):
        """The final weights and biases: {name: array}, matrices as [inputs, units]."""
        with h5py.File(self._file("weights.h5"), "r", locking=False) as file:
            return {name: file[name][:] for name in file.attrs["matrices"]}


class Study:
    """A study directory, as `apical sweep` leaves it: table.csv with a row for each run.

    Columns before `seed` are the axes of the grid, those after it what was measured.
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        self.header, self.rows = _table(os.path.join(self.path, "table.csv"))
        if "seed" not in self.header:
            raise ValueError(f"{self.path}/table.csv: there is no column 'seed'")
        seed = self.header.index("seed")
        self.axes = self.header[:seed]
        self.metrics = [
            name
            for i, name in enumerate(self.header)
            if i > seed and any(row[i] for row in self.rows) and _is_numeric(self.rows, i)
        ]
        places = {}
        for row in self.rows:
            places.setdefault(tuple(row[:seed]), []).append(row)
        self._places = places

    def __repr__(self):
        return f"Study({self.path!r})"

    def column(self, name):
        """A column with a value for each run: numbers where all cells are, otherwise texts."""
        i = self.header.index(name)
        return _values([row[i] for row in self.rows])

    def groups(self):
        """The places of the grid: {axis: array}, in the order in which the table has them."""
        return {
            axis: _values([place[i] for place in self._places])
            for i, axis in enumerate(self.axes)
        }

    def mean(self, metric):
        """The mean over the seeds at each place of `groups()`, without missing values."""
        return np.array([_mean(values) for values in self._by_place(metric)])

    def sem(self, metric):
        """The standard error of that mean, s/√n; NaN where fewer than two runs have a value."""
        return np.array([_sem(values) for values in self._by_place(metric)])

    def grid(self, metric, rows, columns):
        """The mean as a matrix over two axes: (values of `rows`, values of `columns`, matrix).

        Places that differ in other axes only are averaged; NaN where the grid has a hole.
        """
        groups, mean = self.groups(), self.mean(metric)
        down, across = _order(groups[rows]), _order(groups[columns])
        matrix = np.full((len(down), len(across)), np.nan)
        for i, row in enumerate(down):
            for j, column in enumerate(across):
                here = mean[(groups[rows] == row) & (groups[columns] == column)]
                matrix[i, j] = _mean(here[np.isfinite(here)])
        return down, across, matrix

    def _by_place(self, metric):
        i = self.header.index(metric)
        for rows in self._places.values():
            values = _numbers(row[i] for row in rows)
            yield values[np.isfinite(values)]


def _table(path):
    """The header and the rows of a CSV file."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = [row for row in csv.reader(file) if row]
    if not lines:
        raise ValueError(f"{path}: there is no line of column names")
    header, rows = lines[0], lines[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise ValueError(f"{path}: row {number} has {len(row)} cells, not {len(header)}")
    return header, rows


def _numbers(cells):
    """Cells as floats, NaN where empty.

    >>> _numbers(["1", "", "2.5e3"])
    array([1.0e+00,     nan, 2.5e+03])
    """
    return np.array([float(cell) if cell else np.nan for cell in cells], dtype=float)


def _is_numeric(rows, column):
    try:
        _numbers(row[column] for row in rows)
    except ValueError:
        return False
    return True


def _values(cells):
    """Cells as numbers where all of them are, otherwise as texts.

    >>> _values(["0.1", "0.2"])
    array([0.1, 0.2])
    >>> _values(["clean", "critic"])
    array(['clean', 'critic'], dtype='<U6')
    """
    try:
        return np.array([float(cell) for cell in cells])
    except ValueError:
        return np.array(cells)


def _order(values):
    """Each value once: numbers by size, texts in the order given.

    >>> _order(np.array([3.0, 1.0, 3.0])).tolist()
    [1.0, 3.0]
    >>> _order(np.array(["b", "a", "b"])).tolist()
    ['b', 'a']
    """
    if values.dtype.kind == "f":
        return np.unique(values)
    return np.array(list(dict.fromkeys(values.tolist())))


def _mean(values):
    return values.mean() if len(values) else np.nan


def _sem(values):
    """The standard error of a mean.

    >>> _sem(np.array([1.0, 2.0, 3.0])) == 1 / np.sqrt(3)
    np.True_
    >>> _sem(np.array([1.0]))
    nan
    """
    return values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan


def _trace(report, wide):
    """A report of one population, with the values of its full precision where they are given."""
    data = report["data"]
    attributes = data.attrs
    source = data if wide is None else wide["data"]
    frames = int(source.attrs["n_frames"])
    # Exact quotients, rounded once: adding up dt gains or loses a frame after a million.
    start = int(attributes["start_num"]), int(attributes["start_den"])
    step = int(attributes["dt_num"]), int(attributes["dt_den"])
    index = np.arange(frames)
    time = (start[0] * step[1] + index * (step[0] * start[1])) / (start[1] * step[1])
    mapping = report["mapping"]
    return Trace(
        time=time,
        values=source[:frames].astype(float),
        nodes=np.repeat(mapping["node_ids"][:], np.diff(mapping["index_pointers"][:].astype(int))),
        elements=mapping["element_ids"][:],
        unit=attributes["units"],
        time_unit=attributes["dt_units"],
        trials=int(attributes["trials"]),
    )
