"""What of a recorded answer counts, and how an answer is held against it."""

import json
import re

import grpc_calls
import http1
from matching import PLACEHOLDER, Bindings, differences, parse_json

# Fields that the recording leaves out.
UNRECORDED = {"date", "content-length", "transfer-encoding"}
TIME_SECONDS = 1.5  # how far a frame of a timed timeline may be off
# `unordered` of differences(): what the recorded sidecar itself gives in varying order.
UNORDERED = re.compile(r"enabledFeatures$|headers$|\.items$|^$")


def is_unordered(path):
    return UNORDERED.search(path) is not None


def unordered_in(line):
    """`is_unordered` for one line: without a sort key, results of a query come as they like."""
    if re.search(r'"sort\\*":\[\{\\*"key', json.dumps(line["request"])):
        return is_unordered
    return lambda path: path.endswith("results") or is_unordered(path)


def substituted(value, bindings):
    """A request with the values that placeholders stand for."""
    if isinstance(value, str):
        return bindings.substitute(value)
    if isinstance(value, dict):
        return {key: substituted(item, bindings) for key, item in value.items()}
    if isinstance(value, list):
        return [substituted(item, bindings) for item in value]
    return value


def field_differences(expected, fields, bindings):
    """Header fields: any order, but repeated ones in theirs."""
    actual = {}
    for name, value in fields:
        if name not in UNRECORDED or name in expected:
            actual.setdefault(name, []).append(value)
    wanted = {
        name: value if isinstance(value, list) else [value] for name, value in expected.items()
    }
    return differences(wanted, actual, bindings, path="headers")


def raw_differences(expected, received, closed):
    first, fields, rest = http1.split_head(received)
    wanted, wanted_fields, wanted_rest = http1.split_head(expected["raw"].encode())
    lengths = {"date"} | ({"content-length"} - dict(wanted_fields).keys())
    found = differences(
        [wanted, sorted(map(list, wanted_fields)), wanted_rest.decode()],
        [
            first,
            sorted(list(pair) for pair in fields if pair[0] not in lengths),
            rest.decode("utf-8", "replace"),
        ],
        Bindings(),
    )
    if closed != (expected["connection"] == "closed by the sidecar"):
        found.append(f"connection {'closed' if closed else 'left open'}")
    return found


def received_event(event, like=None):
    """What the app got, its body as JSON; only what the recording keeps of it."""
    shown = dict(event)
    if like is not None:
        if "bodyLength" in like and "bodyLength" not in shown:
            shown["bodyLength"] = len(shown["body"].encode())
        shown = {name: value for name, value in shown.items() if name in like}
    parsed = parse_json(shown.get("body") or "")
    return shown | ({"body": parsed} if isinstance(parsed, dict) else {})


def request_message(request, types, bindings):
    message = request.get("message") or request["messageSpec"]
    if "hex" in message and not PLACEHOLDER.search(message["hex"]):
        return bytes.fromhex(message["hex"])
    if "bytesLength" in message:
        return b"x" * message["bytesLength"]
    # Placeholders in bytes fields stand in base64, where the recording has none.
    shown = substituted(message["json"], bindings)
    return grpc_calls.from_json(types[0], shown).SerializeToString()


def textual(value):
    """An Any is compared by its text if it has one: its base64 holds host and ports."""
    if isinstance(value, list):
        return [textual(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "typeUrl" in value and "valueText" in value:
        text = value["valueText"]
        parsed = parse_json(text)
        return {"typeUrl": value["typeUrl"]} | {"valueText": parsed if parsed is not None else text}
    return {key: textual(item) for key, item in value.items()}


def server_events(timeline, timed):
    """What the server did, without what depends on timing; DATA frames of a stream joined."""
    ignored = {"WINDOW_UPDATE"} if timed else {"WINDOW_UPDATE", "PING"}
    events = []
    for event in timeline:
        if "server" not in event or event["server"] in ignored:
            continue
        shown = {name: value for name, value in event.items() if name not in ("endStream", "delta")}
        if not timed:
            shown.pop("atSeconds", None)
        if event["server"].startswith("PING"):
            shown.pop("data", None)
        if event["server"] == "DATA":
            before = events[-1] if events else {"server": None}
            if before["server"] == "DATA" and before["stream"] == event["stream"]:
                before["data"] += event["data"]
                continue
        events.append(shown)
    return events


def timeline_differences(expected, actual, timed, bindings):
    found = []
    for event in actual:
        event["atSeconds"] = event.get("atSeconds", 0)
    if timed:
        # The PING that measures the bandwidth may come at any time.
        expected = [one for one in expected if not _measures(one)]
        actual = [one for one in actual if not _measures(one)]
    names = [event["server"] for event in expected], [event["server"] for event in actual]
    if names[0] != names[1]:
        return [f"frames:\n  - {names[0]}\n  + {names[1]}"]
    for one, other in zip(expected, actual):
        off = abs(one.pop("atSeconds", 0) - other.pop("atSeconds"))
        if timed and off > TIME_SECONDS:
            found.append(f"{one['server']}: {off:.1f} s off")
        data = other.pop("data", b"")
        if "bytes" in one:
            other["bytes"] = len(data)
        if "text" in one and one["server"] == "DATA":
            one.pop("text")
        if "hex" in one and one["server"] == "DATA":
            one.pop("hex")
        found += differences(one, other, bindings, is_unordered, one["server"])
    return found


def _measures(event):
    return event["server"].startswith("PING") and event["atSeconds"] < 1 and (
        event["server"] != "PING ACK"
    )
