#!/bin/sh
# Runs the tests of whatever has real threads or is called from them under ThreadSanitizer.
# Usage: scripts/test-tsan.sh [TIMES]. Fails on a failed test and on any report.
set -eu
cd "$(dirname "$0")/.."
# Slowed down this much, fewer at a time, or they miss the deadlines of daprd that the development sidecar keeps.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6
. scripts/test-environment.sh
times=${1:-1}
# Its own build directory: instrumented objects must not mix with the others.
swift build --build-tests --sanitize=thread --scratch-path .build-tsan
log=$(mktemp)
trap 'rm -f "$log"' EXIT
round=1
while [ "$round" -le "$times" ]; do
    status=0
    TSAN_OPTIONS="halt_on_error=0 exitcode=66" scripts/limited.sh 600 swift test --skip-build --skip GreeterTests --sanitize=thread \
        --scratch-path .build-tsan \
        --filter '^(EventLoopTests|TLSTests|HTTP1Tests|DaprClientTests)\.' >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ] || grep -q 'WARNING: ThreadSanitizer' "$log"; then
        cat "$log"
        echo "ThreadSanitizer round $round of $times failed (status $status)" >&2
        exit 1
    fi
    round=$((round + 1))
done
grep 'Test run with' "$log"
echo "ThreadSanitizer: $times clean"
