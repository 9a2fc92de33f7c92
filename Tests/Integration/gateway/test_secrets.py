"""`/v1/secrets/{store}/{name...}` and `/v1/metadata`."""

import pytest

from blackbox.problems import problem
from blackbox.processes import Gateway


def test_a_secret_is_its_text(gateway):
    response = gateway.get("/v1/secrets/-/db-password")
    assert response.status == 200 and response.body
    assert response.media_type == "text/plain"
    assert b"\n" not in response.body, "fit for $(...)"
    assert gateway.get("/v1/secrets/secretstore/db-password").body == response.body


def test_a_secret_as_json(gateway):
    text = gateway.get("/v1/secrets/-/db-password").text
    response = gateway.get("/v1/secrets/-/db-password", {"Accept": "application/json"})
    assert (response.media_type, response.json) == ("application/json", {"db-password": text})


def test_secrets_are_not_stored_on_the_way(gateway):
    assert "no-store" in gateway.get("/v1/secrets/-/db-password").get("cache-control", "")


def test_a_missing_secret(gateway):
    problem(gateway.get("/v1/secrets/-/no-such-secret"), 404, "not-found")


def test_an_unknown_store(gateway):
    problem(gateway.get("/v1/secrets/nosuchstore/a"), 404, "no-such-component")


def test_head_of_a_secret(gateway):
    response = gateway.head("/v1/secrets/-/db-password")
    assert (response.status, response.body) == (200, b"")


def test_secrets_are_read_only(auto):
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        response = auto.ask(method, "/v1/secrets/-/db-password", None, b"")
        problem(response, 405)
        assert set(response["allow"].replace(" ", "").split(",")) >= {"GET", "HEAD"}


def test_no_bulk_by_default(gateway):
    response = gateway.get("/v1/secrets/-")
    assert response.status in (403, 404)
    assert "allowBulk" in problem(response, response.status)["detail"]


@pytest.mark.parametrize("protocol", ["grpc", "http", "auto"])
def test_bulk_where_the_configuration_allows_it(sidecar, start, protocol):
    gateway = start(Gateway, sidecar, protocol, {"secrets": {"allowBulk": True}})
    password = gateway.get("/v1/secrets/-/db-password").text
    secrets = gateway.get("/v1/secrets/-")
    assert secrets.status == 200
    found = secrets.json["db-password"]
    assert found == password or found == {"db-password": password}
    # The sidecar's HTTP API takes a secret of that name for the bulk call.
    lone = gateway.get("/v1/secrets/-/bulk")
    problem(lone, 501 if protocol == "http" else 404)


@pytest.mark.parametrize("name", ["..", "a%00b", "%ff", ""])
def test_odd_names(gateway, name):
    problem(gateway.get(f"/v1/secrets/-/{name}"), 400)


def test_the_bulk_call_of_the_sidecar_is_no_secret(gateway):
    response = gateway.get("/v1/secrets/-/bulk")
    problem(response, 501 if gateway.protocol == "http" else 404)
    assert gateway.get("/v1/secrets/-/db-password").text not in response.text


def test_metadata(gateway):
    response = gateway.get("/v1/metadata")
    assert (response.status, response.media_type) == (200, "application/json")
    document = response.json
    assert document["id"] == "pyapp"
    names = {c["name"] for c in document["components"]}
    assert {"statestore", "pubsub", "secretstore"} <= names


def test_metadata_is_not_written_by_default(auto):
    response = auto.put("/v1/metadata/colour", b"ultramarine")
    assert response.status in (403, 404, 405), response.body
    assert "ultramarine" not in auto.get("/v1/metadata").text
