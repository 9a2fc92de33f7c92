"""`/v1/actors/{type}/{id}`: methods, state, reminders and timers of virtual actors."""

import base64
import json

import pytest

from blackbox.problems import problem
from blackbox.waiting import until


def actor(key, path):
    return f"/v1/actors/Echo/{key}/{path}"


def transact(gateway, key, operations, **more):
    return gateway.patch(actor(key, "state"), operations, **more)


@pytest.fixture
def active(auto, key):
    """The id of an actor that is active."""
    assert auto.post(actor(key, "method/wake"), b"1").status == 200
    return key


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_verb_calls_a_method(gateway, key, method):
    response = gateway.ask(method, actor(key, "method/greet"), None, None if method == "GET" else b'{"n":1}')
    assert (response.status, response.media_type) == (200, "application/json")
    assert response.json["method"] == "PUT"
    assert response.json["path"] == f"/actors/Echo/{key}/method/greet"
    assert response.json["body"] == ("" if method == "GET" else '{"n":1}')


def test_the_type_of_the_content_goes_along(gateway, key):
    response = gateway.post(actor(key, "method/greet"), b"<x/>", {"Content-Type": "application/xml"})
    assert ["content-type", "application/xml"] in [
        [name.lower(), value] for name, value in response.json["headers"]]


def test_head_and_options(gateway, app, key):
    assert gateway.head(actor(key, "method/greet")).body == b""
    options = gateway.ask("OPTIONS", actor(f"{key}-o", "method/greet"))
    assert (options.status, options.body) == (204, b"")
    assert {"GET", "POST", "PUT", "DELETE"} <= set(options["allow"].split(", "))
    # The actor was not called, and so is not active.
    problem(transact(gateway, f"{key}-o", [{"op": "delete", "key": "a"}]), 404, "not-found")


def test_a_method_that_fails(gateway, key):
    problem(gateway.post(actor(key, "method/fail"), b""), 502, "actor-failed", "boom")


def test_a_method_that_does_not_exist(gateway, key):
    problem(gateway.post(actor(key, "method/none"), b""), 404, "not-found")


def test_an_error_of_the_actor_itself(gateway, key):
    response = gateway.post(actor(key, "method/error"), b"")
    if gateway.protocol == "grpc":  # which cannot tell it from a result
        assert response.status == 200
    else:
        problem(response, 502, "actor-failed")


def test_a_type_that_nobody_hosts(gateway):
    response = gateway.post("/v1/actors/Nothing/1/method/greet?timeout=30s", b"", timeout=40)
    problem(response, 404, "no-such-actor-type", "Nothing")


@pytest.mark.parametrize("path", ["Echo//method/a", "Echo/a%2fb/method/a", "Echo/%2e%2e/method/a",
                                  "Echo/a%23b/method/a", "E%0acho/1/method/a", "Echo/1/method/",
                                  "Echo/1/method/" + "m" * 257])
def test_bad_names(auto, path):
    problem(auto.post(f"/v1/actors/{path}", b""), 400, "invalid-name")


# State


def test_state(gateway, active):
    assert transact(gateway, active, [
        {"op": "upsert", "key": "a/b", "value": {"n": 1}},
        {"op": "upsert", "key": "gone", "value": 1}]).status == 204
    read = gateway.get(actor(active, "state/a/b"))
    assert (read.status, read.media_type, read.json) == (200, "application/json", {"n": 1})
    assert transact(gateway, active, [
        {"op": "delete", "key": "gone"}, {"op": "upsert", "key": "t", "value": 1, "ttl": "1h"}]).status == 204
    problem(gateway.get(actor(active, "state/gone")), 404, "not-found", "gone")
    assert gateway.get(actor(active, "state/t"))["metadata-ttlexpiretime"].endswith("Z")


def test_post_is_a_transaction_as_well(gateway, active):
    body = json.dumps([{"op": "upsert", "key": "p", "value": "x"}])
    assert gateway.post(actor(active, "state"), body).status == 204
    assert gateway.get(actor(active, "state/p")).body == b'"x"'


def test_bytes_in_state_go_over_grpc(gateway, active):
    response = transact(gateway, active, [
        {"op": "upsert", "key": "raw", "base64": base64.b64encode(b"\xff\x00").decode()}])
    if gateway.protocol == "http":
        problem(response, 501, "not-supported", "JSON")
    else:
        assert response.status == 204
        read = gateway.get(actor(active, "state/raw"))
        assert (read.body, read.media_type) == (b"\xff\x00", "application/octet-stream")


def test_state_of_an_actor_that_is_not_active(gateway, key):
    problem(transact(gateway, key, [{"op": "upsert", "key": "a", "value": 1}]), 404, "not-found")
    problem(gateway.get(actor(key, "state/a")), 404, "not-found")


@pytest.mark.parametrize("body, mentions", [
    (b"", "JSON"), (b"{}", "list"), (b"[]", "empty"), ([{"op": "upsert", "key": "a"}], "operation 1"),
    ([{"op": "delete", "key": "a", "etag": "1"}], "etag"), ([{"op": "delete", "key": ""}], "empty")])
def test_bad_transactions(gateway, key, body, mentions):
    response = transact(gateway, key, body)
    problem(response, 400, mentions=mentions)


# Reminders and timers


def test_a_reminder(gateway, active):
    url = actor(active, "reminders/bill")
    problem(gateway.get(url), 404, "not-found", "bill")
    body = json.dumps({"dueTime": "1h", "period": "3600", "data": {"id": 17}})
    assert gateway.put(url, body).status == 204
    read = gateway.get(url).json
    assert read["name"] == "bill" and read["data"] == {"id": 17} and "1h" in read["period"]
    assert gateway.put(url, body).status == 204, "it is replaced"
    problem(gateway.put(url, body, {"If-None-Match": "*"}), 412, "precondition-failed", "bill")
    assert gateway.delete(url).status == 204
    problem(gateway.get(url), 404)
    assert gateway.put(url, body, {"If-None-Match": "*"}).status == 204
    assert gateway.delete(url).status == 204
    assert gateway.delete(url).status == 204


def test_a_reminder_reaches_the_actor(gateway, app, active):
    app.take()
    url = actor(active, "reminders/now")
    assert gateway.put(url, json.dumps({"dueTime": "0s", "data": [1]})).status == 204
    path = f"/actors/Echo/{active}/method/remind/now"
    event = until(lambda: next((e for e in app.take() if e["path"] == path), None), 10, path)
    assert base64.b64decode(json.loads(event["body"])["data"]) == b"[1]"


def test_the_failure_policy_of_a_reminder_goes_over_grpc(gateway, active):
    url = actor(active, "reminders/policy")
    response = gateway.put(url, json.dumps({"dueTime": "1h", "failurePolicy": {"drop": {}}}))
    if gateway.protocol == "http":
        problem(response, 501, "not-supported", "failure policy")
    else:
        assert response.status == 204
        assert gateway.delete(url).status == 204


def test_a_timer(gateway, app, active):
    app.take()
    url = actor(active, "timers/tick")
    assert gateway.put(url, json.dumps({"dueTime": "1h", "callback": "beat"})).status == 204
    assert gateway.put(url, b"{}").status == 204, "it fires at once"
    path = f"/actors/Echo/{active}/method/timer/tick"
    until(lambda: [e for e in app.take() if e["path"] == path], 10, path)
    assert gateway.delete(url).status == 204
    problem(gateway.get(url), 405)


@pytest.mark.parametrize("kind, body, mentions", [
    ("reminders", b"", "JSON"), ("reminders", {}, "dueTime"), ("reminders", {"dueTime": "soon"}, "soon"),
    ("reminders", {"period": "1h", "overwrite": True}, "overwrite"), ("timers", {"period": "P1M"}, "P1M"),
    ("timers", {"dueTime": 5}, "dueTime"), ("timers", b"\xff", "JSON")])
def test_bad_schedules(gateway, key, kind, body, mentions):
    body = body if isinstance(body, bytes) else json.dumps(body)
    problem(gateway.put(actor(key, f"{kind}/x"), body), 400, "invalid-body", mentions)
