"""`Accept`, `Accept-Encoding`, types of bodies, HEAD: content that fits both sides."""

import gzip
import json
import random

import pytest

from blackbox.problems import problem
from blackbox.rawhttp import request_bytes

LONG = json.dumps({"text": "abcdefgh " * 500}, separators=(",", ":")).encode()
GZIP = {"Accept-Encoding": "gzip, deflate"}


def without_times(response):
    """The fields, but for those that differ between any two answers."""
    changing = {"server-timing", "x-request-id", "date"}
    return sorted((name.lower(), value) for name, value in response.fields if name.lower() not in changing)


def test_long_text_is_compressed_for_who_accepts_it(gateway, key):
    url = f"/v1/state/-/{key}"
    assert gateway.put(url, LONG).status == 204
    plain, packed = gateway.get(url), gateway.get(url, GZIP)
    assert (plain.body, plain.get("content-encoding"), plain["vary"]) == (LONG, None, "Accept-Encoding")
    assert gzip.decompress(packed.body) == LONG
    assert len(packed.body) < len(LONG) / 4
    assert (packed["content-encoding"], packed["vary"]) == ("gzip", "Accept-Encoding")
    assert packed["content-type"] == plain["content-type"] == "application/json"
    assert int(packed["content-length"]) == len(packed.body)
    assert packed["etag"] != plain["etag"]


def test_either_tag_guards_a_write(gateway, key):
    url = f"/v1/state/-/{key}"
    gateway.put(url, LONG)
    for fields in ({}, GZIP):
        etag = gateway.get(url, fields)["etag"]
        assert gateway.get(url, {**fields, "If-None-Match": etag}).status == 304
        again = gateway.get(url, {**fields, "If-None-Match": etag})
        assert (again["etag"], again["vary"]) == (etag, "Accept-Encoding")
        assert gateway.put(url, LONG, {"If-Match": etag}).status == 204
        problem(gateway.put(url, LONG, {"If-Match": etag}), 412)
        assert gateway.get(url, {**fields, "If-None-Match": etag}).status == 200
    etag = gateway.get(url, GZIP)["etag"]
    assert gateway.delete(url, {"If-Match": etag}).status == 204


@pytest.mark.parametrize("fields", [{}, GZIP])
def test_head_is_get_without_content(auto, key, fields):
    url = f"/v1/state/-/{key}"
    auto.put(url, LONG)
    get, head = auto.get(url, fields), auto.head(url, fields)
    assert head.body == b""
    assert without_times(head) == without_times(get)


@pytest.mark.parametrize("size", [200_000, 3_000_000])
def test_very_long_text_is_compressed_while_it_is_sent(auto, key, size):
    url, text = f"/v1/state/-/{key}", random.Random(7).choices("abcdefgh\n", k=size)
    body = "".join(text).encode()
    assert auto.put(url, body, timeout=30).status == 204
    with auto.connect(timeout=30) as connection:
        packed = connection.request("GET", url, GZIP)
        assert packed["transfer-encoding"] == "chunked"
        assert gzip.decompress(packed.body) == body
        assert connection.request("GET", "/healthz").status == 200, "the connection lives on"
        connection.send(request_bytes("GET", url, GZIP, version="1.0"))
        old = connection.response()
        assert old.get("transfer-encoding") is None
        assert gzip.decompress(old.body) == body


@pytest.mark.parametrize("body", [b"a" * 1023, bytes(range(256)) * 16, random.Random(1).randbytes(4000)])
def test_what_gains_nothing_stays_as_it_is(auto, key, body):
    url = f"/v1/state/-/{key}"
    auto.put(url, body)
    response = auto.get(url, GZIP)
    assert (response.body, response.get("content-encoding")) == (body, None)


@pytest.mark.parametrize("value", ["", "identity", "gzip;q=0", "br", "*;q=0", "deflate"])
def test_who_does_not_accept_it_gets_it_as_it_is(auto, key, value):
    url = f"/v1/state/-/{key}"
    auto.put(url, LONG)
    assert auto.get(url, {"Accept-Encoding": value}).body == LONG


def test_what_an_app_sends_is_not_touched(gateway):
    response = gateway.get("/v1/invoke/pyapp/large?n=20000", GZIP)
    assert (response.status, response.body) == (200, b"x" * 20000)
    assert response.get("content-encoding") is None
    assert response.get("vary") is None


@pytest.mark.parametrize("accept, status", [
    ("*/*", 200), ("application/json", 200), ("text/html, application/*;q=0.1", 200), ("text/plain", 406),
    ("application/json;q=0, */*", 406), ("text/html, image/gif, *; q=.2, */*; q=.2", 200),
    ("application/json; charset=utf-8", 200), ("image/*", 406)])
def test_accept(gateway, key, accept, status):
    url = f"/v1/state/-/{key}"
    gateway.put(url, b'{"a":1}')
    response = gateway.get(url, {"Accept": accept})
    if status == 406:
        problem(response, 406, "not-acceptable", "application/json")
        assert gateway.head(url, {"Accept": accept}).status == 406
    else:
        assert (response.status, response.body) == (200, b'{"a":1}')


@pytest.mark.parametrize("target", ["/", "/healthz", "/v1/metadata", "/v1/problems", "/v1/secrets/-/db-password"])
def test_accept_on_other_routes(auto, target):
    problem(auto.get(target, {"Accept": "image/png"}), 406, "not-acceptable")
    assert auto.get(target, {"Accept": "image/png, */*;q=0.1"}).status == 200


def test_a_failure_is_told_whatever_is_accepted(auto):
    problem(auto.get("/v1/state/-/none-such", {"Accept": "image/png"}), 404, "not-found")


@pytest.mark.parametrize("kind, status", [
    ("application/json", 204), ("application/json; charset=utf-8", 204), (None, 204),
    ("application/x-www-form-urlencoded", 204), ("application/vnd.x+json", 204), ("text/csv", 415),
    ("multipart/form-data; boundary=x", 415)])
def test_types_of_bodies(gateway, key, kind, status):
    body = json.dumps([{"op": "upsert", "key": key, "value": 1}])
    response = gateway.patch("/v1/state/-", body, {"Content-Type": kind} if kind else {})
    if status == 415:
        problem(response, 415, "unsupported-media-type", "application/json")
        assert response["accept"] == "application/json"
        assert gateway.get(f"/v1/state/-/{key}").status == 404
    else:
        assert response.status == 204


def test_a_compressed_body_is_not_stored(auto, key):
    url = f"/v1/state/-/{key}"
    response = auto.put(url, gzip.compress(LONG), {"Content-Encoding": "gzip"})
    problem(response, 415, "unsupported-media-type", "gzip")
    assert response["accept-encoding"] == "identity"
    assert auto.get(url).status == 404
    assert auto.put(url, b"1", {"Content-Encoding": "identity"}).status == 204


def test_who_asks_before_sending_is_refused_at_once(auto):
    with auto.connect() as connection:
        connection.send(request_bytes("PATCH", "/v1/state/-", {
            "Content-Type": "text/csv", "Content-Length": "3000000", "Expect": "100-continue"}))
        response = connection.response("PATCH")
        assert response.interim == []
        problem(response, 415, "unsupported-media-type")
