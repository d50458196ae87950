#!/bin/sh
# Creates the virtual environment of the benchmark's peers: setup.sh VENV_DIR
# Does nothing if the environment already holds what requirements.txt asks for.
# PYTHON names the interpreter to use (default python3.11).
set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 VENV_DIR" >&2
    exit 2
fi
venv=$1
here=$(cd "$(dirname "$0")" && pwd)
requirements=$here/requirements.txt
# Written last, so that an interrupted installation is taken up again.
stamp=$venv/.peers-requirements

if [ -x "$venv/bin/python" ] && cmp -s "$requirements" "$stamp"; then
    echo "peers: $venv is complete, nothing to do"
    exit 0
fi

if [ ! -x "$venv/bin/python" ]; then
    echo "peers: creating the virtual environment $venv"
    "${PYTHON:-python3.11}" -m venv "$venv"
    echo '*' > "$venv/.gitignore"
fi
echo "peers: installing $requirements (torch may bring several gigabytes of CUDA libraries)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
echo "peers: checking that all three import"
"$venv/bin/python" -c 'import numpy, scipy, jax, torch
for module in numpy, scipy, jax, torch: print("peers:", module.__name__, module.__version__)'
cp "$requirements" "$stamp"
echo "peers: $venv is complete"
