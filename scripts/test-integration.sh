#!/usr/bin/env bash
# The tests in Python: black box of the gateway, replay of recordings of daprd, Dapr's Python SDK.
# usage: scripts/test-integration.sh [PYTEST ARGUMENTS...]    DAPRGW names another binary
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/python-env.sh
[ -n "${DAPRGW-}" ] || swift build --product daprgw

# A skipped test fails the run: Tests/Integration/conftest.py.
run=(scripts/limited.sh 1200 .venv/bin/python -m pytest --rootdir Tests/Integration -c Tests/Integration/pytest.ini)
[ $# -eq 0 ] || exec "${run[@]}" "$@"

# The recorded timelines of connections last minutes in which nothing happens: they run beside the
# other tests.
output=$(mktemp)
trap 'rm -f "$output"' EXIT
"${run[@]}" -q Tests/Integration/replay/test_replay.py -k transport >"$output" 2>&1 &
transport=$!
status=0
"${run[@]}" -q Tests/Integration -k "not transport" || status=1
# The gateway once more, before sidecars whose HTTP port does not speak h2c.
BLACKBOX_HTTP1=1 "${run[@]}" -q Tests/Integration/gateway || status=1
wait "$transport" || status=1
cat "$output"
exit "$status"
