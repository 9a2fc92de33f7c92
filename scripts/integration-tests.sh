#!/bin/bash
# integration-tests.sh [PYTEST OPTIONS]: holds `daprgw sidecar` against the recordings of a real
# sidecar, and the Python SDK against it. Needs .build/debug/daprgw, or the program named by DAPRGW.
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/python-env.sh
run=(.venv/bin/python -m pytest -q -p no:cacheprovider)
if (($# > 0)); then
    exec "${run[@]}" "$@"
fi

# The timelines of connections last minutes in which nothing happens, so they run beside the others.
output=$(mktemp)
trap 'rm -f "$output"' EXIT
"${run[@]}" Tests/Integration/replay/test_replay.py -k transport >"$output" 2>&1 &
transport=$!
status=0
"${run[@]}" Tests/Integration -k "not transport" || status=1
wait "$transport" || status=1
cat "$output"
exit "$status"
