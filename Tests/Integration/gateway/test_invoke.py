"""`ANY /v1/invoke/{app}/{path...}`: status, headers and body go through, both ways."""

import base64
import hashlib
import re

import pytest

from blackbox.app import pattern
from blackbox.problems import problem
from blackbox.rawhttp import request_bytes

LIMIT = 4 << 20


def call(gateway, path="there", method="GET", fields=None, body=None, app="pyapp", **more):
    return gateway.ask(method, f"/v1/invoke/{app}/{path}", fields, body, **more)


def fields_of(response):
    """What the app says it got, as {name: [values]}."""
    found = {}
    for name, value in response.json["headers"]:
        found.setdefault(name.lower(), []).append(value)
    return found


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_verb(gateway, method):
    body = None if method == "GET" else b"content of " + method.encode()
    response = call(gateway, "some/thing", method, body=body)
    assert response.status == 200, response.body
    assert response.json["method"] == method
    assert response.json["path"] == "/some/thing"
    assert response.json["body"].encode() == (body or b"")
    assert response["x-echo"] == "yes"


def test_head(gateway):
    response = call(gateway, "some/thing", "HEAD")
    assert (response.status, response.body) == (200, b"")


@pytest.mark.parametrize("query", ["lang=en&x=1", "a=1&a=2", "q=a%20b%26c", "x=%2B+", "flag", "timeout=5s&ttl=1"])
def test_the_query_goes_to_the_app_as_it_is(gateway, query):
    got = call(gateway, f"greet?{query}").json["path"]
    assert got in (f"/greet?{query}", f"/greet?{query}="), "as Go sends a flag, at most"


@pytest.mark.parametrize("target, path", [
    ("a/b/c", "/a/b/c"), ("a%20b", "/a%20b"), ("gr%C3%B6%C3%9Fe", "/gr%C3%B6%C3%9Fe"), ("a+b", "/a+b"),
    ("a;b=1,c", "/a;b=1,c"), ("", "/"),
])
def test_the_path(gateway, target, path):
    assert call(gateway, target).json["path"].replace("%3B", ";").replace("%2C", ",").replace(
        "%3D", "=").replace("%2B", "+") == path


@pytest.mark.parametrize("target", [
    "..", "a/../b", "%2e%2e/x", "a/%2E%2e", "a%2F..%2Fb", "a%00b", "a%0d%0ab", "%zz", "%ff"])
def test_bad_paths_are_refused(stage, gateway, target):
    problem(call(gateway, target), 400)
    problem(call(stage.gateway, target), 400)
    assert stage.requests == []


@pytest.mark.parametrize("name", [
    "http:%2F%2F127.0.0.1:1", "http%3A%2F%2F127.0.0.1", "https:%2f%2fexample.org", "a%20b", "%00", "a@b"])
def test_a_client_does_not_choose_an_address(gateway, name):
    assert call(gateway, app=name).status in (400, 404)


def test_an_unknown_app(gateway):
    problem(call(gateway, app="no-such-app-here", timeout=30), 404, "no-such-app")


@pytest.mark.parametrize("status", [201, 202, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 502, 503, 504])
def test_the_status_of_the_app_passes_untouched(gateway, status):
    response = call(gateway, f"status/{status}", "POST", body=b"x")
    assert response.status == status
    if gateway.protocol != "grpc" or status < 300:
        assert response["content-type"] == "application/json"
        assert response.json["path"] == f"/status/{status}"


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content(gateway, status):
    if gateway.protocol == "grpc" and status == 304:
        assert call(gateway, f"status/{status}").status == 304
        return
    response = call(gateway, f"status/{status}")
    assert (response.status, response.body) == (status, b"")


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirects_are_the_callers_business(gateway, status):
    response = call(gateway, f"status/{status}")
    assert response.status == status
    if gateway.protocol != "grpc":
        assert response["location"] == "/elsewhere"


def test_an_empty_answer(gateway):
    response = call(gateway, "empty")
    assert (response.status, response.body) == (200, b"")


def test_fields_to_the_app(gateway):
    got = fields_of(call(gateway, "x", "POST", [
        ("X-Custom", "one, two"), ("Accept-Language", "de"), ("Cookie", "a=1"),
        ("Content-Type", "application/xml; charset=latin1"), ("User-Agent", "cobol/1"),
        ("Authorization", "Bearer app-token"), ("X-Request-Id", "req-1"),
    ], b"<x/>"))
    assert got["x-custom"] == ["one, two"]
    assert got["content-type"] == ["application/xml; charset=latin1"]
    assert got["authorization"] == ["Bearer app-token"]
    if gateway.protocol != "grpc":  # the gRPC API renames some of them
        assert got["accept-language"] == ["de"]
        assert got["cookie"] == ["a=1"]


@pytest.mark.parametrize("field", [
    ("dapr-app-id", "evil"), ("Dapr-Api-Token", "x"), ("dapr-caller-app-id", "someone"),
    ("grpc-timeout", "1S"), ("grpc-trace-bin", "AAAA"), ("destination-app-id", "evil"),
    ("Keep-Alive", "timeout=9"), ("TE", "trailers"), ("Proxy-Connection", "close"),
    ("X_Underscore", "1"), ("X.Dot", "1"), ("Proxy-Authorization", "Basic x"),
    ("Authorization", "Basic " + base64.b64encode(b"dapr-app-id:evil").decode()),
], ids=lambda f: f[0])
def test_fields_that_stay_here(gateway, field):
    name, value = field
    got = fields_of(call(gateway, "x", "GET", [field]))
    assert value not in got.get(name.lower(), []), got
    assert value not in got.get("dapr-" + name.lower(), []), got


def test_fields_that_connection_names_stay_here(gateway):
    got = fields_of(call(gateway, "x", "GET", [
        ("Connection", "x-hop, keep-alive"), ("X-Hop", "1"), ("X-Kept", "2")]))
    assert "x-hop" not in got
    assert got["x-kept"] == ["2"]


def test_fields_from_the_app(gateway):
    response = call(gateway, "hdrs")
    assert response.status == 200
    assert response["x-echo"] == "yes"
    assert response.all("set-cookie") == ["a=1", "b=2"]
    assert response.all("x-multi") == ["1", "2"] or response["x-multi"] == "1, 2"
    assert response["etag"] == '"abc"'
    assert response.get("x-hop") is None
    assert "timeout=5" not in response.get("keep-alive", "")
    if gateway.protocol != "grpc":
        assert response["cache-control"] == "no-store"
        assert response["vary"] == "Accept"
        assert response["www-authenticate"] == 'Basic realm="x"'


# Trace context

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_trace_context_goes_on_with_a_new_span(gateway):
    got = fields_of(call(gateway, "x", fields=[
        ("traceparent", PARENT), ("tracestate", "vendor=1"), ("baggage", "user=alice")]))
    assert len(got["traceparent"]) == 1
    version, trace, span, flags = got["traceparent"][0].split("-")
    assert (version, trace, flags) == ("00", PARENT.split("-")[1], "01")
    assert re.fullmatch("[0-9a-f]{16}", span) and span != PARENT.split("-")[2]
    assert got["tracestate"] == ["vendor=1"]
    assert got["baggage"] == ["user=alice"]


def test_an_invalid_baggage_is_dropped(gateway):
    response = call(gateway, "x", fields=[("baggage", "no equals sign;;,")])
    assert response.status == 200, response.body
    assert "baggage" not in fields_of(response)


@pytest.mark.parametrize("parent", ["", "nonsense", PARENT.replace("4bf9", "XXXX"),
                                    "00-" + "0" * 32 + "-00f067aa0ba902b7-01"])
def test_an_invalid_trace_is_dropped(gateway, parent):
    got = fields_of(call(gateway, "x", fields=[("traceparent", parent), ("tracestate", "a=1")]))
    assert parent not in got.get("traceparent", []) or not parent
    assert "tracestate" not in got


# Bodies


def test_a_large_upload(gateway):
    body = pattern(LIMIT - 10_000)  # a gRPC message has a frame around it
    response = call(gateway, "x", "POST", {"Content-Type": "application/octet-stream"}, body)
    assert response.status == 200, response.body
    assert response.json["bodyLength"] == len(body)


def test_bytes_reach_the_app(gateway):
    body = bytes(range(256)) * 100
    response = call(gateway, "x", "PUT", {"Content-Type": "application/octet-stream"}, body)
    assert base64.b64decode(response.json["bodyBase64"]) == body


def test_an_upload_of_exactly_the_limit(stage):
    body = pattern(LIMIT)
    response = call(stage.gateway, "upload", "POST", None, body)
    assert response.status == 200, response.body
    assert response.json == {"length": LIMIT, "sha256": hashlib.sha256(body).hexdigest()}


@pytest.mark.parametrize("count", [1, 65535, 65536, 1_000_000, LIMIT - 10_000])
def test_a_large_download(gateway, stage, count):
    response = call(gateway, f"large?n={count}")
    assert (response.status, response.body == b"x" * count) == (200, True)
    response = call(stage.gateway, f"bytes/{count}")
    assert (response.status, response.body == pattern(count)) == (200, True)


def test_a_very_large_download(stage):
    response = call(stage.gateway, "bytes/30000000", timeout=60)
    assert response.status == 200
    assert hashlib.sha256(response.body).digest() == hashlib.sha256(pattern(30_000_000)).digest()


def test_a_response_is_streamed(stage):
    with stage.gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/pyapp/stream"))
        head = connection.head()
        assert head.status == 200
        assert head["transfer-encoding"] == "chunked"
        first = connection.chunk()
        while len(first) < 6:
            first += connection.chunk()
        assert first == b"first ", "arrived while the app still waits"
        assert not stage.go_on.is_set()
        stage.go_on.set()
        rest = b""
        while chunk := connection.chunk():
            rest += chunk
        assert rest == b"second"
        assert connection.request("GET", "/healthz").status == 200, "the connection lives on"


def test_a_request_is_streamed(stage):
    with stage.gateway.connect() as connection:
        connection.send(request_bytes(
            "POST", "/v1/invoke/pyapp/upload", [("Transfer-Encoding", "chunked")]))
        connection.send(b"5\r\nhello\r\n")
        assert stage.first_chunk.wait(10), "the app has the first chunk before there is a last one"
        connection.send(b"6\r\n world\r\n0\r\n\r\n")
        response = connection.response("POST")
        assert (response.status, response.json["length"]) == (200, 11)


def test_a_slow_reader_does_not_stop_others(stage):
    with stage.gateway.connect(timeout=30) as connection:
        connection.send(request_bytes("GET", "/v1/invoke/pyapp/bytes/20000000"))
        head = connection.head()
        # The buffers are full while other requests are served.
        for _ in range(10):
            assert stage.gateway.get("/v1/invoke/pyapp/there").status == 200
        body = b"".join(connection.pieces(head))
        assert body == pattern(20_000_000)


def test_a_streamed_response_to_http_1_0(stage):
    stage.go_on.set()
    with stage.gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/pyapp/stream", version="1.0"))
        response = connection.response()
        assert response.get("transfer-encoding") is None, "HTTP/1.0 knows no chunks"
        assert response.body == b"first second"


# Limits


def test_a_large_cookie_never_ends_the_connection_to_the_sidecar(gateway):
    big = {"Cookie": "c=" + "x" * 6000}
    response = call(gateway, "x", fields=big)
    if gateway.protocol == "http":
        problem(response, 431)
        assert re.search(r"3[.,]?5|3584|3\.5 KiB|header", response.json["detail"])
    else:
        assert response.status in (200, 431), response.body
    assert call(gateway, "x").status == 200


def test_a_closed_app(gateway):
    response = call(gateway, "close", timeout=30)
    assert response.status in (502, 504), response.body
    problem(response, response.status)


def test_the_callers_id_goes_along(gateway):
    response = call(gateway, "x", fields={"X-Request-Id": "abc-123"})
    assert response["x-request-id"] == "abc-123"


# Trailers


def test_trailers_of_a_request_are_dropped(stage):
    with stage.gateway.connect() as connection:
        connection.send(request_bytes(
            "POST", "/v1/invoke/pyapp/upload", [("Transfer-Encoding", "chunked"), ("Trailer", "X-Sum")]))
        connection.send(b"5\r\nhello\r\n0\r\nX-Sum: 17\r\nX-Other: y\r\n\r\n")
        response = connection.response("POST")
        assert (response.status, response.json["length"]) == (200, 5)
        fields = stage.requests[-1].all
        assert not {"trailer", "x-sum", "x-other"} & set(fields), fields
        assert connection.request("GET", "/healthz").status == 200, "the connection lives on"


@pytest.mark.parametrize("count", [3, 200_000])
def test_trailers_of_an_answer_are_dropped(stage, count):
    def play(stream):
        stream.respond(200, [("content-type", "text/plain"), ("trailer", "x-sum")])
        stream.send(pattern(count))
        stream.trailers([("x-sum", "17")])
    stage.handler, before = play, stage.handler
    try:
        with stage.gateway.connect() as connection:
            response = connection.request("GET", "/v1/invoke/pyapp/anything")
            assert (response.status, response.body) == (200, pattern(count))
            assert response.get("trailer") is None
            assert response.get("x-sum") is None
            assert connection.request("GET", "/healthz").status == 200, "the connection lives on"
    finally:
        stage.handler = before


# The development sidecar's part in it


@pytest.mark.parametrize("version", ["1.1", "1.0"])
@pytest.mark.parametrize("count", [1 << 20, (1 << 20) + 1, 5_000_000])
def test_the_sidecar_makes_large_answers_while_it_sends_them(sidecar, auto, version, count):
    direct = sidecar.ask("GET", f"/v1.0/invoke/pyapp/method/large?n={count}", version=version, timeout=30)
    assert (direct.status, len(direct.body)) == (200, count)
    assert direct.body == b"x" * count
    through = call(auto, f"large?n={count}", timeout=30)
    assert (through.status, through.body) == (200, direct.body)
