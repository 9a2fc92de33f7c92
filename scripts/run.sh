#!/usr/bin/env bash
# Builds, then starts a development sidecar and the gateway in front of it, until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --product daprgw
exec .build/debug/daprgw dev "$@"
