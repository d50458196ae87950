#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# notebooks.sh [PROGRAM]
#
# Makes a small training run, a simulation and a study table, and on them runs the tests of
# notebooks-export/apical_io.py and every cell of the notebooks, in a virtual environment of
# their own (.build-notebooks). Where Python or a package index cannot be had, it says so
# loudly and ends well: everything else is still tested. PYTHON names the interpreter.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh
apical="${1:-$(swift build -c release --show-bin-path)/apical}"
apical="$(realpath "$apical")"
venv=.build-notebooks
requirements=notebooks-export/requirements.txt
python="${PYTHON:-python3}"

not_executed() {
  say "NOT EXECUTED: the notebooks and the tests of apical_io.py: $1"
  echo "notebooks: not executed ($1)"
  exit 0
}

# The environment, unless it holds what is asked for already. The stamp is written last, so that
# an interrupted installation is taken up again.
if ! cmp -s "$requirements" "$venv/.requirements"; then
  command -v "$python" > /dev/null || not_executed "there is no $python"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || not_executed "$python is older than 3.11; name another with PYTHON=…"
  say "Making the notebooks' environment $venv"
  "$python" -m venv "$venv" || not_executed "$python has no venv (Debian: python3-venv)"
  echo '*' > "$venv/.gitignore"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --retries 1 \
    --requirement "$requirements" || not_executed "pip could not install $requirements"
  cp "$requirements" "$venv/.requirements"
fi
python="$PWD/$venv/bin/python"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$apical" run models/digits-learned-feedback.yaml --progress none --out "$work/run" \
  --set schedule.steps=600 --set schedule.evaluateEvery=100 --set feedback.perturbation.warmup=100 \
  --set data.syntheticDigits.train=3000 --set data.syntheticDigits.test=1000 \
  --set data.syntheticDigits.validation=500
"$apical" run models/networks/apical-feedback.yaml --progress none --out "$work/simulation"
# A dendritic network with watched trials: the notebook on a run draws what is inside them.
"$apical" run models/dendritic-learned-feedback.yaml --progress none --out "$work/dendritic" \
  --set schedule.steps=200 --set schedule.evaluateEvery=100 --set trials.every=100 \
  --set data.syntheticDigits.train=500 --set data.syntheticDigits.test=50 \
  --set data.syntheticDigits.validation=50 --set metrics.examples=10
"$apical" plot "$work/dendritic" > /dev/null
test -s "$work/dendritic/figures/trials-layer1.svg"
# A made-up study: two axes, three seeds, a metric with a formula, a run that failed.
mkdir "$work/study"
awk 'BEGIN {
  print "noise,baseline,seed,final_angle,estimator_variance,estimator_variance_formula,status"
  split("ornsteinUhlenbeck white pushPull", noise); split("clean antithetic none", baseline)
  for (i = 1; i <= 3; i++) for (j = 1; j <= 3; j++) for (seed = 1; seed <= 3; seed++) {
    failed = (i == 2 && j == 3 && seed == 3)
    printf "%s,%s,%d,%s,%s,%g,%s\n", noise[i], baseline[j], seed, \
      failed ? "" : 20 + 8 * j + i + seed / 2, failed ? "" : 10 ^ j * (0.9 + 0.05 * seed), \
      10 ^ j, failed ? "failed" : "done"
  }
}' > "$work/study/table.csv"

cd notebooks-export
"$python" test_apical_io.py "$work/run" "$work/simulation"
for notebook in *.ipynb; do
  # The kernel listens on the loopback interface, and warns of it.
  APICAL_RUN="$work/dendritic" APICAL_STUDY="$work/study" "$python" -m jupyter nbconvert \
    --to notebook --execute --log-level WARN --output-dir "$work" "$notebook" \
    2> >(grep -v 'Kernel is running over TCP' >&2)
  "$python" - "$notebook" "$work/$notebook" << 'END'
import json, sys
kept, executed = (json.load(open(path, encoding="utf-8"))["cells"] for path in sys.argv[1:])
if any(cell.get("outputs") or cell.get("execution_count") for cell in kept):
    sys.exit(f"{sys.argv[1]}: it is kept without outputs; clear them")
figures = sum("image/png" in output.get("data", {}) for cell in executed for output in cell.get("outputs", []))
if figures < 2:
    sys.exit(f"{sys.argv[1]}: it drew {figures} figures")
END
done
echo "notebooks: $(ls ./*.ipynb | wc -l) executed"
