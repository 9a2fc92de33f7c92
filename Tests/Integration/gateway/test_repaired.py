"""`rest-api.md`, "Status codes repaired", row by row, against sidecars that answer as scripted."""

import base64
import json
import threading
from urllib.parse import unquote

import grpc
import h2.errors
import pytest
from dapr.proto.common.v1 import common_pb2
from dapr.proto.runtime.v1 import secret_pb2, state_pb2
from google.protobuf.empty_pb2 import Empty

from blackbox.problems import problem
from blackbox.processes import Gateway, free_port
from blackbox.rawhttp import request_bytes
from blackbox.scripted_grpc import Fault, ScriptedGRPC
from blackbox.scripted_http import ScriptedHTTP
from blackbox.waiting import until

Code = grpc.StatusCode


class Pair:
    """A gateway before a scripted sidecar of one protocol."""

    def __init__(self, protocol):
        self.sidecar = ScriptedHTTP() if protocol == "http" else ScriptedGRPC()
        ports = {"http": free_port(), "grpc": free_port(), protocol: self.sidecar.port}
        self.gateway = Gateway(None, protocol, await_ready=False, **ports)

    def close(self):
        self.gateway.stop()
        self.sidecar.close()


@pytest.fixture(scope="module")
def http_pair():
    pair = Pair("http")
    yield pair
    pair.close()


@pytest.fixture(scope="module")
def grpc_pair():
    pair = Pair("grpc")
    yield pair
    pair.close()


@pytest.fixture
def http(http_pair):
    http_pair.sidecar.requests.clear()
    http_pair.sidecar.resets.clear()
    yield http_pair
    assert http_pair.gateway.is_running, http_pair.gateway.report()


@pytest.fixture
def rpc(grpc_pair):
    grpc_pair.sidecar.calls.clear()
    grpc_pair.sidecar.handlers.clear()
    yield grpc_pair
    assert grpc_pair.gateway.is_running, grpc_pair.gateway.report()


def answers(pair, *arguments, **more):
    """Every request is answered so."""
    pair.sidecar.handler = lambda stream: stream.answer(*arguments, **more)
    return pair.gateway


def fails(pair, status, code, message, **more):
    pair.sidecar.handler = lambda stream: stream.error(status, code, message, **more)
    return pair.gateway


def raises(pair, method, *fault):
    def handler(request, context):
        raise Fault(*fault)
    pair.sidecar.handlers[method] = handler
    return pair.gateway


def returns(pair, method, message):
    pair.sidecar.handlers[method] = lambda request, context: message
    return pair.gateway


def ask(gateway, method, target, fields=None):
    return gateway.ask(method, target, fields, b"1" if method in ("PUT", "POST", "PATCH") else None)


# State and configuration: missing


def test_missing_over_http(http):
    problem(answers(http, 204).get("/v1/state/-/a"), 404, "not-found")


def test_missing_over_grpc(rpc):
    problem(returns(rpc, "GetState", state_pb2.GetStateResponse()).get("/v1/state/-/a"), 404, "not-found")


def test_empty_with_an_etag_is_a_value(http, rpc):
    read = answers(http, 200, fields=[("etag", "7")]).get("/v1/state/-/a")
    assert (read.status, read.body, read["etag"]) == (200, b"", '"7"')
    read = returns(rpc, "GetState", state_pb2.GetStateResponse(etag="7")).get("/v1/state/-/a")
    assert (read.status, read.body, read["etag"]) == (200, b"", '"7"')


def test_an_odd_etag_is_still_a_quoted_string(rpc):
    read = returns(rpc, "GetState", state_pb2.GetStateResponse(data=b"1", etag='a"b\\c\r\nX: y')).get(
        "/v1/state/-/a")
    assert read.status in (200, 502)
    assert read.get("x") is None
    if read.status == 200 and read.get("etag"):
        assert read["etag"].count('"') == 2 and read["etag"][0] == read["etag"][-1] == '"'


def test_etags_of_any_text_round_trip(rpc):
    for etag in ("1", "abc", "0x8D9", "a,b", "W/1", "*"):
        returns(rpc, "GetState", state_pb2.GetStateResponse(data=b"1", etag=etag))
        quoted = rpc.gateway.get("/v1/state/-/a")["etag"]
        assert rpc.gateway.get("/v1/state/-/a", {"If-None-Match": quoted}).status == 304
        returns(rpc, "SaveState", Empty())
        rpc.sidecar.calls.clear()
        assert ask(rpc.gateway, "PUT", "/v1/state/-/a", {"If-Match": quoted}).status == 204
        assert rpc.sidecar.named("SaveState")[0].states[0].etag.value == etag


# Secrets


@pytest.mark.parametrize("store, message, expected", [
    ("secretstore", "failed getting secret with key a from secret store x: secret a not found", (404, "not-found")),
    ("secretstore", "open /x/secrets.json: permission denied", (502, "secret-store-failed")),
    ("vault", "failed getting secret with key a from secret store x: secret a not found", (502, "secret-store-failed")),
])
def test_a_secret_that_is_missing_or_cannot_be_read(http, rpc, store, message, expected):
    target = f"/v1/secrets/{store}/a"
    problem(fails(http, 500, "ERR_SECRET_GET", message).get(target), *expected)
    problem(raises(rpc, "GetSecret", Code.INTERNAL, message).get(target), *expected)


def test_an_empty_map_is_a_missing_secret(http, rpc):
    problem(answers(http, 200, {}).get("/v1/secrets/vault/a"), 404, "not-found")
    problem(answers(http, 204).get("/v1/secrets/vault/a"), 404, "not-found")
    problem(returns(rpc, "GetSecret", secret_pb2.GetSecretResponse()).get("/v1/secrets/vault/a"),
            404, "not-found")


def test_an_empty_value_is_missing_only_in_the_environment(http, rpc):
    empty = secret_pb2.GetSecretResponse(data={"a": ""})
    problem(answers(http, 200, {"a": ""}).get("/v1/secrets/envsecrets/a"), 404, "not-found")
    problem(returns(rpc, "GetSecret", empty).get("/v1/secrets/envsecrets/a"), 404, "not-found")
    assert http.gateway.get("/v1/secrets/secretstore/a").status == 200
    assert rpc.gateway.get("/v1/secrets/secretstore/a").status == 200


def test_several_values_are_an_object(http, rpc):
    values = {"user": "alice", "pass": "s3cret"}
    assert answers(http, 200, values).get("/v1/secrets/-/db").json == values
    several = returns(rpc, "GetSecret", secret_pb2.GetSecretResponse(data=values)).get("/v1/secrets/-/db")
    assert (several.json, several.media_type) == (values, "application/json")


# Unknown components


@pytest.mark.parametrize("method, target, status, code, message", [
    ("GET", "/v1/state/s/a", 400, "ERR_STATE_STORE_NOT_FOUND", "state store s is not found"),
    ("PUT", "/v1/state/s/a", 400, "ERR_STATE_STORE_NOT_FOUND", "state store s is not found"),
    ("GET", "/v1/state/s/a", 500, "ERR_STATE_STORE_NOT_CONFIGURED", "state store s is not configured"),
    ("GET", "/v1/secrets/s/a", 401, "ERR_SECRET_STORE_NOT_FOUND", "failed finding secret store with key s"),
    ("GET", "/v1/secrets/s/a", 500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured"),
    ("POST", "/v1/publish/p/t", 404, "ERR_PUBSUB_NOT_FOUND", "pubsub p is not found"),
])
def test_unknown_components_over_http(http, method, target, status, code, message):
    document = problem(ask(fails(http, status, code, message), method, target), 404, "no-such-component")
    assert document["dapr"]["errorCode"] == code
    assert document["dapr"]["httpStatus"] == status
    assert document["dapr"]["message"] == message


@pytest.mark.parametrize("method, target, call, code, message, reason", [
    ("GET", "/v1/state/s/a", "GetState", Code.INVALID_ARGUMENT, "state store s is not found", "DAPR_STATE_NOT_FOUND"),
    ("PUT", "/v1/state/s/a", "SaveState", Code.INVALID_ARGUMENT, "state store s is not found", "DAPR_STATE_NOT_FOUND"),
    ("GET", "/v1/state/s/a", "GetState", Code.FAILED_PRECONDITION, "state store s is not configured", "DAPR_STATE_NOT_CONFIGURED"),
    ("GET", "/v1/secrets/s/a", "GetSecret", Code.INVALID_ARGUMENT, "failed finding secret store with key s", None),
    ("GET", "/v1/secrets/s/a", "GetSecret", Code.FAILED_PRECONDITION, "secret store is not configured", None),
    ("POST", "/v1/publish/p/t", "PublishEvent", Code.INVALID_ARGUMENT, "pubsub p is not found", "DAPR_PUBSUB_NOT_FOUND"),
])
def test_unknown_components_over_grpc(rpc, method, target, call, code, message, reason):
    gateway = raises(rpc, call, code, message, reason)
    document = problem(ask(gateway, method, target), 404, "no-such-component")
    assert document["dapr"]["grpcStatus"] == code.value[0]


def test_other_bad_arguments_are_not_missing_components(rpc):
    gateway = raises(rpc, "GetState", Code.INVALID_ARGUMENT, "input key/keyPrefix 'a' is odd", "DAPR_STATE_ILLEGAL_KEY")
    problem(gateway.get("/v1/state/-/a"), 400)


# Our token is wrong


@pytest.mark.parametrize("method, target", [
    ("GET", "/v1/state/-/a"), ("PUT", "/v1/state/-/a"), ("GET", "/v1/secrets/-/a"),
    ("POST", "/v1/publish/-/t"), ("GET", "/v1/invoke/app/x")])
def test_a_refused_token(http, rpc, method, target):
    gateway = answers(http, 401, b"invalid api token\n", "text/plain; charset=utf-8")
    problem(ask(gateway, method, target), 502, "sidecar-refused-token")
    if "invoke" not in target:
        for call in ("GetState", "SaveState", "GetSecret", "PublishEvent"):
            raises(rpc, call, Code.UNAUTHENTICATED, "Unauthorized")
        problem(ask(rpc.gateway, method, target), 502, "sidecar-refused-token")


# ETag conflicts


def conflicts(stream, current):
    """Every write fails with a conflict; a read gives `current`: (value, etag), None or "down"."""
    if stream.method in ("POST", "PUT", "DELETE"):
        if stream.method != "DELETE":
            stream.body()
        return stream.error(
            409, "ERR_STATE_SAVE" if stream.method != "DELETE" else "ERR_STATE_DELETE",
            "possible etag mismatch. error from state store: whatever")
    if current == "down":
        return stream.error(500, "ERR_STATE_GET", "dial tcp: connection refused")
    if current is None:
        return stream.respond(204, end=True)
    return stream.answer(200, current[0], fields=[("etag", current[1])])


def test_a_conflict_after_a_precondition_that_held_at_first_http(http):
    reads = iter([(b"1", "1"), (b"2", "2")])

    def handler(stream):
        conflicts(stream, next(reads) if stream.method == "GET" else None)
    http.sidecar.handler = handler
    problem(ask(http.gateway, "PUT", "/v1/state/-/a", {"If-Match": '"1"'}), 412, "precondition-failed")


def test_a_conflict_that_is_an_outage_http(http):
    reads = iter([(b"1", "1"), "down"])

    def handler(stream):
        conflicts(stream, next(reads) if stream.method == "GET" else None)
    http.sidecar.handler = handler
    response = ask(http.gateway, "PUT", "/v1/state/-/a", {"If-Match": '"1"'})
    problem(response, 503)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_conflict_although_nothing_has_changed_http(http, method):
    http.sidecar.handler = lambda stream: conflicts(stream, (b"1", "1"))
    problem(ask(http.gateway, method, "/v1/state/-/a", {"If-Match": '"1"'}), 503, "outcome-unknown")


@pytest.mark.parametrize("method, call", [("PUT", "SaveState"), ("DELETE", "DeleteState")])
@pytest.mark.parametrize("then, expected", [
    (("2",), (412, "precondition-failed")), (("1",), (503, "outcome-unknown")), ((), (503, None))])
def test_conflicts_over_grpc(rpc, method, call, then, expected):
    raises(rpc, call, Code.ABORTED, "possible etag mismatch. error from state store: x", "ERR_STATE_SAVE")
    etags = iter(["1", *then])

    def read(request, context):
        etag = next(etags, None)
        if etag is None:
            raise Fault(Code.INTERNAL, "fail to get a from state store: refused", "ERR_STATE_GET")
        return state_pb2.GetStateResponse(data=b"1", etag=etag)
    rpc.sidecar.handlers["GetState"] = read
    problem(ask(rpc.gateway, method, "/v1/state/-/a", {"If-Match": '"1"'}), *expected)


def test_a_conflict_without_a_precondition_is_409(http, rpc):
    http.sidecar.handler = lambda stream: conflicts(stream, (b"1", "1"))
    problem(ask(http.gateway, "PUT", "/v1/state/-/a"), 409, "conflict")
    raises(rpc, "SaveState", Code.ABORTED, "possible etag mismatch. error from state store: x", "ERR_STATE_SAVE")
    returns(rpc, "GetState", state_pb2.GetStateResponse(data=b"1", etag="1"))
    problem(ask(rpc.gateway, "PUT", "/v1/state/-/a"), 409, "conflict")


def test_a_dead_store_is_no_conflict(http, rpc):
    http.sidecar.handler = lambda stream: conflicts(stream, "down")
    problem(http.gateway.delete("/v1/state/-/a"), 503)
    raises(rpc, "DeleteState", Code.ABORTED, "possible etag mismatch. error from state store: dial", "ERR_STATE_DELETE")
    raises(rpc, "GetState", Code.INTERNAL, "fail to get", "ERR_STATE_GET")
    problem(rpc.gateway.delete("/v1/state/-/a"), 503)


# Create only, by the type of the store


def test_create_only_at_redis_uses_an_impossible_etag(rpc):
    returns(rpc, "SaveState", Empty())
    returns(rpc, "GetState", state_pb2.GetStateResponse())
    assert ask(rpc.gateway, "PUT", "/v1/state/redis/a", {"If-None-Match": "*"}).status == 204
    item = rpc.sidecar.named("SaveState")[0].states[0]
    assert int(item.etag.value) != 0 or item.etag.value, "a number, or Redis refuses it"
    assert item.options.concurrency == common_pb2.StateOptions.CONCURRENCY_UNSPECIFIED


def test_create_only_in_memory_is_first_write(rpc):
    returns(rpc, "SaveState", Empty())
    returns(rpc, "GetState", state_pb2.GetStateResponse())
    assert ask(rpc.gateway, "PUT", "/v1/state/statestore/a", {"If-None-Match": "*"}).status == 204
    item = rpc.sidecar.named("SaveState")[0].states[0]
    assert not item.HasField("etag")
    assert item.options.concurrency == common_pb2.StateOptions.CONCURRENCY_FIRST_WRITE


def test_create_only_at_an_unknown_store_is_501(rpc, http):
    returns(rpc, "SaveState", Empty())
    returns(rpc, "GetState", state_pb2.GetStateResponse())
    problem(ask(rpc.gateway, "PUT", "/v1/state/oddstore/a", {"If-None-Match": "*"}), 501, "not-supported")
    assert rpc.sidecar.named("SaveState") == []
    http.sidecar.handler = lambda stream: stream.respond(204, end=True)
    problem(ask(http.gateway, "PUT", "/v1/state/oddstore/a", {"If-None-Match": "*"}), 501, "not-supported")
    assert [s for s in http.sidecar.requests if s.method == "POST"] == []


def test_compare_and_set_on_an_absent_key_is_not_sent(rpc):
    """Redis would create it."""
    returns(rpc, "SaveState", Empty())
    returns(rpc, "GetState", state_pb2.GetStateResponse())
    problem(ask(rpc.gateway, "PUT", "/v1/state/redis/a", {"If-Match": '"1"'}), 412)
    assert rpc.sidecar.named("SaveState") == []


# Not ready, too late, cannot


@pytest.mark.parametrize("code", ["ERR_HEALTH_NOT_READY", "ERR_OUTBOUND_HEALTH_NOT_READY"])
def test_not_ready(http, code):
    response = fails(http, 500, code, "dapr is not ready").get("/v1/state/-/a")
    problem(response, 503, "sidecar-unavailable")
    assert response["retry-after"]


def test_unavailable_over_grpc(rpc):
    response = raises(rpc, "GetState", Code.UNAVAILABLE, "shutting down").get("/v1/state/-/a")
    problem(response, 503, "sidecar-unavailable")
    assert response["retry-after"]


def test_the_sidecars_own_deadline(rpc):
    problem(raises(rpc, "GetState", Code.DEADLINE_EXCEEDED, "too late").get("/v1/state/-/a"),
            504, "deadline-exceeded")


def test_what_a_store_cannot_do(http, rpc):
    body = [{"op": "upsert", "key": "a", "value": 1}]
    gateway = fails(http, 500, "ERR_STATE_STORE_NOT_SUPPORTED", "state store s doesn't support transactions")
    problem(gateway.patch("/v1/state/-", body), 501, "not-supported")
    gateway = raises(rpc, "ExecuteStateTransaction", Code.UNIMPLEMENTED,
                     "state store s doesn't support transactions", "DAPR_STATE_TRANSACTIONS_NOT_SUPPORTED")
    problem(gateway.patch("/v1/state/-", body), 501, "not-supported")


def test_a_store_that_fails_is_502(http, rpc):
    problem(fails(http, 500, "ERR_STATE_GET", "fail to get a: refused").get("/v1/state/-/a"), 502)
    problem(raises(rpc, "GetState", Code.INTERNAL, "fail to get a", "ERR_STATE_GET").get("/v1/state/-/a"), 502)


def test_bulk_items_that_failed(rpc):
    answer = state_pb2.GetBulkStateResponse(items=[
        state_pb2.BulkStateItem(key="a", data=b"1", etag="1"),
        state_pb2.BulkStateItem(key="b", error="refused"),
        state_pb2.BulkStateItem(key="c")])
    response = returns(rpc, "GetBulkState", answer).get("/v1/state/-?key=a&key=b&key=c")
    assert response.json == {"a": {"value": 1, "etag": "1"}, "b": {"error": "refused"}, "c": None}


@pytest.mark.parametrize("body", [b"null", b"[", b"{}", b"<html>"])
def test_nonsense_from_the_sidecar(http, body):
    response = answers(http, 200, body).get("/v1/state/-?key=a")
    problem(response, 502)


# Invocation: only these are the sidecar's own


@pytest.mark.parametrize("status, message, expected", [
    (500, "failed to invoke, id: app, err: couldn't find service: app", (404, "no-such-app")),
    (500, "failed to invoke, id: app, err: timeout waiting for address for app id app", (404, "no-such-app")),
    (500, "failed to invoke, id: app, err: failed to invoke target app after 3 retries. Error: rpc error: x",
     (502, "app-unreachable")),
    (500, "failed to invoke, id: app, err: rpc error: code = Internal desc = error invoking app channel: x",
     (502, "app-unreachable")),
    (403, "failed to invoke, id: app, err: rpc error: code = PermissionDenied desc = access control policy has denied",
     (403, None)),
])
def test_the_sidecars_own_errors(http, status, message, expected):
    problem(fails(http, status, "ERR_DIRECT_INVOKE", message).get("/v1/invoke/app/x"), *expected)


@pytest.mark.parametrize("status, body, kind", [
    (500, b'{"errorCode":"ERR_MINE","message":"x"}', "application/json"),
    (500, b'{"error":"ERR_DIRECT_INVOKE"}', "application/json"),
    (500, b'["errorCode","ERR_DIRECT_INVOKE"]', "application/json"),
    (404, b"not here", "text/plain"), (401, b"log in", "text/plain"),
    (401, b"invalid api token, said the app", "text/plain"),
    (502, b"", None), (418, b"{", "application/json"), (204, b"", None), (500, b"x" * 300_000, "text/plain"),
])
def test_everything_else_is_the_apps(http, status, body, kind):
    response = answers(http, status, body, kind, [("x-app", "1")]).get("/v1/invoke/app/x")
    assert (response.status, response.body, response["x-app"]) == (status, body, "1")
    if kind:
        assert response["content-type"] == kind


def test_an_invocation_is_never_repeated(http):
    http.sidecar.handler = lambda stream: (stream.body(), stream.reset())
    response = ask(http.gateway, "POST", "/v1/invoke/app/x")
    assert response.status in (502, 503), response.body
    problem(response, response.status)
    assert len(http.sidecar.requests) == 1


def test_what_was_refused_unprocessed_is_repeated(http):
    def handler(stream):
        if len(http.sidecar.requests) == 1:
            return stream.reset(h2.errors.ErrorCodes.REFUSED_STREAM)
        return stream.answer(200, b"1", fields=[("etag", "1")])
    http.sidecar.handler = handler
    assert http.gateway.get("/v1/state/-/a").status == 200
    assert len(http.sidecar.requests) == 2


def test_goaway_is_routine(http):
    def handler(stream):
        stream.answer(200, b"1", fields=[("etag", "1")])
    http.sidecar.handler = handler
    for _ in range(5):
        assert http.gateway.get("/v1/state/-/a").status == 200
        for connection in http.sidecar.connections:
            try:
                connection.goaway(connection.h2.highest_inbound_stream_id)
            except Exception:  # noqa: BLE001  an old one that is closed already
                pass
    assert http.gateway.get("/v1/state/-/a").status == 200


def test_an_app_that_breaks_off_is_no_whole_answer(http):
    def handler(stream):
        stream.respond(200, [("content-type", "text/plain")])
        stream.send(b"half")
        stream.reset()
    http.sidecar.handler = handler
    with http.gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/app/x"))
        try:
            response = connection.response()
            assert response.status >= 500, "a body that was cut must not look complete"
        except Exception as error:  # noqa: BLE001
            assert "closed" in str(error) or isinstance(error, (ConnectionError, ValueError))


# Streams, with a peer that shows what arrived when


def test_both_directions_at_once(http):
    arrived = threading.Event()

    def handler(stream):
        stream.respond(200, [("content-type", "text/plain")])
        while (chunk := stream.next_chunk()) is not None:
            arrived.set()
            if chunk:
                stream.send(b"<" + chunk + b">")
        stream.send(end=True)
    http.sidecar.handler = handler
    with http.gateway.connect() as connection:
        connection.send(request_bytes("POST", "/v1/invoke/app/x", [("Transfer-Encoding", "chunked")]))
        connection.send(b"3\r\none\r\n")
        assert arrived.wait(10), "before the request is complete"
        connection.send(b"3\r\ntwo\r\n0\r\n\r\n")
        response = connection.response("POST")
        assert response.body in (b"<one><two>", b"<onetwo>")


def test_a_response_arrives_as_it_is_made(http):
    go_on = threading.Event()

    def handler(stream):
        stream.respond(200, [("content-type", "text/event-stream")])
        stream.send(b"data: 1\n\n")
        go_on.wait(10)
        stream.send(b"data: 2\n\n", end=True)
    http.sidecar.handler = handler
    with http.gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/app/events"))
        assert connection.head().status == 200
        assert connection.chunk() == b"data: 1\n\n"
        go_on.set()
        assert connection.chunk() == b"data: 2\n\n"
        assert connection.chunk() == b""


def test_an_upload_that_breaks_off_does_not_look_complete(http):
    ends = []

    def handler(stream):
        try:
            ends.append(len(stream.body()))
        except ConnectionError as error:
            ends.append(str(error))
    http.sidecar.handler = handler
    connection = http.gateway.connect()
    connection.send(request_bytes("POST", "/v1/invoke/app/x", {"Content-Length": "100000"}) + b"x" * 50000)
    until(lambda: http.sidecar.requests, what="the call")
    connection.close()
    until(lambda: ends, what="the end of the call")
    assert not isinstance(ends[0], int), f"the app saw a complete body of {ends[0]} bytes"


def test_back_pressure_reaches_the_app(http):
    """A reader that stops reading stops the app; the gateway does not collect it all."""
    sent = []
    size = 64 << 20

    def handler(stream):
        stream.respond(200, [("content-type", "application/octet-stream")])
        block = b"x" * 65536
        for _ in range(size // len(block)):
            stream.send(block)
            sent.append(len(block))
        stream.send(end=True)
    http.sidecar.handler = handler
    before = http.gateway.gauge("^process_resident_memory_bytes$")
    with http.gateway.connect(timeout=60) as connection:
        connection.send(request_bytes("GET", "/v1/invoke/app/x"))
        assert connection.head().status == 200
        until(lambda: len(sent) > 2, what="the first blocks")
        last = -1

        def stalled():
            nonlocal last
            previous, last = last, len(sent)
            return previous == last
        until(stalled, timeout=20, interval=0.3, what="the app to be stopped")
        assert sum(sent) < size, "everything was taken although nobody reads"
        grown = http.gateway.gauge("^process_resident_memory_bytes$") - before
        assert grown < 24 << 20, grown
        total = 0
        while chunk := connection.chunk():
            total += len(chunk)
        assert total == size


def test_the_deadline_resets_the_stream(http):
    http.sidecar.handler = lambda stream: stream.next_chunk(30) or stream.next_chunk(30)
    problem(http.gateway.get("/v1/state/-/a?timeout=200ms"), 504, "deadline-exceeded")
    until(lambda: http.sidecar.resets, what="RST_STREAM")


# What is sent


def test_fields_that_never_reach_the_sidecar(http):
    http.sidecar.handler = lambda stream: stream.respond(204, end=True)
    http.gateway.get("/v1/state/-/a", [
        ("Authorization", "Bearer x"), ("Cookie", "a=1"), ("dapr-app-id", "evil"),
        ("dapr-api-token", "x"), ("X-Forwarded-For", "1.2.3.4"), ("Accept", "text/html")])
    sent = http.sidecar.requests[0].all
    for name in ("authorization", "cookie", "dapr-app-id", "dapr-api-token", "x-forwarded-for"):
        assert name not in sent, sent


def test_metadata_of_grpc_calls_is_ours_alone(rpc):
    returns(rpc, "GetState", state_pb2.GetStateResponse())
    rpc.gateway.get("/v1/state/-/a?timeout=5s", [
        ("Authorization", "Bearer x"), ("X-Any", "1"), ("grpc-timeout", "1H"), ("dapr-app-id", "evil"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")])
    _, _, metadata = rpc.sidecar.calls[0]
    assert not {"authorization", "x-any", "dapr-app-id", "dapr-api-token"} & set(metadata)
    assert metadata["traceparent"].split("-")[1] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_no_trace_is_invented(http, rpc):
    http.sidecar.handler = lambda stream: stream.respond(204, end=True)
    http.gateway.get("/v1/state/-/a")
    assert "traceparent" not in http.sidecar.requests[0].all
    returns(rpc, "GetState", state_pb2.GetStateResponse())
    rpc.gateway.get("/v1/state/-/a")
    assert "traceparent" not in rpc.sidecar.calls[0][2]


def test_the_deadline_travels_as_grpc_timeout(rpc):
    left = []

    def read(request, context):
        left.append(context.time_remaining())
        return state_pb2.GetStateResponse()
    rpc.sidecar.handlers["GetState"] = read
    rpc.gateway.get("/v1/state/-/a?timeout=7s")
    rpc.gateway.get("/v1/state/-/a")
    assert 5 < left[0] <= 7.1 and 8 < left[1] <= 10.1


def test_a_state_read_asks_for_just_that(http, rpc):
    http.sidecar.handler = lambda stream: stream.respond(204, end=True)
    http.gateway.get("/v1/state/-/a%2Fb%3Fc%25+d?consistency=strong&metadata.x%20y=1%262")
    path, _, query = http.sidecar.requests[0].path.partition("?")
    assert path.startswith("/v1.0/state/statestore/")
    assert unquote(path.rpartition("/")[2].replace("%2B", "+")) == "a/b?c%+d"
    assert "+" not in path, "Dapr's router takes a plus for a space"
    assert sorted(unquote(part) for part in query.split("&")) == ["consistency=strong", "metadata.x y=1&2"]
    returns(rpc, "GetState", state_pb2.GetStateResponse())
    rpc.gateway.get("/v1/state/-/a%2Fb%3Fc%25+d?consistency=strong&metadata.x%20y=1%262")
    request = rpc.sidecar.named("GetState")[0]
    assert (request.store_name, request.key) == ("statestore", "a/b?c%+d")
    assert request.consistency == common_pb2.StateOptions.CONSISTENCY_STRONG
    assert dict(request.metadata) == {"x y": "1&2"}


def test_a_save_over_grpc_is_the_bytes(rpc):
    returns(rpc, "SaveState", Empty())
    raw = bytes(range(256))
    assert rpc.gateway.put("/v1/state/-/a?ttl=90s", raw).status == 204
    request = rpc.sidecar.named("SaveState")[0]
    assert [(s.key, s.value, dict(s.metadata)) for s in request.states] == [
        ("a", raw, {"ttlInSeconds": "90"})]


def test_a_save_over_http_keeps_the_spelling_on_the_wire(http):
    bodies = []

    def handler(stream):
        bodies.append(stream.body())
        stream.respond(204, end=True)
    http.sidecar.handler = handler
    assert http.gateway.put("/v1/state/-/a?ttl=1m", b'{"n": 1.0,"m":9007199254740993}').status == 204
    assert b'{"n": 1.0,"m":9007199254740993}' in bodies[0]
    item = json.loads(bodies[0])[0]
    assert (item["key"], item["metadata"]) == ("a", {"ttlInSeconds": "60"})


def test_an_invocation_over_grpc(rpc):
    answer = common_pb2.InvokeResponse(content_type="text/plain")
    answer.data.value = b"hi"

    def invoke(request, context):
        context.send_initial_metadata((("dapr-http-status", "201"), ("x-app", "1")))
        return answer
    rpc.sidecar.handlers["InvokeService"] = invoke
    response = rpc.gateway.post("/v1/invoke/app/a/b?x=1&y=%20", b"in", {"Content-Type": "text/xml"})
    assert (response.status, response.body) == (201, b"hi")
    assert response["content-type"] == "text/plain" and response["x-app"] == "1"
    request = rpc.sidecar.named("InvokeService")[0]
    assert (request.id, request.message.method) == ("app", "a/b")
    assert request.message.data.value == b"in" and request.message.content_type == "text/xml"
    assert request.message.http_extension.verb == common_pb2.HTTPExtension.POST
    assert request.message.http_extension.querystring in ("x=1&y=%20", "x=1&y=+")


def test_a_body_over_the_limit_is_never_sent(http):
    """One byte over, the sidecar would cut it off without a word."""
    http.sidecar.handler = lambda stream: (stream.body(), stream.respond(204, end=True))
    problem(http.gateway.post("/v1/publish/-/t", b"x" * ((4 << 20) + 1)), 413)
    problem(http.gateway.post("/v1/invoke/app/x", b"x" * ((4 << 20) + 1)), 413)
    assert http.sidecar.requests == []


def test_an_upload_in_chunks_over_the_limit_is_never_a_whole_request(http):
    ends = []

    def handler(stream):
        try:
            ends.append(len(stream.body()))
        except ConnectionError:
            ends.append("reset")
    http.sidecar.handler = handler
    with http.gateway.connect() as connection:
        connection.send(request_bytes("POST", "/v1/invoke/app/x", [("Transfer-Encoding", "chunked")]))
        try:
            for _ in range(70):
                connection.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            connection.send(b"0\r\n\r\n")
        except OSError:
            pass
        problem(connection.response("POST"), 413)
    until(lambda: ends or not http.sidecar.requests)
    assert ends in ([], ["reset"]), ends


def test_big_fields_are_never_sent(http):
    http.sidecar.handler = lambda stream: stream.respond(204, end=True)
    problem(http.gateway.get("/v1/invoke/app/x", {"Cookie": "c" * 5000}), 431)
    assert http.sidecar.requests == []
    assert http.gateway.get("/v1/invoke/app/x", {"Cookie": "c" * 2000}).status == 204


def test_the_data_of_basic_authorization(http):
    http.sidecar.handler = lambda stream: stream.answer(200, b"{}")
    ordinary = "Basic " + base64.b64encode(b"user:pass").decode()
    http.gateway.get("/v1/invoke/app/x", {"Authorization": ordinary})
    assert http.sidecar.requests[0].all["authorization"] == [ordinary]
    for tricky in (b"dapr-app-id:evil", b"dapr-app-id:"):
        for scheme in ("Basic ", "basic ", "BASIC  "):
            http.sidecar.requests.clear()
            http.gateway.get("/v1/invoke/app/x", {
                "Authorization": scheme + base64.b64encode(tricky).decode()})
            assert "authorization" not in http.sidecar.requests[0].all
