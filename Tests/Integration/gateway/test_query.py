"""`POST /v1/query/{store}`: finding values by what is in them."""

import json

import pytest

from blackbox.problems import problem

STORE = "querystore"


@pytest.fixture(scope="module")
def people(gateways):
    """Values in the store that can be queried, which finds only what it was told is JSON."""
    writer = gateways("auto")
    for number, (name, org, age) in enumerate([
            ("ada", "dev", 36), ("bob", "ops", 50), ("eve", "dev", 41)]):
        document = {"name": name, "person": {"org": org}, "age": age, "suite": "query"}
        url = f"/v1/state/{STORE}/q{number}?metadata.contentType=application/json"
        assert writer.put(url, json.dumps(document).encode()).status == 204


def find(gateway, query, store=STORE, **more):
    body = query if isinstance(query, (str, bytes)) else json.dumps(query)
    return gateway.post(f"/v1/query/{store}", body, **more)


def names(response):
    assert response.status == 200, response.body
    assert response.media_type == "application/json"
    assert set(response.json) >= {"results", "token"}
    return [result["value"]["name"] for result in response.json["results"]]


MINE = {"EQ": {"suite": "query"}}


def test_a_filter_and_an_order(gateway, people):
    query = {"filter": {"AND": [MINE, {"EQ": {"person.org": "dev"}}]},
             "sort": [{"key": "age", "order": "desc"}]}
    response = find(gateway, query)
    assert names(response) == ["eve", "ada"]
    result = response.json["results"][0]
    assert set(result) == {"key", "value", "etag"} and result["key"] == "q2"
    assert result["value"] == {
        "name": "eve", "person": {"org": "dev"}, "age": 41, "suite": "query"}


def test_one_of_several(gateway, people):
    query = {"filter": {"AND": [MINE, {"OR": [
        {"IN": {"name": ["ada", "zoe"]}}, {"EQ": {"name": "bob"}}]}]}, "sort": [{"key": "name"}]}
    assert names(find(gateway, query)) == ["ada", "bob"]


def test_pages(gateway, people):
    query = {"filter": MINE, "sort": [{"key": "name"}], "page": {"limit": 2}}
    first = find(gateway, query)
    assert names(first) == ["ada", "bob"] and first.json["token"]
    query["page"]["token"] = first.json["token"]
    second = find(gateway, query)
    assert names(second) == ["eve"]


def test_nothing_found(gateway, people):
    response = find(gateway, {"filter": {"EQ": {"name": "nobody"}}})
    assert (response.status, response.json) == (200, {"results": [], "token": None})


def test_a_form_is_what_curl_calls_it(gateway, people):
    response = gateway.post(
        f"/v1/query/{STORE}", json.dumps({"filter": {"AND": [MINE, {"EQ": {"name": "ada"}}]}}),
        {"Content-Type": "application/x-www-form-urlencoded"})
    assert names(response) == ["ada"]


@pytest.mark.parametrize("query, mentions", [
    (b"", "JSON"), (b"[]", "object"), (b"\xff", "JSON"),
    ({"filter": {"EQ": {"name'; DROP TABLE state; --": 1}}}, "name of a field"),
    ({"filter": {"AND": [{"EQ": {'a"b': 1}}, MINE]}}, "name of a field"),
    ({"sort": [{"key": "a'b"}]}, "name of a field"),
    ({"sort": [{"key": "name", "order": "UP"}]}, ["UP", "ASC"]),
    ({"page": {"limit": -1}}, "limit"), ({"fliter": {}}, ["fliter", "filter"]),
])
def test_bad_queries(gateway, query, mentions):
    problem(find(gateway, query), 400, "invalid-body", mentions)


def test_an_operator_that_the_sidecar_does_not_know(gateway):
    problem(find(gateway, {"filter": {"LIKE": {"name": "a%"}}}), 400, "invalid-argument", "LIKE")


def test_a_store_that_cannot_be_queried(gateway):
    problem(find(gateway, {}, store="-"), 501, "not-supported")


def test_an_unknown_store(gateway):
    problem(find(gateway, {}, store="nosuchstore"), 404, "no-such-component")
