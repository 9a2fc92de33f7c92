"""The recorded lines, and which of them are in scope."""

import json
import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "Fixtures" / "observed"
FILES = ["state", "query", "pubsub", "secrets", "configuration", "lock", "bindings", "crypto"]
FILES += ["invoke", "runtime", "transport", "others"]

# Lines on parts of daprd that the development sidecar does not offer, and why. The first rule whose
# pattern is found in the target of the line decides: "METHOD path" for HTTP, the full method and
# the message for gRPC, the listener for HTTP/2.
RULES = [
    (r"^redis (?!config-|lock-)", "commands to Redis itself"),
    (r'/state/statestore\b|"storeName": "statestore"', "Redis as a state store"),
    (r'/publish/(bulk/)?pubsub\b|"pubsubName": "pubsub"', "Redis as a broker"),
]

# The recorded echo app listened here; only answers have a placeholder for it.
APP_PORT = "127.0.0.1:6011"
# What the recording lost: a dictionary cannot hold a header twice.
TWICE = {
    "token-grpc-005": {"dapr-api-token": ["s3cr3t", "bad"]},
    "proxy-grpc-012": {"dapr-app-id": ["grpc-app", "nosuch"]},
}


def load(name):
    """The lines of one file, in order."""
    lines = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").open(encoding="utf-8")]
    for line in lines:
        line["request"].get("metadata", {}).update(TWICE.get(line["id"], {}))
        if APP_PORT in line["request"].get("path", ""):
            path = line["request"]["path"].replace(APP_PORT, "127.0.0.1:<port:echo-app-app>")
            line["request"]["path"] = path
    return lines


def observed_values(lines):
    """What each placeholder of a file stood for."""
    values = {}
    for line in lines:
        values.update(line.get("observed", {}))
    return values


def out_of_scope(line):
    """Why a line is not replayed, or nothing."""
    request, protocol = line["request"], line["protocol"]
    if protocol == "http":
        target = f"{request['method']} {request['path']}"
    elif protocol == "h2":
        target = request["listener"]
    elif protocol == "redis":
        target = line["id"]
    else:
        sent = line["response"].get("timeline", [{}])[0]
        message = json.dumps(request.get("message", sent).get("json"))
        target = f"{request.get('method', '')} {message}"
    for pattern, reason in RULES:
        if re.search(pattern, f"{protocol} {target}"):
            return reason
    return None


def wait_before(line):
    """The seconds that passed before a line, as its note says."""
    if line["note"] == "expired":
        return 1.2  # what was written before with a time to live of one second
    found = re.search(r"([\d.]+) s later", line["note"])
    return float(found[1]) if found else 0
