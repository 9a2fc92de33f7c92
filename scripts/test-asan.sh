#!/usr/bin/env bash
# Whatever holds C pointers or talks to sockets, under AddressSanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/test-environment.sh
# Leaks are LeakSanitizer's business; the Swift runtime's own one-time allocations would be reported.
export ASAN_OPTIONS="${ASAN_OPTIONS-detect_leaks=0}"
swift build --build-tests --sanitize=address --scratch-path .build-asan
exec scripts/limited.sh 600 swift test --skip-build --skip GreeterTests --sanitize=address --scratch-path .build-asan \
    --filter '^(EventLoopTests|TLSTests|HTTP1Tests|HTTPServerTests|HTTP2Tests|CryptographyTests|DaprClientTests|DevSidecarTests|GatewayTests)\.' "$@"
