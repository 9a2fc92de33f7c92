#!/usr/bin/env bash
# Whatever holds C pointers or talks to sockets, under AddressSanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
# Slowed down this much, fewer at a time, or they miss the deadlines of daprd that the development sidecar keeps.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6
. scripts/test-environment.sh
# Leaks are LeakSanitizer's business; the Swift runtime's own one-time allocations would be reported.
export ASAN_OPTIONS="${ASAN_OPTIONS-detect_leaks=0}"
swift build --build-tests --sanitize=address --scratch-path .build-asan
exec scripts/limited.sh 600 swift test --skip-build --skip GreeterTests --sanitize=address --scratch-path .build-asan \
    --filter '^(EventLoopTests|TLSTests|HTTP1Tests|HTTPServerTests|HTTP2Tests|CryptographyTests|DaprClientTests|DevSidecarTests|GatewayTests)\.' "$@"
