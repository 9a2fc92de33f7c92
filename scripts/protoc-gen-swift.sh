#!/bin/bash
# protoc-gen-swift.sh: prints the path of protobuf's Swift code generator, which it builds first if
# need be.
#
# The version is pinned, so that the same .proto files give the same Swift code on every machine. It
# is the minimum in Package.swift, because generated code needs a runtime that is at least as new.
set -euo pipefail

version=1.39.0
cd "$(dirname "$0")/.."
plugin=$PWD/.build-protoc/protoc-gen-swift-$version

if [[ ! -x $plugin ]]; then
    echo "building protoc-gen-swift $version (once, about a minute)" >&2
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    git -c advice.detachedHead=false clone -q --branch "$version" \
        https://github.com/apple/swift-protobuf "$build" >&2
    # Only this product: the package also holds protoc itself in C++, which Debian has ready-made.
    swift build -c debug --package-path "$build" --product protoc-gen-swift >&2
    mkdir -p "${plugin%/*}"
    # In one step, so that an interrupted copy is never taken for the generator.
    cp "$build/.build/debug/protoc-gen-swift" "$plugin.new"
    mv "$plugin.new" "$plugin"
fi
echo "$plugin"
