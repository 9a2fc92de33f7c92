#!/usr/bin/env bash
# Everything that is tested (`make test`). What a step took is in .build/test-steps.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/test-environment.sh
mkdir -p .build
times=.build/test-steps.txt
: >"$times"

step() { # NAME COMMAND...
    local name=$1 start=$SECONDS
    shift
    printf '\n--- %s\n' "$name"
    "$@"
    printf '%5d s  %s\n' $((SECONDS - start)) "$name" >>"$times"
}

# Swift Testing ends with success when tests are skipped; here that is a failure.
no_skips() { # COMMAND...
    local output=.build/test-output.txt
    "$@" 2>&1 | tee "$output"
    if grep -E '^[^ ]+ (Test|Suite) .* skipped(\.|: ".*")$' "$output"; then
        echo "test: a skipped test is a failure" >&2
        return 1
    fi
    if ! grep -qE 'Test run with [1-9][0-9]* tests?' "$output"; then
        echo "test: nothing was run" >&2
        return 1
    fi
}

unit_and_live() {
    swift build --build-tests
    scripts/limited.sh 600 swift test --skip-build --skip GreeterTests
}

# The Greeter is an app in Python: the suite of its name is run by Tests/Integration/proxy.
step "unit and live tests" no_skips unit_and_live
step "loop, TLS and client under ThreadSanitizer" no_skips scripts/test-tsan.sh
step "the live suite under AddressSanitizer" no_skips scripts/test-asan.sh
# The same inputs each time: what is new is found by `make fuzz`, not by whoever commits next.
step "fuzz, 60 s" scripts/fuzz.sh 60 1
step "protobuf definitions" scripts/check-protos.sh
step "black box, replay, SDK" scripts/test-integration.sh

printf '\n--- what each step took\n'
cat "$times"
