"""Which parts of a recorded line are a user's names and values, and the line with others."""

import base64
import json
import re
from urllib.parse import unquote

from matching import PLACEHOLDER
from shifting import (
    GO_ESCAPE,
    json_strings,
    outside,
    plain_shift,
    shift,
    shift_bytes,
    shift_fields,
    shift_json_strings,
    shift_value,
    under,
)

# Methods of the echo app and the gRPC app that mean something.
APP_METHODS = {"status", "empty", "bytes", "text", "chunked", "hdrs", "large", "slow", "close"}
APP_METHODS |= {"dapr", "md", "fail"}
# What follows these in an error is a name that the request gave.
BEFORE_NAME = (
    r"(?:key |key=[\w-]+\|\||keyPrefix '|secret |topic |invalid value |/|character: \"|"
    r"position \d: \")"
)

SAVED = under(("*", "key"), ("*", "value"))
TRANSACTION = under(("operations", "*", "request", "key"), ("operations", "*", "request", "value"))
BULK_GET = under(("keys",))
BULK_ANSWER = under(("*", "key"), ("*", "data"), ("results", "*", "key"), ("results", "*", "data"))
CLOUD_EVENT = under(("data",), ("topic",))
BASE64_DATA = re.compile(r'(?<="data_base64":")[^"]*')
ENTRIES = under(("*", "event"))
TOPICS = [("subscriptions", "*", field) for field in ("topic", "deadLetterTopic")]


COMPARISONS = {"EQ", "NEQ", "GT", "GTE", "LT", "LTE", "IN"}


def user_in_query(path):
    """Fields and values in a filter, and fields to sort by."""
    if path[0] == "sort":
        return path[-1] == "key"
    names = list(path[:-1] if path[-1] == "." else path)
    place = next((at for at, name in enumerate(names) if name in COMPARISONS), len(names))
    return path[0] == "filter" and place + 1 < len(names)


def _shift_base64_data(found):
    return base64.b64encode(shift_bytes(base64.b64decode(found[0]))).decode()


def user_in_metadata(path):
    return under(("extended",), *TOPICS)(path) and "daprRuntimeVersion" not in path


class Line:
    """A line being renamed; `names` are the user's texts that its request contains."""

    # Whether the event that is published stays as recorded.
    kept = False

    def __init__(self, line):
        self.request, self.response = line["request"], line["response"]
        self.names = set()
        # Errors that quote single characters of what was sent are only right for that text.
        self.fixed = bool(re.search(r"invalid character|invalid value|SQLSTATE", json.dumps(self.response)))

    def shift(self, text):
        self.names.add(text)
        return shift(text)

    def error(self, text):
        """The text of an error, with the names of the request in it."""
        if text in self.names:
            return shift(text)
        names = sorted(map(re.escape, self.names - {""}), key=len, reverse=True)
        if not names:
            return text
        pattern = re.compile(rf"({BEFORE_NAME})({'|'.join(names)})(?!\w)")
        return pattern.sub(lambda f: f[1] + outside(GO_ESCAPE, f[2], plain_shift), text)

    def errors(self, value):
        if isinstance(value, str):
            return self.error(value)
        if isinstance(value, list):
            return [self.errors(item) for item in value]
        if isinstance(value, dict):
            return {key: self.errors(item) for key, item in value.items()}
        return value


    def received_event(self, received):
        """What the app was sent because of the line."""
        if "body" not in received:
            return
        raw = '"specversion"' not in received["body"]
        if self.kept:
            received["body"] = shift_fields(received["body"], under(("topic",)))
        elif raw:
            received["body"] = shift_value(received["body"])
        else:
            event = shift_fields(received["body"], CLOUD_EVENT)
            received["body"] = BASE64_DATA.sub(_shift_base64_data, event)


PATH = re.compile(
    r"(?P<before>/v1\.0(?:-alpha1)?/+"
    r"(?:(?:state|secrets|publish/bulk|publish(?!/bulk))/+[^/?]+|metadata)/+)"
    r"(?P<name>[^?]+)(?P<query>\?.*)?$"
)
INVOKE = re.compile(r"(?P<before>/v1\.0/invoke/[^/]+/method/)(?P<name>[^?]*)(?P<query>\?.*)?$")
VERBS = {"bulk", "transaction", "query"}


class HTTPLine(Line):
    """Which parts of an HTTP line are the user's depends on the API that its path names."""

    def rename(self):
        path = self.request["path"]
        self.api = self._api(path)
        if not self.fixed:
            self.request["path"] = self._path(path)
            self._request_body()
            self._response_body()
        for received in self.response.get("appReceived", []):
            self.received_event(received)

    def _api(self, path):
        found = re.search(r"/v1\.0(?:-alpha1)?/+(\w+)", path)
        api = found[1] if found else None
        invoked = "dapr-app-id" in self.request["headers"]
        if invoked and api in (None, "invoke"):
            return "invoke"
        # A path of another API that goes to an app stays as it is.
        return None if "x-echo" in self.response["headers"] and api != "invoke" else api

    def _path(self, path):
        found = (INVOKE if self.api == "invoke" else PATH).search(path)
        if not found:
            return self._fallback_path(path) if self.api == "invoke" else path
        name = found["name"]
        if self._means_something(name):
            return path
        # Errors show it unescaped, with Go's escapes.
        shown = unquote(name).replace("\0", r"\x00").replace("\n", r"\n")
        self.names.update((name, unquote(name), shown))
        head = path[: found.start()] + found["before"]
        return head + shift(name) + (found["query"] or "")

    def _fallback_path(self, path):
        name, mark, query = path.partition("?")
        return path if self._means_something(name.strip("/")) else shift(name) + mark + query

    def _means_something(self, name):
        if self.api == "invoke":
            return unquote(name).strip("/").split("/")[0] in APP_METHODS
        if self.api == "metadata":
            return name == "daprRuntimeVersion"
        # As a key to get, `bulk` is a key like any other.
        return name in VERBS and (self.api != "state" or self.request["method"] != "GET")

    def _request_body(self):
        request = self.request
        if "bodyBase64" in request:
            body = base64.b64decode(request["bodyBase64"]).decode("latin-1")
            body = self._sent(body).encode("latin-1")
            request["bodyBase64"] = base64.b64encode(body).decode()
        elif "body" in request:
            request["body"] = self._sent(request["body"])
        elif "bodySpec" in request and self.api == "state":
            request["bodySpec"]["prefix"] = self._sent(request["bodySpec"]["prefix"])
        if self.api == "invoke":
            request["chunked"] = [shift(chunk) for chunk in request.get("chunked", [])]

    def _sent(self, body):
        path = self.request["path"].partition("?")[0]
        if self.api == "state":
            if path.endswith("/query"):
                return shift_fields(body, user_in_query)
            fields = SAVED
            if path.endswith("/bulk"):
                fields = BULK_GET
            elif path.endswith("/transaction"):
                fields = TRANSACTION
            names = (body[a + 1 : b - 1] for a, b, at in json_strings(body) if fields(at))
            self.names.update(names)
            return shift_fields(body, fields)
        if self.api == "publish":
            return self._published(body, "/publish/bulk/" in path)
        if self.api == "metadata" and self.request["method"] == "PUT" or self.api == "invoke":
            return shift_value(body)
        return body

    def _published(self, body, is_bulk):
        kind = self.request["headers"].get("content-type", "")
        if is_bulk:
            # Base64 in an event and a CloudEvent are not texts of the user.
            self.kept = "octet" in body or "cloudevents" in body
            return body if self.kept else shift_fields(body, ENTRIES)
        if kind.startswith("application/cloudevents"):
            return shift_fields(body, under(("data",)))
        return shift_value(body)

    def _response_body(self):
        response = self.response
        if "bodyBase64" in response and self.api == "state":
            body = shift_bytes(base64.b64decode(response["bodyBase64"]))
            response["bodyBase64"] = base64.b64encode(body).decode()
        elif "body" in response:
            response["body"] = self._answered(response["body"])

    def _answered(self, body):
        response = self.response
        if '"runtimeVersion"' in body:
            return shift_fields(body, user_in_metadata)
        if self.api == "invoke":
            if body.startswith("oninvoke "):
                return rename_oninvoke(body)
            return self._echoed(body) if "x-echo" in response["headers"] else self._failed(body)
        if self.api is None:
            return body
        if response["status"] >= 400:
            return self._failed(body)
        if self.api == "state":
            bulk = self.request["method"] != "GET"
            return self.error(shift_fields(body, BULK_ANSWER)) if bulk else shift_value(body)
        if self.api == "secrets":
            return shift_json_strings(body)
        return shift_fields(body, user_in_metadata)

    def _failed(self, body):
        try:
            return json.dumps(self.errors(json.loads(body)), ensure_ascii=False)
        except ValueError:
            return self.error(body)

    def _echoed(self, body):
        try:
            echo = json.loads(body)
        except ValueError:
            return self.error(body)
        return json.dumps(rename_echo(echo))


def rename_echo(echo):
    """What the echo app answers to the renamed request."""
    if not isinstance(echo, dict) or "path" not in echo:
        return echo
    path, mark, query = echo["path"].partition("?")
    if path.split("/")[1] not in APP_METHODS:
        echo["path"] = shift(path) + mark + query
    if echo.get("body"):
        echo["body"] = shift_value(echo["body"])
    if "bodyBase64" in echo:
        body = shift_bytes(base64.b64decode(echo["bodyBase64"]))
        echo["bodyBase64"] = base64.b64encode(body).decode()
    return echo


def rename_oninvoke(text):
    """What the gRPC app answers: oninvoke METHOD DATA ct=..., of which two are the user's."""
    verb, method, rest = text.split(" ", 2)
    data, ct, rest = rest.partition(" ct=")
    method = method if method in APP_METHODS else shift(method)
    return " ".join([verb, method, shift(data) + ct + rest])


class GRPCLine(Line):
    """Which fields of a message are the user's depends on their names."""

    def rename(self):
        self.call = self.request["method"].rpartition("/")[2]
        message = self.request.get("message") or self.request.get("messageSpec", {})
        self.kept = "cloudevents" in json.dumps(message)
        if "json" in message and not self.fixed:
            self.asking = True
            message["json"] = self.fields(message["json"], self.names.add)
            message.pop("hex", None)
        self.asking = False
        for answer in self.response.get("messages", []):
            if "json" in answer and not self.fixed:
                answer["json"] = self.fields(answer["json"], lambda name: None)
        for received in self.response.get("appReceived", []):
            self.received_event(received)
        if not self.fixed:
            for part in ("grpcMessage", "details"):
                if part in self.response:
                    self.response[part] = self.errors(self.response[part])

    def fields(self, value, note):
        """A message as JSON with the fields of the user renamed."""
        if isinstance(value, list):
            return [self.fields(item, note) for item in value]
        if not isinstance(value, dict):
            return value
        if self.call == "GetMetadata":
            return json.loads(shift_fields(json.dumps(value, ensure_ascii=False), user_in_metadata))
        if "typeUrl" in value:
            return self._any(value)
        return {name: self._field(name, item, note) for name, item in value.items()}

    def _field(self, name, value, note):
        if name == "method" and value.split("/")[0] in APP_METHODS:
            return value
        if name in ("key", "topic", "method"):
            note(value)
            return shift(value)
        if name == "keys":
            return [self._field("key", one, note) for one in value]
        if name == "data" and self.call in ("GetSecret", "GetBulkSecret"):
            text = json.dumps(value, ensure_ascii=False)
            return json.loads(shift_fields(text, lambda path: path[1:] != ("secrets", ".")))
        if name == "value" and self.call == "SetMetadata":
            return shift_value(value)
        if name in ("value", "data", "event") and isinstance(value, str) and not self.kept:
            return value if " times " in value else self._bytes(value)
        if name == "query":
            return shift_fields(value, user_in_query)
        if name in ("metadata", "options", "etag"):
            return value
        return self.fields(value, note)

    def _bytes(self, value):
        data = base64.b64decode(value)
        try:
            data = shift_value(data.decode()).encode()
        except UnicodeDecodeError:
            data = shift_bytes(data)
        return base64.b64encode(data).decode()

    def _any(self, value):
        text = value.get("valueText")
        if text is None:
            return value
        if text.startswith('{"method"'):
            text = json.dumps(rename_echo(json.loads(text)))
        elif text.startswith("oninvoke "):
            text = rename_oninvoke(text)
        elif self.asking:
            text = shift_value(text)
        shown = value | {"valueText": text}
        if PLACEHOLDER.search(text) is None:
            shown["value"] = base64.b64encode(text.encode()).decode()
        return shown
