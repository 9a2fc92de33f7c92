"""`POST /v1/bindings/{binding}/{operation}`: output bindings."""

import json

import pytest

from blackbox.problems import problem


def invoke(gateway, operation, body=b"", binding="echo-binding", fields=None):
    return gateway.post(f"/v1/bindings/{binding}/{operation}", body, fields)


def test_json_in_and_out(gateway):
    response = invoke(gateway, "create", b'{"id":17}')
    assert (response.status, response.media_type) == (200, "application/json")
    assert response.json == {"id": 17}


def test_metadata_go_and_come_back(gateway):
    response = invoke(gateway, "create?metadata.colour=light%20blue&metadata.n=1", b'"x"')
    assert response["metadata-colour"] == "light blue"
    assert response["metadata-n"] == "1"
    assert response["metadata-operation"] == "create"


@pytest.mark.parametrize("body, kind", [
    (b"hello", "text/plain"), (b"\xff\x00", "application/octet-stream"), ("größe".encode(), "text/plain")])
def test_bytes_go_over_grpc(gateway, body, kind):
    response = invoke(gateway, "create", body)
    if gateway.protocol == "http":
        problem(response, 501, "not-supported", "JSON")
    else:
        assert (response.status, response.body, response.media_type) == (200, body, kind)


def test_nothing_is_204(gateway):
    response = invoke(gateway, "create")
    if gateway.protocol == "http":  # there it becomes null
        assert (response.status, response.body) == (200, b"null")
    else:
        assert (response.status, response.body) == (204, b"")
        assert response["metadata-operation"] == "create"


def test_a_file(gateway, key):
    name = f"metadata.fileName={key}.json"
    made = invoke(gateway, f"create?{name}", b'{"n":1}', "files")
    assert made.status == 200 and key in made.text
    assert invoke(gateway, f"get?{name}", binding="files").json == {"n": 1}
    assert any(key in path for path in invoke(gateway, "list", binding="files").json)
    assert invoke(gateway, f"delete?{name}", binding="files").status in (200, 204)
    missing = invoke(gateway, f"get?{name}", binding="files")
    problem(missing, 502, "component-failed", "not found")


def test_an_operation_that_the_binding_does_not_have(gateway):
    problem(invoke(gateway, "frobnicate", b"1", "files"), 501, "not-supported", "frobnicate")


def test_an_unknown_binding(gateway):
    problem(invoke(gateway, "create", b"1", "nosuchbinding"), 404, "no-such-component")


@pytest.mark.parametrize("path, kind", [
    ("-/create", "no-default"), ("a%20b/create", "invalid-name"), ("files/", "invalid-name"),
    ("files/a%2fb", "invalid-name"), ("files/%2e%2e", "invalid-name"), ("files/" + "n" * 257, "invalid-name"),
    ("files/create?metdata.a=b", "unknown-parameter"),
])
def test_bad_names(auto, path, kind):
    problem(auto.post(f"/v1/bindings/{path}", b"1"), 404 if kind == "no-default" else 400, kind)


def test_callers_fields_are_no_metadata(gateway):
    response = invoke(gateway, "create", json.dumps("x").encode(), fields={"Path": "/etc", "metadata.a": "b"})
    assert response.status == 200
    assert response.get("metadata-path") is None and response.get("metadata-a") is None
