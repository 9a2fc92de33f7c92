#!/bin/bash
# check-generated.sh [--if-built]: fails if Sources/DaprProtos/Generated is not what protos/ gives.
# With --if-built it is skipped, with a message, where the code generator has not been built yet.
set -euo pipefail

cd "$(dirname "$0")/.."
if [[ ${1-} == --if-built ]] && ! scripts/protoc-gen-swift.sh --if-built >/dev/null; then
    echo "check-generated: skipped"
    exit 0
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
scripts/generate-protos.sh "$fresh"
if ! diff -ru Sources/DaprProtos/Generated "$fresh"; then
    echo "check-generated: the generated code is out of date; run scripts/generate-protos.sh" >&2
    exit 1
fi
echo "check-generated: up to date"
