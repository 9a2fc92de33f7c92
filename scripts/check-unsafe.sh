#!/usr/bin/env bash
# Only the targets that wrap a C library, and the one file that wraps libyaml, may say `unsafe`.
# The compiler makes sure that whoever needs it says it (strict memory safety); this says where.
set -euo pipefail
cd "$(dirname "$0")/.."

allowed='^Sources/(Compression|Cryptography|EventLoop|HTTPServer|HTTP1|HTTP2|TLS)/|^Sources/Gateway/Configuration/YAMLParser\.swift:'
# The word as code: not in a comment, not inside a longer identifier or a string's hyphenated word.
found=$(grep -rnE '(^|[^A-Za-z0-9_"`-])(unsafe|@unsafe|nonisolated\(unsafe\)|Unsafe[A-Z][A-Za-z]*|withUnsafe[A-Za-z]*)([^A-Za-z0-9_"-]|$)' \
    --include='*.swift' Sources |
    grep -vE '^[^:]+:[0-9]+:\s*//' |
    grep -v '^Sources/DaprProtos/Generated/' |
    grep -vE "$allowed" || true)
if [ -n "$found" ]; then
    echo "unsafe constructs outside of the C-wrapping targets:" >&2
    echo "$found" >&2
    exit 1
fi

# And each C module is imported by its one wrapper only.
check_import() { # MODULE ALLOWED-PATH-REGEX
    local others
    others=$(grep -rnE "^\s*(public |internal |package |@preconcurrency )*import $1\$" --include='*.swift' Sources |
        grep -vE "^$2" || true)
    if [ -n "$others" ]; then
        echo "$1 is imported outside of its wrapper:" >&2
        echo "$others" >&2
        exit 1
    fi
}
check_import CLinux 'Sources/EventLoop/'
check_import CMicrohttpd 'Sources/HTTPServer/'
check_import CNghttp2 'Sources/HTTP2/'
check_import CHTTPParser 'Sources/HTTP1/'
check_import COpenSSL 'Sources/(Cryptography|TLS)/'
check_import CZlib 'Sources/Compression/'
check_import CYaml 'Sources/Gateway/Configuration/YAMLParser\.swift'
check_import HTTPServer 'Sources/Gateway/'
