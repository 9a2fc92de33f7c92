"""`POST /v1/publish/{pubsub}/{topic...}`: what reaches a subscriber."""

import base64
import json

import pytest

from blackbox.encoding import percent
from blackbox.problems import problem
from blackbox.waiting import until


def published(app, gateway, body, fields=None, topic="orders", query="", pubsub="-"):
    """Publishes, and returns what the subscribed app was sent."""
    app.take()
    response = gateway.post(f"/v1/publish/{pubsub}/{topic}{query}", body, fields)
    assert (response.status, response.body) == (204, b""), response.body
    event = until(app.take, timeout=3, what="the event to arrive")[0]
    return json.loads(event["body"])


def test_json_is_embedded(gateway, app):
    event = published(app, gateway, b'{"id":17}', {"Content-Type": "application/json"})
    assert event["data"] == {"id": 17}
    assert event["datacontenttype"] == "application/json"
    assert event["topic"] == "orders" and event["pubsubname"] == "pubsub"
    assert event["specversion"] == "1.0"


def test_the_store_by_name(gateway, app):
    assert published(app, gateway, b"1", {"Content-Type": "application/json"}, pubsub="pubsub")["data"] == 1


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("fields", [FORM, None], ids=["form", "none"])
@pytest.mark.parametrize("body, kind, data", [
    (b'{"id":17}', "application/json", {"id": 17}),
    (b"hello", "text/plain", "hello"),
    (b"a=1&b=2", "text/plain", "a=1&b=2"),
])
def test_a_body_without_a_type_of_its_own(gateway, app, fields, body, kind, data):
    event = published(app, gateway, body, fields)
    assert event["datacontenttype"].split(";")[0] == kind
    assert event["data"] == data


def test_bytes_without_a_type(gateway, app):
    event = published(app, gateway, b"\xff\x00\x01")
    assert event["datacontenttype"] == "application/octet-stream"
    assert base64.b64decode(event["data_base64"]) == b"\xff\x00\x01"


def test_a_type_is_kept(gateway, app):
    event = published(app, gateway, b"<x/>", {"Content-Type": "application/xml"})
    assert (event["datacontenttype"], event["data"]) == ("application/xml", "<x/>")


def test_the_query_decides_the_type(gateway, app):
    event = published(app, gateway, b'{"id":17}', FORM, query="?contentType=text/plain")
    assert (event["datacontenttype"].split(";")[0], event["data"]) == ("text/plain", '{"id":17}')


def test_raw(gateway, app):
    app.take()
    assert gateway.post("/v1/publish/-/raw?raw=true", b"as it is",
                        {"Content-Type": "text/plain"}).status == 204
    event = until(app.take, timeout=3, what="the event to arrive")[0]
    body = event["body"].encode()
    if body.startswith(b"{"):  # a raw payload is wrapped for an HTTP app at the receiving end
        wrapped = json.loads(body)
        body = base64.b64decode(wrapped.get("data_base64", "")) or wrapped["data"].encode()
    assert body == b"as it is"


def test_a_ttl(gateway, app):
    event = published(app, gateway, b"1", {"Content-Type": "application/json"}, "ttl", "?ttl=30s")
    assert event["data"] == 1
    assert "expiration" in event


@pytest.mark.parametrize("topic", ["a/b", "größe"])
def test_topics(gateway, app, topic):
    event = published(app, gateway, b"1", {"Content-Type": "application/json"}, percent(topic, b"/"))
    assert event["topic"] == topic


def test_cloudevent_attributes_in_fields(gateway, app):
    event = published(app, gateway, b'{"id":1}', {
        "Content-Type": "application/json", "ce-id": "e-1", "ce-type": "order.created",
        "ce-source": "cobol", "ce-specversion": "1.0"})
    assert (event["id"], event["type"], event["source"]) == ("e-1", "order.created", "cobol")
    assert event["data"] == {"id": 1}


def test_an_event_in_structured_form(gateway, app):
    sent = {"specversion": "1.0", "id": "x1", "source": "s", "type": "t", "data": {"a": 1}}
    event = published(app, gateway, json.dumps(sent).encode(),
                      {"Content-Type": "application/cloudevents+json"})
    assert {k: event[k] for k in ("id", "source", "type", "data")} == {
        k: sent[k] for k in ("id", "source", "type", "data")}


def test_trace_context_is_in_the_envelope(gateway, app):
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    event = published(app, gateway, b"1", {"traceparent": parent, "Content-Type": "application/json"})
    assert parent.split("-")[1] in (event.get("traceparent") or event.get("traceid") or ""), event


def test_an_unknown_pubsub(gateway):
    problem(gateway.post("/v1/publish/nosuchpubsub/orders", b"1"), 404, "no-such-component")


def test_an_empty_topic(auto):
    assert auto.post("/v1/publish/-/", b"1").status in (400, 404)
    problem(auto.post("/v1/publish/-/", b"1"), auto.post("/v1/publish/-/", b"1").status)


@pytest.mark.parametrize("query", ["raw=maybe", "ttl=soon", "row=true"])
def test_bad_parameters(auto, app, query):
    app.take()
    problem(auto.post(f"/v1/publish/-/orders?{query}", b"1"), 400)
    assert app.take() == []


def test_no_event_without_a_post(auto):
    response = auto.put("/v1/publish/-/orders", b"1")
    problem(response, 405)
    assert "POST" in response["allow"]


# Several events at once

LINES = {"Content-Type": "application/x-ndjson"}


def test_each_line_is_an_event(gateway, app):
    app.take()
    response = gateway.post("/v1/publish/-/orders", b'{"n":1}\r\n\n{"n":2}\n"three"', LINES)
    assert (response.status, response.body) == (204, b""), response.body
    events = []
    until(lambda: events.extend(app.take()) or len(events) == 3, timeout=5, what="three events")
    data = [json.loads(event["body"])["data"] for event in events]
    assert sorted(data, key=str) == sorted([{"n": 1}, {"n": 2}, "three"], key=str)


def test_lines_of_another_type(gateway, app):
    app.take()
    response = gateway.post("/v1/publish/-/orders?contentType=text/plain", b"a b\nc", LINES)
    assert response.status == 204, response.body
    events = []
    until(lambda: events.extend(app.take()) or len(events) == 2, timeout=5, what="two events")
    assert sorted(json.loads(event["body"])["data"] for event in events) == ["a b", "c"]


@pytest.mark.parametrize("body", [b"", b"\n \n", b"1\n{"])
def test_bad_lines(auto, app, body):
    app.take()
    problem(auto.post("/v1/publish/-/orders", body, LINES), 400, "invalid-body")
    assert app.take() == []


def test_lines_for_an_unknown_pubsub(gateway):
    problem(gateway.post("/v1/publish/nosuchpubsub/orders", b"1\n2", LINES), 404, "no-such-component")
