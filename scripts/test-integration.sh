#!/usr/bin/env bash
# The tests in Python: black box of the gateway, replay of recordings of daprd, Dapr's Python SDK.
# usage: scripts/test-integration.sh [PYTEST ARGUMENTS...]    DAPRGW names another binary
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/python-env.sh
[ -n "${DAPRGW-}" ] || swift build --product daprgw
[ $# -gt 0 ] || set -- -q Tests/Integration
# A skipped test fails the run: Tests/Integration/conftest.py.
exec .venv/bin/python -m pytest --rootdir Tests/Integration -c Tests/Integration/pytest.ini "$@"
