#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing and runs every check: the floor plan, formatting, the tests (in
# release mode: numeric tests are 90 times slower without optimisation), and the program itself.
# Extra arguments go to `swift test`.
#
# Real MNIST is found through APICAL_DATA; tests that need it say so when it is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh

check_swift
install_packages
scripts/check-layers.sh
if swift format --version > /dev/null 2>&1; then
  say "Formatting"
  swift format lint --strict --recursive --parallel Package.swift Sources Tests
fi
say "Tests"
if [ -z "${APICAL_DATA:-}" ]; then
  say "APICAL_DATA is not set: tests on real MNIST will be skipped, and say so"
fi
# Apart from the ordinary build: tests look inside modules, which takes another flag.
build=(-c release --scratch-path .build-tests -Xswiftc -enable-testing)
swift build "${build[@]}" --build-tests
swift test "${build[@]}" --skip-build "$@"
say "The program"
program="$(swift build "${build[@]}" --show-bin-path)/apical"
scripts/smoke.sh "$program"
say "The notebooks"
scripts/notebooks.sh "$program"
