"""`/v1.0/...`: the sidecar's own HTTP API passed through where `nativeApi` allows it."""

import json

import pytest

from blackbox.app import pattern
from blackbox.problems import problem
from blackbox.processes import PROTOCOLS, Gateway, environment, free_port, run
from blackbox.rawhttp import chunked, request_bytes
from blackbox.scripted_http import ScriptedHTTP

WAYS = [protocol for protocol in PROTOCOLS if protocol != "grpc"]


@pytest.fixture(scope="module", params=WAYS)
def native(request, sidecar):
    gateway = Gateway(sidecar, request.param, {"nativeApi": True})
    yield gateway
    assert gateway.stop() == 0, gateway.report()


@pytest.fixture(scope="module")
def scripted():
    """A gateway before a sidecar that answers with what it was asked."""
    sidecar = ScriptedHTTP()
    gateway = Gateway(None, "http", {"nativeApi": True}, http=sidecar.port, grpc=free_port(),
                      await_ready=True)
    sidecar.gateway = gateway

    def play(stream):
        if stream.path.startswith("/v1.0/refuse"):
            stream.answer(401, b"invalid api token\n", "text/plain; charset=utf-8")
        elif stream.method == "HEAD":
            stream.respond(200, [("content-length", "12345")], end=True)
        else:
            stream.answer(200, {"method": stream.method, "path": stream.path,
                                "fields": stream.all, "body": stream.body().decode()},
                          fields=[("x-request-id", "its-own"), ("etag", "7")])
    sidecar.handler = play
    yield sidecar
    assert gateway.stop() == 0, gateway.report()
    sidecar.close()


def test_it_is_off_by_default(auto):
    for version in ("v1.0", "v1.0-alpha1", "v1.0-alpha2", "v1.0-beta1"):
        problem(auto.get(f"/{version}/metadata"), 404, "no-such-route")


def test_a_configuration_that_cannot_work_is_refused(tmp_path):
    file = tmp_path / "daprgw.yaml"
    file.write_text("nativeApi: true\nsidecar: {protocol: grpc}\n")
    result = run("check", "--config", file)
    assert result.returncode != 0
    assert "nativeApi" in result.stdout + result.stderr


def test_state_as_the_sidecar_has_it(native, key):
    body = json.dumps([{"key": key, "value": {"a": 1}}])
    saved = native.post("/v1.0/state/statestore", body, {"Content-Type": "application/json"})
    assert (saved.status, saved.body) == (204, b"")
    read = native.get(f"/v1.0/state/statestore/{key}")
    assert (read.status, read.json) == (200, {"a": 1})
    assert '"' not in read["etag"], "raw, as the sidecar has it"
    assert native.get(f"/v1/state/-/{key}").json == {"a": 1}
    stale = native.delete(f"/v1.0/state/statestore/{key}", {"If-Match": "99"})
    assert (stale.status, stale.json["errorCode"]) == (409, "ERR_STATE_DELETE")
    assert native.get("/v1.0/state/statestore/none-such").status == 204
    unknown = native.get("/v1.0/state/nowhere/k")
    assert (unknown.status, unknown.json["errorCode"]) == (400, "ERR_STATE_STORE_NOT_FOUND")


def test_the_other_building_blocks(native):
    assert native.get("/v1.0/healthz").status == 204
    assert native.get("/v1.0/metadata").json["id"] == "pyapp"
    assert native.get("/v1.0/secrets/secretstore/db-password").json == {"db-password": "s3cr3t-pa55"}
    published = native.post("/v1.0/publish/pubsub/orders", b"{}", {"Content-Type": "application/json"})
    assert published.status == 204
    echoed = native.put("/v1.0/invoke/pyapp/method/a/b?x=1", b"hi", {"X-Mine": "yes"})
    assert (echoed.status, echoed.json["method"], echoed.json["path"]) == (200, "PUT", "/a/b?x=1")
    assert native.get("/v1.0/unknown/x").json["errorCode"] == "ERR_DIRECT_INVOKE"


def test_what_is_never_allowed(native):
    problem(native.post("/v1.0/shutdown"), 403, "forbidden")
    problem(native.post("/v1.0/shutdown/"), 403, "forbidden")
    problem(native.put("/v1.0/metadata/k", b"v"), 403, "forbidden", "metadata.allowSet")
    problem(native.get("/v1.0/secrets/secretstore/bulk"), 403, "forbidden", "secrets.allowBulk")


def test_what_the_configuration_allows(start, sidecar):
    gateway = start(Gateway, sidecar, "http", {
        "nativeApi": True, "secrets": {"allowBulk": True}, "metadata": {"allowSet": True}})
    assert gateway.put("/v1.0/metadata/colour", b"blue").status == 204
    assert gateway.get("/v1.0/metadata").json["extended"]["colour"] == "blue"
    assert "db-password" in gateway.get("/v1.0/secrets/secretstore/bulk").json
    problem(gateway.post("/v1.0/shutdown"), 403)


@pytest.mark.parametrize("target", [
    "/v1.0/invoke/http:%2F%2F127.0.0.1:1/method/x", "/v1.0/invoke/http://127.0.0.1:1/method/x",
    "/v1.0/invoke/http%3a%2f%2f127.0.0.1%3a1/method/x", "/v1.0/invoke/a%2fmethod%2fb/method/x",
    "/v1.0/invoke/pyapp/method/../x", "/v1.0/invoke/pyapp/method/%2e%2e/x",
    "/v1.0/state/../shutdown", "/v1.0/%2e/shutdown", "/v1.0/secrets/secretstore//bulk",
    "/v1.0//shutdown", "/v1.0/%73hutdown", "//v1.0/shutdown", "/v1.0/state/s/%00", "/v1.0/state/s/%ff"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_must_not_reach_the_sidecar(scripted, target, method):
    scripted.requests.clear()
    response = scripted.gateway.ask(method, target, None, b"" if method == "POST" else None)
    assert response.status in (400, 404), response.body
    problem(response, response.status)
    assert scripted.requests == []


def test_the_fields_of_a_request(scripted):
    sent = {
        "dapr-api-token": "mine", "dapr-app-id": "other", "Dapr-Caller-App-Id": "x", "grpc-timeout": "1S",
        "Authorization": "Bearer t", "destination-app-id": "x", "X-Forwarded-For": "1.2.3.4", "X_Under": "1",
        "Connection": "X-Hop", "X-Hop": "1", "Content-Type": "a/b", "X-Mine": "yes", "Accept": "c/d",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    response = scripted.gateway.post("/v1.0/state/s?metadata.a=%2F", b"[]", sent)
    assert response["x-request-id"] != "its-own"
    assert response["etag"] == "7"
    got = response.json
    assert (got["path"], got["body"]) == ("/v1.0/state/s?metadata.a=%2F", "[]")
    fields = {name: values for name, values in got["fields"].items() if not name.startswith(":")}
    assert fields.pop("traceparent")[0].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert fields.pop("x-request-id") == [response["x-request-id"]]
    fields.pop("user-agent")
    assert fields == {"content-type": ["a/b"], "x-mine": ["yes"], "accept": ["c/d"], "content-length": ["2"]}


def test_the_token_is_the_gateways(start, scripted):
    gateway = start(Gateway, None, "http", {"nativeApi": True}, http=scripted.port, grpc=free_port(),
                    env=environment(DAPR_API_TOKEN="ours"))
    for callers in ({}, {"dapr-api-token": "ours"}, {"dapr-api-token": "other"}):
        assert gateway.get("/v1.0/state/s/k", callers).json["fields"]["dapr-api-token"] == ["ours"]
    problem(scripted.gateway.get("/v1.0/refuse"), 502, "sidecar-refused-token")


def test_head_tells_the_length_of_get(scripted):
    for target in ("/v1.0/invoke/a/method/x", "/v1/invoke/a/x"):
        response = scripted.gateway.head(target)
        assert (response.status, response["content-length"], response.body) == (200, "12345", b"")


def test_a_body_over_the_limit_is_never_sent(native):
    for fields, body in (({}, b"x" * ((4 << 20) + 1)),
                         ({"Transfer-Encoding": "chunked"}, chunked(*[b"x" * (1 << 20)] * 4, b"x"))):
        problem(native.post("/v1.0/publish/pubsub/orders", body, fields, timeout=30), 413, "body-too-large")


def test_both_directions_are_streamed(start, stage):
    gateway = start(Gateway, None, "http", {"nativeApi": True}, http=stage.port, grpc=free_port(),
                    await_ready=True)
    with gateway.connect() as connection:
        connection.send(request_bytes(
            "POST", "/v1.0/invoke/pyapp/method/upload", [("Transfer-Encoding", "chunked")]))
        connection.send(b"5\r\nhello\r\n")
        assert stage.first_chunk.wait(10), "the app has the first chunk before there is a last one"
        connection.send(b"0\r\nX-Trailer: dropped\r\n\r\n")
        response = connection.response("POST")
        assert (response.status, response.json["length"]) == (200, 5)
        connection.send(request_bytes("GET", "/v1.0/invoke/pyapp/method/stream"))
        head = connection.head()
        assert (head.status, head["transfer-encoding"]) == (200, "chunked")
        assert connection.chunk().startswith(b"first")
        stage.go_on.set()
        while connection.chunk():
            pass
    response = gateway.get("/v1.0/invoke/pyapp/method/bytes/3000000", timeout=30)
    assert response.body == pattern(3_000_000)


def test_without_a_sidecar(start):
    gateway = start(Gateway, None, "http", {"nativeApi": True}, http=free_port(), grpc=free_port())
    response = gateway.get("/v1.0/metadata")
    problem(response, 503, "sidecar-unavailable")
    assert response["retry-after"]
