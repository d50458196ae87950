#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds, and trains a network whose feedback weights are learned by
# node perturbation, on digits that the program draws itself. Extra arguments go to `apical run`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh

check_swift
install_packages
say "Building (a first build takes a few minutes)"
swift build -c release --product apical
say "Training 784-50-20-10 with feedback learned by node perturbation"
binary="$(swift build -c release --show-bin-path)/apical"
"$binary" run models/digits-learned-feedback.yaml "$@"
