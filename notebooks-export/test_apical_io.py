# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks apical_io against what the program left.

usage: test_apical_io.py TRAINING_RUN SIMULATION_RUN

TRAINING_RUN records layer1.output, SIMULATION_RUN soma.v. `scripts/notebooks.sh` makes both.
"""
import doctest
import hashlib
import os
import sys
import tempfile
import unittest

import numpy as np

import apical_io
from apical_io import Run, Study

TRAINING, SIMULATION = sys.argv[1:3] if len(sys.argv) > 2 else ("", "")


class TrainingRun(unittest.TestCase):
    def setUp(self):
        self.run_ = Run(TRAINING)

    def test_metrics_are_the_table_with_nan_for_empty_cells(self):
        metrics = self.run_.metrics
        with open(os.path.join(TRAINING, "metrics.csv"), encoding="utf-8") as file:
            lines = file.read().split()
        header = lines[0].split(",")
        self.assertEqual(list(metrics), header)
        for i, line in enumerate(lines[1:]):
            for name, cell in zip(header, line.split(",")):
                value = metrics[name][i]
                self.assertTrue(np.isnan(value) if cell == "" else value == float(cell), name)
        self.assertTrue(np.isnan(metrics["baseline"]).any() or np.isnan(metrics["train_loss"]).any())

    def test_the_manifest_has_the_digest_of_the_specification(self):
        self.assertEqual(self.run_.manifest["status"], "done")
        digest = hashlib.sha256(self.run_.spec.encode()).hexdigest()
        self.assertEqual(self.run_.manifest["files"]["spec.yaml"], digest)
        self.assertIn("seed:", self.run_.resolved)

    def test_traces_have_a_frame_for_each_recorded_step(self):
        self.assertIn("output", self.run_.variables)
        trace = self.run_.traces("output")["layer1"]
        self.assertEqual(trace.time_unit, "step")
        self.assertEqual(trace.values.shape, (len(trace.time), len(trace.nodes)))
        self.assertTrue((np.diff(trace.time) == trace.time[1] - trace.time[0]).all())
        self.assertTrue(((trace.values > 0) & (trace.values < 1)).all())

    def test_weights_fit_the_layers(self):
        weights = self.run_.weights()
        self.assertEqual(weights["forward/1/weights"].shape[0], 784)
        self.assertEqual(
            weights["forward/1/weights"].shape[1], weights["forward/1/biases"].shape[0]
        )

    def test_what_is_not_there_is_named(self):
        with self.assertRaisesRegex(KeyError, "has no recording 'voltage'; it has .*output"):
            self.run_.traces("voltage")
        with self.assertRaisesRegex(FileNotFoundError, "there is no run here"):
            Run(os.path.join(TRAINING, "traces"))


class SimulationRun(unittest.TestCase):
    def setUp(self):
        self.run_ = Run(SIMULATION)

    def test_potentials_lie_between_the_reversal_potentials(self):
        for trace in self.run_.traces("soma.v").values():
            self.assertEqual((trace.unit, trace.time_unit), ("mV", "ms"))
            self.assertTrue((trace.values > -90).all() and (trace.values < 0).all())
            self.assertTrue((trace.elements == 0).all())

    def test_spikes_are_in_order_and_a_simulation_has_no_metrics(self):
        spikes = self.run_.spikes()
        self.assertGreater(sum(len(s.times) for s in spikes.values()), 0)
        for train in spikes.values():
            self.assertTrue((np.diff(train.times) >= 0).all())
            self.assertEqual(len(train.times), len(train.nodes))
        self.assertEqual(self.run_.metrics, {})


class WatchedTrials(unittest.TestCase):
    def test_phases_are_columns_and_their_spikes_no_variable(self):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "traces"))
            for name, text in [
                ("manifest.json", "{}"),
                ("traces/trial-soma.h5", ""),
                ("traces/trial-spikes.h5", ""),
                ("traces/trials.csv", "step,example,phase,start,stop\r\n0,4,clean,0,1.5\r\n"),
            ]:
                with open(os.path.join(folder, name), "w", newline="") as file:
                    file.write(text)
            run = Run(folder)
            self.assertEqual(run.variables, ["trial-soma"])
            self.assertEqual(run.trials["phase"].tolist(), ["clean"])
            self.assertEqual(run.trials["stop"].tolist(), [1.5])
        self.assertEqual(Run(TRAINING).trials, {})


class MadeUpStudy(unittest.TestCase):
    TABLE = (
        "noise,width,seed,angle,status\r\n"
        "ou,1,1,10,done\r\nou,1,2,14,done\r\nwhite,1,1,30,done\r\n"
        "ou,5,1,20,done\r\nou,5,2,,failed\r\n"
    )

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        with open(os.path.join(self.folder.name, "table.csv"), "w", newline="") as file:
            file.write(self.TABLE)
        self.study = Study(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def test_axes_stand_before_the_seed_and_numeric_metrics_after_it(self):
        self.assertEqual(self.study.axes, ["noise", "width"])
        self.assertEqual(self.study.metrics, ["angle"])

    def test_mean_and_standard_error_leave_out_missing_values(self):
        self.assertEqual(self.study.groups()["noise"].tolist(), ["ou", "white", "ou"])
        self.assertEqual(self.study.groups()["width"].tolist(), [1, 1, 5])
        self.assertEqual(self.study.mean("angle").tolist(), [12, 30, 20])
        np.testing.assert_allclose(self.study.sem("angle"), [2, np.nan, np.nan])

    def test_a_grid_has_nan_where_no_run_is(self):
        down, across, matrix = self.study.grid("angle", rows="width", columns="noise")
        self.assertEqual((down.tolist(), across.tolist()), ([1, 5], ["ou", "white"]))
        np.testing.assert_array_equal(matrix, [[12, 30], [20, np.nan]])


def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(apical_io))
    return tests


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    unittest.main(argv=sys.argv[:1])
