#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Fails where an import breaks the floor plan (docs/architecture.md), where unsafe code has no
# address, where a file has grown past what a person reads in one sitting, or where something
# was left open.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.."
failures=0
fail() { printf '%s\n' "$1"; failures=$((failures + 1)); }

# Every module may import these of the house and of the C fences, and nothing else of them.
declare -A allowed=(
  [LinearAlgebra]="COpenBLAS CKernels"
  [RandomStreams]="CKernels CGSL"
  [Substrates]="LinearAlgebra RandomStreams"
  [LearningRules]="Substrates LinearAlgebra RandomStreams"
  [RateNetworks]="Substrates LinearAlgebra RandomStreams"
  [Quantities]=""
  [Integration]="CGSL CKernels"
  [SpikingNetworks]="Substrates LinearAlgebra RandomStreams Integration Quantities Traces CKernels"
  [Traces]=""
  [TraceExport]="Traces CHDF5"
  [Figures]=""
  [Datasets]="LinearAlgebra RandomStreams CZlib"
  [Experiments]="LinearAlgebra RandomStreams Substrates LearningRules RateNetworks SpikingNetworks Integration Quantities Traces TraceExport Datasets Figures"
  [apical]="Experiments"
  [bench]="Experiments LinearAlgebra Datasets"
)
house="COpenBLAS CKernels CGSL CHDF5 CZlib ${!allowed[*]}"
for module in "${!allowed[@]}"; do
  while IFS=: read -r file line import; do
    name=$(sed -E 's/.*import +//; s/[ .].*//' <<< "$import")
    [[ " $house " == *" $name "* ]] || continue
    [[ " ${allowed[$module]} " == *" $name "* ]] \
      || fail "$file:$line: $module must not import $name"
  done < <(grep -rnE '^[[:space:]]*((public|internal|private|package|@testable|@preconcurrency) +)*import +' \
    "Sources/$module" --include='*.swift')
done

while IFS= read -r file; do
  fail "$file: unsafe code belongs in a file named …+Unsafe.swift"
done < <(grep -rlE '\bunsafe [a-zA-Z]' Sources --include='*.swift' | grep -v '+Unsafe.swift' \
  | xargs -r grep -lE '^[^/"]*\bunsafe [a-zA-Z(]' | grep -vE '^Sources/(apical|bench)/')

while read -r count file; do
  [ "$file" = total ] && continue
  [ "$count" -gt 400 ] && fail "$file: $count lines; split it"
done < <(find Sources Tests -name '*.swift' -print0 | xargs -0 wc -l)

grep -rnE 'TODO|FIXME|XXX|not implemented' Sources Tests --include='*.swift' --include='*.h' --include='*.c' \
  && fail "something was left open"

[ "$failures" -eq 0 ] || exit 1
echo "layers: every arrow points down"
