#!/usr/bin/env bash
# Builds the daemon as it is meant to run, .build/release/daprgw, in about five minutes: with the Swift runtime
# linked in, so that the machine it runs on needs none, and without the run-time checks for overlapping access,
# which the debug build of every test keeps (docs/decisions/0006).
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product daprgw --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked "$@"

# All of Foundation would more than double it; it comes in by one careless import.
limit=$((25 << 20))
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" .build/release/daprgw
size=$(stat -c %s "$stripped")
if [ "$size" -gt "$limit" ]; then
    echo "build-release: the stripped binary has $size bytes, more than $limit" >&2
    exit 1
fi
