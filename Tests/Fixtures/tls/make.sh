#!/usr/bin/env bash
# Made the certificates beside it, valid until 2126; they are for tests only. Run it again to replace them.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
authority() { # NAME SUBJECT
    key "$1"
    openssl req -x509 -new -key "$1.key" -subj "/CN=$2" -days 36500 -out "$1.pem"
}
certificate() { # NAME KEY AUTHORITY SUBJECT NAMES START END
    [ -e "$2.key" ] || key "$2"
    openssl req -new -key "$2.key" -subj "/CN=$4" -out "$work/request"
    : >"$work/index"
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nnew_certs_dir=%s\nrand_serial=yes\npolicy=p\ndefault_md=sha256\ncopy_extensions=copy\nunique_subject=no\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=%s\n' \
        "$work/index" "$work" "$5" >"$work/conf"
    openssl ca -batch -notext -config "$work/conf" -extensions e -cert "$3.pem" -keyfile "$3.key" \
        -startdate "$6" -enddate "$7" -in "$work/request" -out "$1.pem" 2>/dev/null
}
rm -f ./*.pem ./*.key
authority ca "daprgw test authority"
authority other-ca "another authority"
certificate server server ca sidecar "DNS:localhost,IP:127.0.0.1,IP:::1" 20260101000000Z 21260101000000Z
certificate elsewhere server ca elsewhere "DNS:elsewhere.example" 20260101000000Z 21260101000000Z
certificate expired server ca sidecar "DNS:localhost,IP:127.0.0.1" 20200101000000Z 20210101000000Z
certificate client client ca client "DNS:client" 20260101000000Z 21260101000000Z
certificate stranger client other-ca stranger "DNS:client" 20260101000000Z 21260101000000Z
rm -f ca.key other-ca.key
chmod 644 ./*.key
