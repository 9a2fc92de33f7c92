#!/bin/bash
# generate-protos.sh [FOLDER]: writes the Swift code of protos/ to FOLDER, by default the one that is
# committed (Sources/DaprProtos/Generated). Needs protoc (Debian: protobuf-compiler).
set -euo pipefail

cd "$(dirname "$0")/.."
output=${1-Sources/DaprProtos/Generated}
plugin=$(scripts/protoc-gen-swift.sh)

# dapr.proto has only the service, and there is no Swift code for services.
mapfile -t files < <(find protos -name '*.proto' ! -name dapr.proto | sort)

mkdir -p "$output"
rm -f "$output"/*.pb.swift
# PathToUnderscores: one flat folder, and no two files of a module may have the same name.
# UseAccessLevelOnImports: right with and without the upcoming feature InternalImportsByDefault.
protoc --plugin=protoc-gen-swift="$plugin" --proto_path=protos --swift_out="$output" \
    --swift_opt=FileNaming=PathToUnderscores \
    --swift_opt=Visibility=Public \
    --swift_opt=UseAccessLevelOnImports=true \
    "${files[@]}"
