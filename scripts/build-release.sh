#!/usr/bin/env bash
# Builds the daemon as it is meant to run, .build/release/daprgw, in about two minutes (docs/decisions/0006): with the
# Swift runtime linked in, so that the machine it runs on needs none; without the run-time checks for overlapping
# access, which the debug build of every test keeps; optimised across modules; and with mimalloc in malloc's place.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product daprgw --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked \
    -Xswiftc -cross-module-optimization \
    -Xlinker --push-state -Xlinker --no-as-needed -Xlinker -lmimalloc -Xlinker --pop-state \
    -Xlinker --version-script=scripts/no-exports.map "$@"

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
