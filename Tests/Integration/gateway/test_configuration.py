"""`/v1/configuration/{store}`: values, long polls, events."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from blackbox.events import EventStream
from blackbox.problems import problem
from blackbox.processes import Gateway
from blackbox.rawhttp import request_bytes
from blackbox.waiting import until


@pytest.fixture
def setting(sidecar, key):
    """A key of the store, and what changes it."""
    def change(text):
        path = f"/dev/configuration/configstore/{key}"
        method = "DELETE" if text is None else "PUT"
        assert sidecar.ask(method, path, None, text.encode() if text else None).status == 204

    change.key = key
    change.target = f"/v1/configuration/-/{key}"
    yield change
    change(None)


def test_a_value(gateway, setting):
    setting('{"a": 1}||7')
    response = gateway.get(setting.target)
    assert (response.status, response.body) == (200, b'{"a": 1}')
    assert response["etag"] == '"7"' and response.media_type == "application/json"
    assert gateway.get(setting.target, {"If-None-Match": '"7"'}).status == 304
    assert gateway.get(setting.target, {"If-None-Match": '"8"'}).status == 200
    assert gateway.get(f"/v1/configuration/configstore/{setting.key}").body == response.body
    assert gateway.head(setting.target)["etag"] == '"7"'


def test_a_value_without_a_version(gateway, setting):
    setting("plain")
    response = gateway.get(setting.target)
    assert (response.body, response.get("etag"), response.media_type) == (b"plain", None, "text/plain")


def test_several_values(gateway, setting):
    setting("x||1")
    found = gateway.get(f"/v1/configuration/-?key={setting.key}&key=greeting&key=none").json
    assert found == {
        "greeting": {"value": "hello", "version": "1", "metadata": {}}, "none": None,
        setting.key: {"value": "x", "version": "1", "metadata": {}}}


def test_a_missing_key(gateway):
    problem(gateway.get("/v1/configuration/-/nothing"), 404, "not-found")


@pytest.mark.parametrize("target", ["nowhere/a", "nowhere?key=a"])
@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
def test_an_unknown_store(gateway, target, accept):
    problem(gateway.get(f"/v1/configuration/{target}", {"Accept": accept}), 404, "no-such-component")


def test_everything_only_where_it_is_allowed(gateway, sidecar, start):
    assert "allowBulk" in problem(gateway.get("/v1/configuration/-"), 403, "forbidden")["detail"]
    for accept in ("*/*", "text/event-stream"):
        problem(gateway.get("/v1/configuration/-", {"Accept": accept}), 403)
    allowed = start(Gateway, sidecar, gateway.protocol, {"configuration": {"allowBulk": True}})
    assert allowed.get("/v1/configuration/-").json["greeting"]["value"] == "hello"


@pytest.mark.parametrize("target", ["-/", "-/a%7C%7Cb", "-/a%00", "-?key=", "-/a?wait=61s", "-/a?wait=soon", "-/a?key=b"])
def test_bad_requests(auto, target):
    problem(auto.get(f"/v1/configuration/{target}"), 400)


# Waiting

def test_a_long_poll(auto, setting):
    setting("a||1")
    known = {"If-None-Match": '"1"'}
    started = time.monotonic()
    assert auto.get(f"{setting.target}?wait=300ms", known).status == 304
    assert 0.3 <= time.monotonic() - started < 3
    with ThreadPoolExecutor() as pool:
        polled = pool.submit(auto.get, f"{setting.target}?wait=20s", known)
        until(lambda: auto.gauge("requests_in_flight") == 1, what="the poll")
        setting("b||2")
        response = polled.result(10)
    assert (response.status, response.body, response["etag"]) == (200, b"b", '"2"')


def test_a_long_poll_that_need_not_wait(auto, setting):
    setting("a||1")
    started = time.monotonic()
    assert auto.get(f"{setting.target}?wait=20s").body == b"a"
    assert auto.get(f"{setting.target}?wait=20s", {"If-None-Match": '"0"'}).body == b"a"
    problem(auto.get("/v1/configuration/-/nothing?wait=20s", {"If-None-Match": '"1"'}), 404)
    assert time.monotonic() - started < 5


def test_a_long_poll_outlasts_the_deadline_of_calls(sidecar, start, setting):
    setting("a||1")
    gateway = start(Gateway, sidecar, configuration={"limits": {"timeout": "300ms"}})
    assert gateway.get(f"{setting.target}?wait=1s", {"If-None-Match": '"1"'}).status == 304


def test_every_change_as_an_event(auto, setting):
    setting("a||1")
    with EventStream(auto, setting.target) as stream:
        assert stream.head.status == 200 and stream.head.media_type == "text/event-stream"
        assert stream.event() == {"id": "1", "data": "a"}
        setting("two\nlines||2")
        assert stream.event() == {"id": "2", "data": "two\nlines"}
        setting(None)
        assert stream.event() == {"event": "removed", "data": ""}
        setting("c||3")
        assert stream.event() == {"id": "3", "data": "c"}


def test_a_key_that_comes_later(auto, setting):
    with EventStream(auto, setting.target) as stream:
        assert stream.event() == {"event": "removed", "data": ""}
        setting("a||1")
        assert stream.event() == {"id": "1", "data": "a"}


def test_a_client_that_comes_back(auto, setting):
    setting("a||1")
    with EventStream(auto, setting.target, {"Last-Event-ID": "1"}) as stream:
        assert stream.block() == "retry: 3000"
        assert stream.block() == ": unchanged"
        setting("b||2")
        assert stream.event() == {"id": "2", "data": "b"}


def test_several_keys_as_events(auto, setting):
    setting("a||1")
    with EventStream(auto, f"/v1/configuration/-?key={setting.key}&key=none") as stream:
        first = {"value": "a", "version": "1", "metadata": {}}
        assert json.loads(stream.event()["data"]) == {setting.key: first, "none": None}
        setting("b||2")
        assert json.loads(stream.event()["data"]) == {setting.key: {**first, "value": "b", "version": "2"}}
        setting(None)
        assert json.loads(stream.event()["data"]) == {setting.key: None}


def test_many_watch_over_one_subscription(sidecar, start, setting):
    setting("a||1")
    gateway = start(Gateway, sidecar, configuration={"limits": {"subscriptionIdle": "300ms"}})
    streams = [EventStream(gateway, setting.target) for _ in range(40)]
    try:
        assert all(stream.event()["data"] == "a" for stream in streams)
        assert gateway.metric("daprgw_sidecar_streams") == 1
        setting("b||2")
        assert all(stream.event()["data"] == "b" for stream in streams)
    finally:
        for stream in streams:
            stream.close()
    until(lambda: gateway.metric("daprgw_sidecar_streams") == 0, what="the end of the subscription")


def test_without_streams_changes_are_polled_for(gateways, setting):
    setting("a||1")
    with EventStream(gateways("http"), setting.target) as stream:
        assert stream.event()["data"] == "a"
        setting("b||2")
        assert stream.event()["data"] == "b"  # within 5 s


def test_shutting_down(sidecar, start, setting):
    setting("a||1")
    gateway = start(Gateway, sidecar)
    with EventStream(gateway, setting.target) as stream, gateway.connect() as connection:
        assert stream.event()["data"] == "a"
        connection.send(request_bytes("GET", f"{setting.target}?wait=60s", {"If-None-Match": '"1"'}))
        until(lambda: gateway.gauge("requests_in_flight") == 2, what="the poll")
        gateway.process.terminate()
        assert connection.response().status == 304
        assert stream.event() is None and 1000 <= stream.retry <= 5000
        assert gateway.stop() == 0


def test_curl(auto, setting):
    setting("a||1")
    url = f"http://127.0.0.1:{auto.port}{setting.target}"
    assert subprocess.run(["curl", "-sf", url], capture_output=True, timeout=20).stdout == b"a"
    events = subprocess.run(
        ["curl", "-sN", "--max-time", "1", "-H", "Accept: text/event-stream", url],
        capture_output=True, text=True, timeout=20)
    assert events.returncode == 28 and events.stdout == "retry: 3000\n\nid: 1\ndata: a\n\n"
