#!/usr/bin/env bash
# Whatever holds C pointers or talks to sockets, under AddressSanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
# Of a crash, the thread that crashed: with hundreds of them all would take an hour.
export SWIFT_BACKTRACE=threads=crashed,images=none
# Leaks are LeakSanitizer's business; the Swift runtime's own one-time allocations would be reported.
export ASAN_OPTIONS="${ASAN_OPTIONS-detect_leaks=0}"
exec swift test --sanitize=address --scratch-path .build-asan \
    --filter '^(HTTPServerTests|HTTP2Tests|DaprClientTests|DevSidecarTests|GatewayTests)\.' "$@"
