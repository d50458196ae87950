#!/bin/sh
# Creates a virtual environment of the benchmark's peers: setup.sh VENV_DIR [REQUIREMENTS]
# REQUIREMENTS is a file of this folder, requirements.txt unless named; the line "# modules: …" in
# it says what must be importable afterwards. Does nothing if the environment already holds what
# the file asks for. PYTHON names the interpreter to use (default python3.11).
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: $0 VENV_DIR [REQUIREMENTS]" >&2
    exit 2
fi
venv=$1
here=$(cd "$(dirname "$0")" && pwd)
requirements=$here/${2:-requirements.txt}
if [ ! -f "$requirements" ]; then
    echo "peers: $requirements: there is no such list of requirements" >&2
    exit 2
fi
modules=$(sed -n 's/^# modules: //p' "$requirements")
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
echo "peers: installing $requirements"
if grep -q '^torch' "$requirements"; then
    echo "peers: torch may bring several gigabytes of CUDA libraries"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
echo "peers: checking that all modules import"
PYNEST_QUIET=1 "$venv/bin/python" -c 'import importlib, sys
for name in sys.argv[1:]:
    print("peers:", name, importlib.import_module(name).__version__)' $modules
cp "$requirements" "$stamp"
echo "peers: $venv is complete"
