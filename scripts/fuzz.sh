#!/usr/bin/env bash
# Fuzzes the decoding of HTTP/2 and gRPC with libFuzzer; what it finds is kept in FailCases/.
# usage: scripts/fuzz.sh [SECONDS [SEED]]; the build before it takes two to three minutes the first time
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1-300}
seed=${2-0}  # 0 is another one each time
export DAPRGW_FUZZ=1
# A debug build, because the decoders are internal and the targets import them for testing.
swift build --scratch-path .build-fuzz --product Fuzzer \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -parse-as-library
mkdir -p .build-fuzz/corpus
export ASAN_OPTIONS="${ASAN_OPTIONS-detect_leaks=0}"
# Swift's own report of a trap reads all of the stack, which AddressSanitizer takes for the fault.
export SWIFT_BACKTRACE=enable=no
# New inputs go to the first folder, so that the seeds stay as few as they are.
exec .build-fuzz/debug/Fuzzer .build-fuzz/corpus Fuzzing/Corpus FailCases \
    -artifact_prefix=FailCases/ -max_total_time="$seconds" -seed="$seed" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1
