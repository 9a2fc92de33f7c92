#!/usr/bin/env bash
# Installs the Debian packages that are missing: what the build links, and what the tests use as peers.
# Does nothing, and says nothing, where everything is there.
set -euo pipefail

build=(libhttp-parser-dev libmicrohttpd-dev libmimalloc-dev libnghttp2-dev libssl-dev libyaml-dev
    pkg-config)
tests=(chromium curl fonts-dejavu-core gdb iproute2 openssl prometheus protobuf-compiler libprotobuf-dev
    python3 python3-venv)
bench=(binutils gcc nghttp2-client nginx-light wrk)

missing=()
for package in "${build[@]}" "${tests[@]}" "${bench[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
        missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    echo "setup: installing ${missing[*]}"
    sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "setup: run this as root, or install sudo" >&2
            exit 1
        }
        sudo=(sudo)
    fi
    # A packaged service must not start here: it would take ports and outlive us.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee "$policy" >/dev/null
        "${sudo[@]}" chmod 755 "$policy"
        trap '"${sudo[@]}" rm -f "$policy"' EXIT
    fi
    "${sudo[@]}" apt-get update -qq
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
fi

command -v swift >/dev/null || {
    echo "setup: no swift on the PATH; install the Swift 6.3 toolchain (swift.org/install)" >&2
    exit 1
}
