"""Which parts of the lines on bindings and cryptography are a user's, and the line with others."""

import base64
import json
import posixpath

from matching import PLACEHOLDER
from renamed_lines import APP_METHODS, rename_echo
from shifting import shift, shift_bytes, shift_fields, shift_json_strings, shift_value, under

# Metadata of a binding that hold a user's text.
METADATA = ("fileName", "key", "X-Custom")
# Base 64 of bytes that are no text: what the word null decodes to.
NULL = "null"


class Names:
    """The user's texts of one line; errors repeat them."""

    def __init__(self):
        self.found = []

    def shift(self, text):
        clean = posixpath.normpath("/" + text).lstrip("/")
        self.found += [text] if clean == text else [text, clean]
        return shift(text)

    def in_error(self, text):
        for name in sorted(set(self.found) - {""}, key=len, reverse=True):
            for before, after in (("/", '"'), ("/", ":"), ("'", "'"), ("/", "")):
                if not after and not text.endswith(before + name):
                    continue
                text = text.replace(before + name + after, before + shift(name) + after)
        return text


def is_about_components(line):
    where = line["request"].get("path", "") + line["request"].get("method", "")
    return any(one in where for one in ("/bindings/", "InvokeBinding", "crypto/", "cryptAlpha1"))


def rename(line):
    names = Names()
    where = line["request"].get("path", "") + line["request"].get("method", "")
    if "invalid character" in json.dumps(line["response"]):
        return
    if line["protocol"] == "grpc-stream":
        _stream(line, names)
    elif "crypto/" in where:
        _cryptography(line, names)
    elif line["protocol"] == "http":
        _http_binding(line, names)
    elif "InvokeBinding" in where:
        _grpc_binding(line, names)


# Bindings


def _metadata(metadata, names):
    for name in METADATA:
        if isinstance(metadata.get(name), str):
            metadata[name] = names.shift(metadata[name])
    if "path" in metadata:
        metadata["path"] = _path(metadata["path"])


def _path(path):
    word = path.lstrip("./").partition("?")[0].split("/")[0]
    if word in APP_METHODS:
        return path
    path, mark, query = path.partition("?")
    return shift(path) + mark + query


def _http_binding(line, names):
    request, response = line["request"], line["response"]
    try:
        # What follows the JSON is not looked at.
        metadata = json.JSONDecoder().raw_decode(request["body"])[0]["metadata"]
    except (KeyError, TypeError, ValueError):
        metadata = None
    if isinstance(metadata, dict):
        text = request["body"]
        shifted = dict(metadata)
        _metadata(shifted, names)
        for name, value in metadata.items():
            text = text.replace(
                f"{json.dumps(name)}:{json.dumps(value)}",
                f"{json.dumps(name)}:{json.dumps(shifted[name])}",
            )
        request["body"] = shift_fields(text, under(("data",)))
    if response["status"] >= 400:
        response["body"] = names.in_error(response["body"])
    elif "bodyBase64" in response and response["bodyBase64"] != NULL:
        body = shift_bytes(base64.b64decode(response["bodyBase64"]))
        response["bodyBase64"] = base64.b64encode(body).decode()
    elif "body" in response:
        response["body"] = _answer(response["body"])


def _answer(text):
    """What a binding answered."""
    if text.startswith('{"method"'):
        return json.dumps(_echo(json.loads(text)))
    if text.startswith('{"fileName"'):
        return shift_fields(text, under(("fileName",)))
    return shift_value(text)


def _echo(echo):
    # Where the app itself redirects to.
    own = echo["path"] == "/elsewhere"
    echo = echo if own else rename_echo(echo)
    for header in echo["headers"]:
        if header[0] == "X-Custom":
            header[1] = shift(header[1])
    return echo


def _grpc_binding(line, names):
    message = line["request"]["message"]
    message.pop("hex", None)
    _metadata(message["json"].get("metadata", {}), names)
    if "path" in line["request"]["metadata"]:
        line["request"]["metadata"]["path"] = _path(line["request"]["metadata"]["path"])
    _data(message["json"])
    for answer in line["response"].get("messages", []):
        _data(answer["json"])
    if "grpcMessage" in line["response"]:
        line["response"]["grpcMessage"] = names.in_error(line["response"]["grpcMessage"])


def _data(holder):
    """Bytes of a message, as base 64."""
    if "data" not in holder or PLACEHOLDER.search(holder["data"]) or len(holder["data"]) > 600:
        if not holder.get("data", "").startswith("eyJtZXRob2Q"):
            return
    data = base64.b64decode(holder["data"])
    try:
        data = _answer(data.decode()).encode()
    except UnicodeDecodeError:
        data = shift_bytes(data)
    holder["data"] = base64.b64encode(data).decode()


# Cryptography


def _cryptography(line, names):
    request, response = line["request"], line["response"]
    for name in ("dapr-key-name", "dapr-decryption-key-name"):
        if name in request.get("headers", {}) and ".." not in request["headers"][name]:
            request["headers"][name] = names.shift(request["headers"][name])
    if "subtlecrypto" not in request.get("path", ""):
        if "body" in request:
            request["body"] = shift(request["body"])
        request["chunked"] = [shift(one) for one in request.get("chunked", [])]
        if not request["chunked"]:
            del request["chunked"]
    if "body" in response:
        failed = response["status"] >= 400
        response["body"] = (names.in_error if failed else shift)(response["body"])


def _stream(line, names):
    for event in line["response"]["timeline"]:
        shown = event.get("json", {})
        options = shown.get("options", {})
        if "keyName" in options:
            options["keyName"] = names.shift(options["keyName"])
        # Parts of documents are made anew anyway.
        if len(shown.get("payload", {}).get("data", "")) < 100:
            _data(shown.get("payload", {}))
        event.pop("hex", None)
        if "grpcMessage" in event:
            event["grpcMessage"] = names.in_error(event["grpcMessage"])
