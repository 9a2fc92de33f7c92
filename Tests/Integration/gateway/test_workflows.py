"""`/v1/workflows`: starting workflows, watching and changing their instances.

The development sidecar has no workers: an instance runs until it is terminated.
"""

import threading
import time

import pytest

from blackbox.problems import problem
from blackbox.waiting import until


def url(id, path=""):
    return f"/v1/workflows/{id}{path}"


@pytest.fixture
def running(auto, key):
    """The id of an instance that runs."""
    assert auto.post(f"/v1/workflows/ship?id={key}", b'{"order":17}').status == 202
    yield key
    auto.post(url(key, "/terminate"))
    auto.delete(url(key))


def status(gateway, id):
    response = gateway.get(url(id))
    assert response.status == 200, response.body
    return response.json["status"]


def test_from_start_to_end(gateway, key):
    started = gateway.post(f"/v1/workflows/ship?id={key}", b'{"order": 17}')
    assert (started.status, started.json) == (202, {"id": key})
    assert started["location"] == url(key)
    state = gateway.get(started["location"])
    assert state.media_type == "application/json"
    assert state.json["name"] == "ship" and state.json["status"] == "RUNNING"
    assert b'"input":{"order": 17}' in state.body, "as it was given"
    assert state.json["createdAt"].endswith("Z")
    assert gateway.post(url(key, "/pause")).status == 202
    assert status(gateway, key) == "SUSPENDED"
    assert gateway.post(url(key, "/resume")).status == 202
    assert status(gateway, key) == "RUNNING"
    event = gateway.post(url(key, "/events/paid"), b"true")
    assert (event.status, event.body) == (202, b"")
    problem(gateway.delete(url(key)), 409, "still-active", "terminate")
    assert gateway.post(url(key, "/terminate")).status == 202
    assert status(gateway, key) == "TERMINATED"
    assert gateway.delete(url(key)).status == 204
    problem(gateway.get(url(key)), 404, "not-found", key)


def test_the_sidecar_chooses_an_id(gateway):
    started = gateway.post("/v1/workflows/ship")
    id = started.json["id"]
    assert id and started["location"] == url(id)
    assert gateway.post(url(id, "/terminate")).status == 202
    assert gateway.delete(url(id)).status == 204


def test_an_id_is_taken_once(gateway, running):
    problem(gateway.post(f"/v1/workflows/ship?id={running}"), 409, "already-exists")


def test_a_text_as_input(gateway, key):
    gateway.post(f"/v1/workflows/ship?id={key}", "größe".encode())
    assert gateway.get(url(key)).json["input"] == "größe"
    gateway.post(url(key, "/terminate"))


def test_a_start_time_goes_over_grpc(gateway, key):
    response = gateway.post(f"/v1/workflows/ship?id={key}&startTime=2100-01-01T00:00:00Z")
    if gateway.protocol == "http":
        problem(response, 501, "not-supported", "start time")
    else:
        assert response.status == 202
        assert status(gateway, key) == "PENDING"
        gateway.post(url(key, "/terminate"))


def test_a_wait_ends_with_the_instance(gateway, running):
    answers = []
    waiter = threading.Thread(
        target=lambda: answers.append(gateway.get(url(running, "?wait=20s"), timeout=30)))
    waiter.start()
    until(lambda: gateway.gauge("requests_in_flight") >= 1, what="the wait has begun")
    assert not answers
    assert gateway.post(url(running, "/terminate")).status == 202
    waiter.join(10)
    assert answers and answers[0].json["status"] == "TERMINATED"


def test_a_wait_that_is_over_tells_what_is(gateway, running):
    start = time.monotonic()
    response = gateway.get(url(running, "?wait=300ms"))
    assert response.json["status"] == "RUNNING"
    assert 0.3 <= time.monotonic() - start < 5


def test_a_wait_comes_on_top_of_the_deadline(gateway, running):
    start = time.monotonic()
    response = gateway.get(url(running, "?wait=2s&timeout=500ms"))
    assert response.status == 200 and response.json["status"] == "RUNNING"
    assert time.monotonic() - start >= 2


def test_what_is_over_is_told_at_once(gateway, running):
    gateway.post(url(running, "/terminate"))
    start = time.monotonic()
    assert gateway.get(url(running, "?wait=60s")).json["status"] == "TERMINATED"
    assert time.monotonic() - start < 5


def test_a_client_that_hangs_up_ends_its_wait(auto, running):
    connection = auto.connect()
    connection.send(f"GET {url(running, '?wait=60s')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    until(lambda: auto.gauge("requests_in_flight") == 1, what="the wait has begun")
    connection.close()
    until(lambda: auto.gauge("requests_in_flight") == 0, 5, "the wait is over")


@pytest.mark.parametrize("path", ["", "?wait=1s"])
def test_an_unknown_instance(gateway, path):
    problem(gateway.get(url("no-such-instance", path)), 404, "not-found", "no-such-instance")


@pytest.mark.parametrize("path", ["/pause", "/resume", "/terminate", "/events/e"])
def test_changes_of_an_unknown_instance(gateway, path):
    problem(gateway.post(url("no-such-instance", path), b"1"), 404, "not-found")


def test_purging_an_unknown_instance(gateway):
    problem(gateway.delete(url("no-such-instance")), 404, "not-found")


@pytest.mark.parametrize("method, target, kind", [
    ("POST", "/v1/workflows/", "invalid-name"), ("POST", "/v1/workflows/ship?id=a.b", "invalid-parameter"),
    ("POST", "/v1/workflows/ship?id=" + "i" * 65, "invalid-parameter"),
    ("POST", "/v1/workflows/ship?id=", "invalid-parameter"),
    ("POST", "/v1/workflows/ship?startTime=1h", "invalid-parameter"),
    ("POST", "/v1/workflows/ship?wait=1s", "unknown-parameter"),
    ("GET", "/v1/workflows/i?wait=61s", "invalid-parameter"), ("GET", "/v1/workflows/i?wait=x", "invalid-parameter"),
    ("GET", "/v1/workflows/a%2fb", "invalid-name"), ("POST", "/v1/workflows/i/events/", "invalid-name"),
])
def test_bad_requests(auto, method, target, kind):
    problem(auto.ask(method, target, None, b"" if method == "POST" else None), 400, kind)


def test_what_is_not_utf8(auto):
    problem(auto.post("/v1/workflows/ship", b"\xff"), 400, "invalid-body", "UTF-8")


def test_an_unknown_change(auto):
    problem(auto.post("/v1/workflows/i/explode"), 404, "no-such-route")
