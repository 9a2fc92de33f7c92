#!/bin/bash
# check-generated.sh: fails if Sources/DaprProtos/Generated is not what protos/ gives.
set -euo pipefail

cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
scripts/generate-protos.sh "$fresh"
if ! diff -ru Sources/DaprProtos/Generated "$fresh"; then
    echo "check-generated: the generated code is out of date; run scripts/generate-protos.sh" >&2
    exit 1
fi
echo "check-generated: up to date"
