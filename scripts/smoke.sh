#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# smoke.sh [PROGRAM]
#
# Uses the built program as a person would: exit codes, one clear message per mistake, no stack
# traces, bit-identical results for any number of threads and any interruption.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
apical="${1:-$(swift build -c release --show-bin-path)/apical}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
check() { # description, command...
  local description=$1
  shift
  if "$@" > "$work/out" 2> "$work/err"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$description"
    tail -n 5 "$work/out" "$work/err"
  fi
}
exits() { # expected code, command...
  local expected=$1 code=0
  shift
  "$@" || code=$?
  if [ "$code" -ne "$expected" ]; then
    echo "exit code $code, expected $expected"
    return 1
  fi
}
same() { cmp "$1" "$2"; }
metrics() { cut -d, -f1,2,4- "$1/metrics.csv"; } # all but wall_seconds
same_run() { # two run directories: metrics, weights, traces
  cmp <(metrics "$1") <(metrics "$2") && cmp "$1/weights.h5" "$2/weights.h5" \
    && for trace in "$1"/traces/*; do cmp "$trace" "$2/traces/$(basename "$trace")" || return 1; done
}
spec=models/digits-learned-feedback.yaml
small=(--progress none --set schedule.steps=600 --set schedule.evaluateEvery=200
  --set schedule.checkpointEvery=200 --set data.syntheticDigits.train=3000
  --set data.syntheticDigits.test=1000 --set data.syntheticDigits.validation=500
  --set feedback.perturbation.warmup=100)

for model in models/*.yaml models/*/*.yaml; do
  check "$model has no mistakes" exits 0 "$apical" check "$model"
done
check "explain" exits 0 "$apical" explain "$spec"
check "list" exits 0 "$apical" list
check "a run" exits 0 "$apical" run "$spec" "${small[@]}" --threads 1 --out "$work/one"
for threads in 2 3; do
  check "a run on $threads threads" \
    exits 0 "$apical" run "$spec" "${small[@]}" --threads "$threads" --out "$work/threads$threads"
  check "$threads threads give the same bits" same_run "$work/one" "$work/threads$threads"
done
check "a run without recordings" \
  exits 0 "$apical" run "$spec" "${small[@]}" --set 'record=[]' --out "$work/quiet"
check "recordings change no metric" cmp <(metrics "$work/one") <(metrics "$work/quiet")
check "recordings change no weight" same "$work/one/weights.h5" "$work/quiet/weights.h5"

# An interrupt at any moment leaves a checkpoint; the resumed run ends with the same bits.
interrupted() {
  local code=0
  "$apical" run "$spec" "${small[@]}" --threads 2 --out "$1" &
  local process=$!
  while [ ! -s "$1/metrics.csv" ]; do sleep 0.01; done
  kill -INT "$process" 2> /dev/null || true
  wait "$process" || code=$?
  [ "$code" -eq 75 ] || [ "$code" -eq 0 ]
}
check "an interrupted run" interrupted "$work/cut"
if [ "$(grep -c '"status" : "done"' "$work/cut/manifest.json")" -eq 0 ]; then
  check "a resumed run" \
    exits 0 "$apical" run "$spec" "${small[@]}" --out "$work/cut" --resume
fi
check "interrupting changes no bit" same_run "$work/one" "$work/cut"

check "unknown key" exits 2 "$apical" check "$spec" --set descent.sgd.rat=1
check "no such file" exits 2 "$apical" check "$work/none.yaml"
check "no such option" exits 2 "$apical" run "$spec" --nonsense
check "seeds beyond the last" exits 2 "$apical" reproduce theorems --seed 18446744073709551615
check "a folder in use" exits 2 "$apical" run "$spec" "${small[@]}" --out "$work/one"
check "no data" exits 3 env -u APICAL_DATA "$apical" run models/mnist-learned-feedback.yaml \
  --data "$work" --out "$work/nodata"
check "nothing is left of a run without data" test ! -e "$work/nodata"
check "numbers diverge" exits 4 "$apical" run "$spec" "${small[@]}" --set descent.sgd.rate=1.0e+6 \
  --out "$work/diverged"
check "output that cannot be written" exits 5 "$apical" run "$spec" "${small[@]}" \
  --out /proc/apical-cannot-write-here
# Simulations: every specification runs, and what is promised of a network holds.
for model in models/cells/*.yaml models/networks/*.yaml; do
  check "$model runs" exits 0 "$apical" run "$model" --progress none \
    --set "simulation.duration=210 ms" --out "$work/${model//\//-}"
done
cell=models/cells/iaf_cond_alpha_mc-steps.yaml
network=models/networks/apical-feedback.yaml
check "explain a simulation" exits 0 "$apical" explain "$network"
check "any parameter from the command line" exits 0 "$apical" check "$cell" \
  --set 'populations.cell.compartments.soma.capacitance=200 pF'
check "a bare number where a unit belongs" exits 2 "$apical" check "$cell" \
  --set populations.cell.compartments.soma.restingPotential=-70
check "recordings above the limit" exits 2 "$apical" run "$cell" --max-trace-size 1kB \
  --out "$work/large"
check "recordings above the limit, allowed" exits 0 "$apical" run "$cell" --max-trace-size 1kB \
  --yes --progress none --out "$work/allowed"
check "an image without its data set" exits 3 env -u APICAL_DATA "$apical" run \
  models/networks/image-input.yaml --set sources.retina.image.data=mnist --data "$work" \
  --out "$work/noimage"
check "a solver that fails" exits 4 "$apical" run "$cell" --out "$work/unsolved" \
  --set 'simulation.integrator={gsl: {stepper: rk1imp, absolute: 1.0e-300}}'
check "what was recorded is kept" test -s "$work/unsolved/traces/soma.v.h5"
printf '1,2\n' > "$work/weights.csv"
check "a weight matrix of another size is found before a run" exits 3 "$apical" check "$network" \
  --set "projections[0].connectivity={matrix: {path: $work/weights.csv}}"
check "a complete simulation is left as it is" exits 0 "$apical" run "$cell" --max-trace-size 1kB \
  --yes --progress none --out "$work/allowed" --resume
for threads in 1 2 3; do
  check "a network on $threads threads" exits 0 "$apical" run "$network" --progress none \
    --threads "$threads" --out "$work/network$threads"
  for trace in "$work"/network1/traces/*; do
    check "$threads threads give the same $(basename "$trace")" \
      same "$trace" "$work/network$threads/traces/$(basename "$trace")"
  done
done

# A study: planned, run, interrupted and resumed, with mistakes and with failures.
study=models/studies/example-noise-strength.yaml
few=(--set 'study.seeds=[1]' --set 'study.axes[0].values=[0.1, 1]' --set 'study.exclude=[]'
  --set 'study.set[1]="schedule={steps: 300, evaluateEvery: 100, checkpointEvery: 100}"')
check "a study planned" exits 0 "$apical" sweep plan "$study" "${few[@]}" --out "$work/study"
check "a plan writes nothing" test ! -e "$work/study"
check "explain a study" exits 0 "$apical" explain "$study"
check "a study" exits 0 "$apical" sweep run "$study" "${few[@]}" --out "$work/study"
check "a row for every run" test "$(grep -c 'done' "$work/study/table.csv")" -eq 6
check "a complete study again" exits 0 "$apical" sweep run "$study" "${few[@]}" --out "$work/study"
interrupted_study() {
  local code=0
  "$apical" sweep run "$study" "${few[@]}" --threads 1 --out "$1" &
  local process=$!
  while [ ! -s "$1/runs/0.1-clean-seed1/metrics.csv" ] && kill -0 "$process"; do sleep 0.01; done
  kill -INT "$process" 2> /dev/null || true
  wait "$process" || code=$?
  [ "$code" -eq 75 ]
}
check "an interrupted study" interrupted_study "$work/cutstudy"
check "the status of a study" exits 0 "$apical" sweep status "$study" "${few[@]}" \
  --out "$work/cutstudy"
check "a resumed study" exits 0 "$apical" sweep run "$study" "${few[@]}" --out "$work/cutstudy"
check "interrupting changes no table" same "$work/study/table.csv" "$work/cutstudy/table.csv"
check "a collected table" exits 0 "$apical" sweep collect "$study" "${few[@]}" --out "$work/study"
check "a study with a mistake" exits 2 "$apical" check "$study" \
  --set 'study.axes[1].values.clean=[feedback.perturbation.baselin=clean]'
check "a study that has changed" exits 2 "$apical" sweep run "$study" "${few[@]}" \
  --set 'study.set[2]=feedback.perturbation.warmup=10' --out "$work/study"
check "a study with a failure" exits 4 "$apical" sweep run "$study" "${few[@]}" \
  --set 'study.set[4]=descent.sgd.rate=1.0e+6' --out "$work/failed"
check "a failure that is not mended" exits 4 "$apical" sweep retry "$study" "${few[@]}" \
  --set 'study.set[4]=descent.sgd.rate=1.0e+6' --out "$work/failed"
check "a failure that is mended" exits 0 "$apical" sweep retry "$study" "${few[@]}" \
  --out "$work/failed"
check "a study is no experiment" exits 2 "$apical" run "$study"
# Figures: every format, of a training run, of seeds together, of a simulation.
for format in svg png pdf; do
  check "plot a run as $format" exits 0 "$apical" plot "$work/one" --format "$format"
  for figure in learning-curves angles; do
    check "$figure.$format" test -s "$work/one/figures/$figure.$format"
  done
done
check "plot runs together" exits 0 "$apical" plot "$work/one" "$work/threads2" --out "$work/figures"
check "plot a simulation" exits 0 "$apical" plot "$work/network1" --from 100 --to 300
check "a raster" test -s "$work/network1/figures/raster.svg"
check "plot in the terminal" bash -c "'$apical' plot '$work/one' --format text | grep -q 'Test error'"
check "plot without gnuplot" exits 5 env PATH="$work" "$apical" plot "$work/one"
check "plot what is no run" exits 2 "$apical" plot "$work"

# A full disk, where this machine lets a small one be made: the run ends with its code and one
# sentence, what was written before stays, and what could not even begin leaves nothing.
on_small_disk() { # kilobytes, command...
  local size=$1 code=0
  shift
  mount -t tmpfs -o "size=${size}k" tmpfs "$work/small" || return 1
  "$@" || code=1
  umount "$work/small"
  return "$code"
}
fills_disk() { exits 5 "$apical" run "$spec" "${small[@]}" --out "$work/small/run"; }
fills_disk_later() {
  fills_disk && grep -q '"status" : "failed"' "$work/small/run/manifest.json" \
    && [ "$(wc -l < "$work/small/run/metrics.csv")" -ge 2 ]
}
simulation_fills_disk() {
  exits 5 "$apical" run models/cells/noise-conductance.yaml --progress none --max-trace-size 1GB \
    --set 'record=[{what: cell.soma.v}]' --out "$work/small/run"
}
simulation_fills_disk_later() {
  simulation_fills_disk && grep -q '"status" : "failed"' "$work/small/run/manifest.json" \
    && [ -s "$work/small/run/traces/soma.v.h5" ]
}
simulation_fills_disk_at_once() { simulation_fills_disk && [ ! -e "$work/small/run" ]; }
fills_disk_at_once() { fills_disk && [ ! -e "$work/small/run" ]; }
mkdir "$work/small"
if mount -t tmpfs -o size=64k tmpfs "$work/small" 2> /dev/null && umount "$work/small"; then
  for size in 8 24 40; do
    check "a disk of $size kB" on_small_disk "$size" fills_disk_at_once
  done
  for size in 64 300; do
    check "a disk of $size kB" on_small_disk "$size" fills_disk_later
  done
  check "a disk of 8 kB and a simulation" on_small_disk 8 simulation_fills_disk_at_once
  check "a disk of 300 kB and a simulation" on_small_disk 300 simulation_fills_disk_later
fi
check "no stack trace" bash -c "! grep -qiE 'fatal error|stack dump|swift runtime' '$work/err'"

echo "smoke: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
