#!/bin/bash
# check-protos.sh: fails if protos/ differs on the wire from Dapr's official definitions, or if the
# generated Swift code differs from protos/.
set -euo pipefail

cd "$(dirname "$0")/.."
scripts/python-env.sh
.venv/bin/python Tests/Integration/protos/verify.py
scripts/check-generated.sh
