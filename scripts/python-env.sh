#!/bin/bash
# python-env.sh: makes .venv hold what Tests/Integration/requirements.txt lists. Silent when it does.
set -euo pipefail

cd "$(dirname "$0")/.."
requirements=Tests/Integration/requirements.txt
installed=.venv/requirements.txt

if ! cmp -s "$requirements" "$installed"; then
    echo "python-env: installing $requirements into .venv"
    # From nothing, so that no package of an earlier list stays.
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$installed"
fi
