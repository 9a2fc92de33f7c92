"""A real HTTP app in another process: what the development sidecar asks it, and hands on of it."""

import http.client
import json

import grpc
import pytest
from dapr.proto import api_service_v1, api_v1, common_v1
from google.protobuf.any_pb2 import Any


def call(sidecar, method, path, body=None, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", sidecar["http"], timeout=20)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


@pytest.mark.parametrize("id", ["own", "shop"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_methods(sidecar, app, id, method):
    response, content = call(sidecar, method, f"/v1.0/invoke/{id}/method/a/b?c=d%20e", b"hi")
    assert (response.status, content) == (200, b"hi")
    assert (response.headers["X-App"], response.headers["Content-Type"]) == ("yes", "application/x-app")
    asked = app.wait_for("/a/b?c=d%20e")
    assert (asked["method"], asked["body"]) == (method, "hi")


def test_head_and_fields(sidecar, app):
    response, content = call(sidecar, "HEAD", "/v1.0/invoke/shop/method/x", headers={"X-Own": "1"})
    assert (response.status, content) == (200, b"")
    headers = app.wait_for("/x")["headers"]
    assert headers["Host"] == f"127.0.0.1:{app.port}" and headers["X-Own"] == "1"
    assert headers["Dapr-Callee-App-Id"] == "shop" and headers["Dapr-Caller-App-Id"] == "own"


def test_connections_are_kept(sidecar, app):
    call(sidecar, "GET", "/v1.0/invoke/shop/method/first")
    before = app.connections
    for _ in range(10):
        assert call(sidecar, "POST", "/v1.0/invoke/shop/method/next", b"x" * 300_000)[1] == b"x" * 300_000
    assert app.connections == before


@pytest.mark.parametrize("path, content", [("chunked", b"one two"), ("until-the-end", b"all there is")])
def test_framings(sidecar, path, content):
    for _ in range(2):
        assert call(sidecar, "GET", f"/v1.0/invoke/shop/method/{path}")[1] == content


def test_failures(sidecar):
    assert call(sidecar, "GET", "/v1.0/invoke/shop/method/status/418", b"tea")[0].status == 418
    response, content = call(sidecar, "GET", "/v1.0/invoke/shop/method/cut-off")
    assert response.status == 500 and b"unexpected EOF" in content
    response, content = call(sidecar, "GET", "/v1.0/invoke/gone/method/x")
    assert response.status == 500 and json.loads(content)["errorCode"] == "ERR_DIRECT_INVOKE"
    assert b"dial tcp 127.0.0.1:1: connect: connection refused" in content


def test_over_grpc(sidecar, app):
    with grpc.insecure_channel(f"127.0.0.1:{sidecar['grpc']}") as channel:
        stub = api_service_v1.DaprStub(channel)
        message = common_v1.InvokeRequest(
            method="m", data=Any(value=b"body"), content_type="text/plain",
            http_extension=common_v1.HTTPExtension(verb="PUT", querystring="a=b"),
        )
        request = api_v1.InvokeServiceRequest(id="shop", message=message)
        reply = stub.InvokeService(request, timeout=20)
        assert (reply.data.value, reply.content_type) == (b"body", "application/x-app")
        asked = app.wait_for("/m?a=b")
        assert (asked["method"], asked["headers"]["Content-Type"]) == ("PUT", "text/plain")
        request.message.content_type = "text/plain\r\nX-Smuggled: 1"
        with pytest.raises(grpc.RpcError):
            stub.InvokeService(request, timeout=20)


def test_events(sidecar, app):
    app.wait_for("/dapr/subscribe")
    while not json.loads(call(sidecar, "GET", "/v1.0/metadata")[1]).get("subscriptions"):
        pass
    for number in range(5):
        response, _ = call(
            sidecar, "POST", "/v1.0/publish/pubsub/orders", json.dumps({"n": number}),
            {"Content-Type": "application/json"},
        )
        assert response.status == 204
    events = [json.loads(app.wait_for("/orders")["body"]) for _ in range(5)]
    assert [event["data"]["n"] for event in events] == list(range(5))


def test_binding(sidecar, app):
    body = json.dumps({"operation": "post", "data": {"a": 1}, "metadata": {"path": "/more"}})
    response, content = call(sidecar, "POST", "/v1.0/bindings/web", body)
    assert (response.status, json.loads(content)) == (200, {"a": 1})
    assert app.wait_for("/bound/more")["method"] == "POST"


def test_actors(sidecar, app):
    response, content = call(sidecar, "POST", "/v1.0/actors/Cart/7/method/add", b'"x"')
    assert (response.status, content) == (200, b'"x"')
    reminder = json.dumps({"dueTime": "10ms", "data": "now"})
    assert call(sidecar, "POST", "/v1.0/actors/Cart/7/reminders/r", reminder)[0].status == 204
    assert "now" in app.wait_for("/actors/Cart/7/method/remind/r")["body"]


def test_jobs(sidecar, app):
    job = json.dumps({"dueTime": "10ms", "data": {"a": [1]}})
    assert call(sidecar, "POST", "/v1.0-alpha1/jobs/nightly", job)[0].status == 204
    asked = app.wait_for("/job/nightly")
    assert (asked["method"], json.loads(asked["body"])) == ("POST", {"a": [1]})
