#!/usr/bin/env bash
# Everything that can be said of the sources without building them.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/sources.sh

echo "lint: swift format"
swift_sources | xargs -0 swift format lint --strict --parallel

echo "lint: unsafe code stays behind its walls"
scripts/check-unsafe.sh

echo "lint: nothing imports Foundation"
if swift_sources | xargs -0 grep -nE '^\s*(public |internal |package |@testable )*import Foundation$' -- |
    grep '^Sources/'; then
    echo "lint: the daemon links FoundationEssentials at most" >&2
    exit 1
fi

echo "lint: shell scripts parse"
for script in scripts/*.sh .ci/run; do bash -n "$script"; done

echo "lint: no file has grown past 450 lines"
long=$(swift_sources | xargs -0 wc -l | awk '$2 != "total" && $1 > 450')
if [ -n "$long" ]; then
    echo "$long" >&2
    exit 1
fi
