#!/usr/bin/env bash
# Builds the daemon as it is meant to run, .build/release/daprgw, in about five minutes: with the Swift runtime
# linked in, so that the machine it runs on needs none, and without the run-time checks for overlapping access,
# which the debug build of every test keeps (docs/decisions/0006).
set -euo pipefail
cd "$(dirname "$0")/.."
exec swift build -c release --product daprgw --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked "$@"
