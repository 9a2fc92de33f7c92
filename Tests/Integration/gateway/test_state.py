"""`/v1/state/{store}/{key...}`: one value, one URL."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from blackbox.problems import problem
from blackbox.waiting import until

JSON_VALUE = b'{"id":17}'


def bytes_are_kept(gateway):
    """The HTTP API stores JSON only, and re-encodes it."""
    return gateway.protocol != "http"


def etag_of(gateway, url):
    return gateway.get(url)["etag"]


def test_a_value_is_read_as_it_was_put(gateway, key):
    url = f"/v1/state/statestore/{key}"
    saved = gateway.put(url, JSON_VALUE)
    assert (saved.status, saved.body) == (204, b"")
    read = gateway.get(url)
    assert (read.status, read.body) == (200, JSON_VALUE)
    assert read["content-type"] == "application/json"
    assert re.fullmatch(r'"[^"]+"', read["etag"]), "an ETag is quoted"


def test_a_dash_is_the_default_store(gateway, key):
    assert gateway.put(f"/v1/state/-/{key}", JSON_VALUE).status == 204
    assert gateway.get(f"/v1/state/statestore/{key}").body == JSON_VALUE


def test_a_missing_key_is_404(gateway, key):
    problem(gateway.get(f"/v1/state/-/{key}"), 404, "not-found")


def test_an_unknown_store_is_404_by_another_name(gateway):
    problem(gateway.get("/v1/state/nosuchstore/a"), 404, "no-such-component")
    problem(gateway.put("/v1/state/nosuchstore/a", b"1"), 404, "no-such-component")
    problem(gateway.delete("/v1/state/nosuchstore/a"), 404, "no-such-component")


@pytest.mark.parametrize("store", ["st%20ore", "st!", "st%2Fore", "%00"])
def test_a_store_name_has_plain_characters(auto, store):
    assert auto.get(f"/v1/state/{store}/a").status in (400, 404)
    problem(auto.get(f"/v1/state/{store}/a"), auto.get(f"/v1/state/{store}/a").status)


def test_head_is_get_without_the_body(gateway, key):
    url = f"/v1/state/-/{key}"
    gateway.put(url, JSON_VALUE)
    get, head = gateway.get(url), gateway.head(url)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-length", "content-type", "etag"):
        assert head[name] == get[name]
    missing = gateway.head(url + "-missing")
    assert (missing.status, missing.body) == (404, b"")


def test_delete_answers_204_also_when_absent(gateway, key):
    url = f"/v1/state/-/{key}"
    gateway.put(url, JSON_VALUE)
    assert gateway.delete(url).status == 204
    assert gateway.get(url).status == 404
    assert gateway.delete(url).status == 204


# Content types

TEXTS = [
    (b"hello", "text/plain; charset=utf-8"),
    ("grüße €\U0001f600".encode(), "text/plain; charset=utf-8"),
    (b"{not json", "text/plain; charset=utf-8"),
    (b"01", "text/plain; charset=utf-8"),
    (b"NaN", "text/plain; charset=utf-8"),
    (b"{} {}", "text/plain; charset=utf-8"),
    (b"\xff\xfe\x00\x01", "application/octet-stream"),
    (bytes(range(256)), "application/octet-stream"),
    (b"\xed\xa0\x80", "application/octet-stream"),  # a surrogate is no UTF-8
]


@pytest.mark.parametrize("value, expected", TEXTS, ids=[repr(v)[:24] for v, _ in TEXTS])
def test_a_value_that_is_no_json_is_kept_byte_for_byte(gateway, key, value, expected):
    url = f"/v1/state/-/{key}"
    saved = gateway.put(url, value, {"Content-Type": "application/octet-stream"})
    if not bytes_are_kept(gateway):
        # Said clearly, and nothing is stored.
        document = problem(saved, saved.status)
        assert saved.status in (400, 415, 422, 501), document
        assert "JSON" in document["detail"], document
        assert gateway.get(url).status == 404
        return
    assert saved.status == 204
    read = gateway.get(url)
    assert (read.body, read["content-type"]) == (value, expected)


@pytest.mark.parametrize("value", [
    b"1", b"true", b"null", b'"text"', b"[]", b'{"a":[1,2,{"b":null}]}', '"é"'.encode(),
])
def test_json_is_recognised(gateway, key, value):
    url = f"/v1/state/-/{key}"
    assert gateway.put(url, value).status == 204
    read = gateway.get(url)
    assert (read.body, read["content-type"]) == (value, "application/json")


def test_json_keeps_its_spelling(gateway, key):
    value = b'{ "b" : 9007199254740993, "a": 1.0, "c": 1e-7, "d": "<&>", "a": 2 }\n'
    url = f"/v1/state/-/{key}"
    assert gateway.put(url, value).status == 204
    read = gateway.get(url).body
    if bytes_are_kept(gateway):
        assert read == value
    else:
        assert json.loads(read)["d"] == "<&>"


def test_an_empty_value_is_a_value(gateway, key):
    url = f"/v1/state/-/{key}"
    saved = gateway.put(url, b"")
    if not bytes_are_kept(gateway):
        assert "JSON" in problem(saved, saved.status)["detail"]
        return
    assert saved.status == 204
    read = gateway.get(url)
    assert (read.status, read.body) == (200, b"")
    assert read["content-length"] == "0"
    assert gateway.head(url).status == 200


# Preconditions


def test_if_none_match_on_get(gateway, key):
    url = f"/v1/state/-/{key}"
    gateway.put(url, JSON_VALUE)
    etag = etag_of(gateway, url)
    for value in (etag, f'"other", {etag}', f"W/{etag}", "*", f'"a,b" ,{etag},"z"'):
        response = gateway.get(url, {"If-None-Match": value})
        assert (response.status, response.body) == (304, b""), value
        assert response["etag"] == etag
        assert gateway.head(url, {"If-None-Match": value}).status == 304
    assert gateway.get(url, {"If-None-Match": '"other"'}).status == 200
    gateway.put(url, b'{"id":18}')
    assert gateway.get(url, {"If-None-Match": etag}).body == b'{"id":18}'


def test_compare_and_set(gateway, key):
    url = f"/v1/state/-/{key}"
    gateway.put(url, b"1")
    etag = etag_of(gateway, url)
    assert gateway.put(url, b"2", {"If-Match": etag}).status == 204
    problem(gateway.put(url, b"3", {"If-Match": etag}), 412, "precondition-failed")
    assert gateway.get(url).body == b"2"
    assert gateway.put(url, b"4", {"If-Match": etag_of(gateway, url)}).status == 204


def test_compare_and_set_on_an_absent_key(gateway, key):
    url = f"/v1/state/-/{key}"
    problem(gateway.put(url, b"1", {"If-Match": '"1"'}), 412, "precondition-failed")
    assert gateway.get(url).status == 404


def test_create_only(gateway, key):
    url = f"/v1/state/-/{key}"
    assert gateway.put(url, b"1", {"If-None-Match": "*"}).status == 204
    problem(gateway.put(url, b"2", {"If-None-Match": "*"}), 412, "precondition-failed")
    assert gateway.get(url).body == b"1"
    assert gateway.put(url, b"3").status == 204, "a plain write still works"
    assert gateway.delete(url).status == 204
    assert gateway.put(url, b"4", {"If-None-Match": "*"}).status == 204


def test_of_many_creators_one_wins(gateway, key):
    url = f"/v1/state/-/{key}"
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(
            lambda n: gateway.put(url, b"%d" % n, {"If-None-Match": "*"}).status, range(16)))
    assert sorted(answers) == [204] + [412] * 15
    assert gateway.get(url).body == b"%d" % answers.index(204)


def test_conditional_delete(gateway, key):
    url = f"/v1/state/-/{key}"
    gateway.put(url, b"1")
    old = etag_of(gateway, url)
    gateway.put(url, b"2")
    problem(gateway.delete(url, {"If-Match": old}), 412, "precondition-failed")
    assert gateway.get(url).body == b"2"
    assert gateway.delete(url, {"If-Match": etag_of(gateway, url)}).status == 204
    assert gateway.get(url).status == 404
    problem(gateway.delete(url, {"If-Match": old}), 412, "precondition-failed")


# Parameters


def test_a_value_lives_as_long_as_its_ttl(gateway, key):
    url = f"/v1/state/-/{key}"
    assert gateway.put(f"{url}?ttl=1s", b"1").status == 204
    assert gateway.get(url).status == 200
    until(lambda: gateway.get(url).status == 404, timeout=4, what="the value to expire")


@pytest.mark.parametrize("ttl", ["2", "1h", "5m", "30s"])
def test_a_ttl_in_any_unit(auto, key, ttl):
    assert auto.put(f"/v1/state/-/{key}?ttl={ttl}", b"1").status == 204
    assert auto.get(f"/v1/state/-/{key}").status == 200


@pytest.mark.parametrize("ttl", ["", "soon", "-1s", "1w", "1.5x", "99999999999999999999h"])
def test_a_bad_ttl_is_refused(gateway, key, ttl):
    response = gateway.put(f"/v1/state/-/{key}?ttl={ttl}", b"1")
    assert "ttl" in problem(response, 400)["detail"]
    assert gateway.get(f"/v1/state/-/{key}").status == 404


def test_metadata_reaches_the_component(gateway, key):
    url = f"/v1/state/-/{key}"
    assert gateway.put(f"{url}?metadata.ttlInSeconds=1", b"1").status == 204
    until(lambda: gateway.get(url).status == 404, timeout=4, what="the value to expire")


def test_consistency(gateway, key):
    url = f"/v1/state/-/{key}"
    gateway.put(url, b"1")
    for word in ("strong", "eventual"):
        assert gateway.get(f"{url}?consistency={word}").status == 200
    assert "consistency" in problem(gateway.get(f"{url}?consistency=maybe"), 400)["detail"]


def test_an_unknown_parameter_is_named_with_its_neighbour(gateway, key):
    url = f"/v1/state/-/{key}"
    problem(gateway.put(f"{url}?tll=1h", b"1"), 400, "unknown-parameter", ["tll", "ttl"])
    assert gateway.get(url).status == 404, "nothing was stored"
    problem(gateway.get(f"{url}?consistancy=strong"), 400, "unknown-parameter",
            ["consistancy", "consistency"])
    problem(gateway.delete(f"{url}?x%0Ay=1"), 400, "unknown-parameter")


def test_the_same_value_through_every_protocol(gateways, key):
    url = f"/v1/state/-/{key}"
    for writer in ("grpc", "http", "auto"):
        assert gateways(writer).put(url, json.dumps(writer).encode()).status == 204
        for reader in ("grpc", "http", "auto"):
            read = gateways(reader).get(url)
            assert (read.json, read["content-type"]) == (writer, "application/json")
