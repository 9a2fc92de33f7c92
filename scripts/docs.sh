#!/usr/bin/env bash
# Makes the documentation of DaprClient, to be opened in .build/docs; a link to nothing is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
docc=$(command -v docc || true)
if [ -z "$docc" ]; then
    echo "docs: the toolchain has no docc" >&2
    exit 1
fi

swift build --target DaprClient
build=$(swift build --show-bin-path)
graphs=.build/symbol-graphs
rm -rf "$graphs" .build/docs
mkdir -p "$graphs"

# `swift package dump-symbol-graph` would build every target; one is enough.
modules=()
while IFS= read -r map; do
    modules+=(-Xcc "-fmodule-map-file=$map")
done < <(ls Sources/*/module.modulemap "$build"/CLinux.build/module.modulemap)
swift symbolgraph-extract -module-name DaprClient -I "$build/Modules" "${modules[@]}" \
    -target "$(swift -print-target-info | sed -n 's/^ *"triple": "\(.*\)",$/\1/p' | head -1)" \
    -minimum-access-level public -skip-synthesized-members -output-dir "$graphs"

# Parameters that explain themselves are not documented one by one.
"$docc" convert Sources/DaprClient/DaprClient.docc --additional-symbol-graph-dir "$graphs" \
    --fallback-display-name DaprClient --fallback-bundle-identifier daprgw.DaprClient \
    --disable-parameters-and-returns-validation --warnings-as-errors --output-path .build/docs
echo "docs: .build/docs"
