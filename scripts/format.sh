#!/usr/bin/env bash
# Formats our own Swift code in place.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/sources.sh
swift_sources | xargs -0 swift format --in-place --parallel
