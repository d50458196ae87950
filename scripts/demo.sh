#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds, and trains a small spiking network of two-compartment neurons on
# digits that the program draws itself: once with fixed random feedback, in the background, and once
# with feedback that it learns from conductance noise and one global reward, live. Ends with figures
# of both. Extra arguments go to both runs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh

check_swift
install_packages
say "Building (a first build takes a few minutes)"
swift build -c release --product apical
binary="$(swift build -c release --show-bin-path)/apical"
folder="runs/demo-$(date +%Y%m%d-%H%M%S)"
mkdir -p "$folder"

say "Spiking 784-60-20-10: fixed feedback in the background, learned feedback below"
"$binary" run models/dendritic-fixed-feedback.yaml --out "$folder/fixed" --progress none "$@" \
  > "$folder/fixed.log" 2>&1 &
fixed=$!
# Without learned feedback there is nothing to compare: the run in the background ends with it.
trap 'kill -INT "$fixed" 2> /dev/null || true' EXIT
"$binary" run models/dendritic-learned-feedback.yaml --out "$folder/learned" "$@"
wait "$fixed" || { cat "$folder/fixed.log" >&2; exit 1; }

say "Fixed beside learned feedback"
# The last row of metrics.csv by column names.
last() {
  awk -F, -v run="$2" '
    { sub(/\r$/, "") }
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { error = $column["test_error"]; first = $column["angle_1"]; second = $column["angle_2"] }
    END { printf "  %-8s test error %5.1f %%   angles to the true gradient %3.0f° and %3.0f°\n", run, 100 * error, first, second }
  ' "$1/metrics.csv"
}
last "$folder/fixed" fixed
last "$folder/learned" learned
"$binary" plot "$folder/fixed" "$folder/learned" --label fixed --label learned \
  --out "$folder/figures"
"$binary" plot "$folder/learned"
say "Runs, traces and figures: $folder"
