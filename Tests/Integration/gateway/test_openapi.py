"""`/openapi.json`: valid, exactly the routes that there are, and true of a live gateway."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from blackbox.problems import problem
from blackbox.processes import Gateway, environment, run


@pytest.fixture(scope="module")
def document(auto):
    response = auto.get("/openapi.json")
    assert (response.status, response.media_type) == (200, "application/json")
    return response.json


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_it_is_valid(document):
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_its_schemas_are_schemas_and_every_one_is_used(document):
    text = str(document)
    for kind in ("schemas", "responses", "headers"):
        for name in document["components"][kind]:
            assert f"'#/components/{kind}/{name}'" in text, f"nothing refers to {kind}/{name}"


def test_it_has_exactly_the_routes(document):
    listed = re.findall(r"^(\w+ /\S*)", run("routes").stdout, re.MULTILINE)
    assert len(listed) >= 15
    described = {o["x-route"] for _, _, o in operations(document) if "x-by-rule" not in o}
    assert described == set(listed)


def test_every_route_is_described(document):
    for method, path, operation in operations(document):
        name = f"{method} {path}"
        assert operation["tags"] and operation["summary"], name
        for parameter in operation.get("parameters", []):
            assert parameter["description"], f"{name}: {parameter['name']}"
        if "x-by-rule" not in operation:
            assert {"default", *map(str, range(200, 400))} & set(operation["responses"]), name


def test_the_methods_of_a_path_are_those_that_allow_names(auto, document):
    for path, item in document["paths"].items():
        # An app may answer OPTIONS itself.
        if "x-by-rule" not in item["options"]:
            continue
        target = re.sub(r"\{\w+\}", "a", path)
        allowed = set(auto.ask("OPTIONS", target)["allow"].split(", "))
        assert allowed == {method.upper() for method in item}, path


def test_every_route_has_a_line_for_curl(document):
    for route in {o["x-route"] for _, _, o in operations(document)}:
        samples = [sample for _, _, o in operations(document) if o["x-route"] == route
                   for sample in o.get("x-codeSamples", [])]
        assert len(samples) == 1 and samples[0]["source"].startswith("curl "), route


def test_every_problem_is_one_of_the_table(auto, document):
    known = {kind["code"] for kind in auto.get("/v1/problems").json}
    for name, response in document["components"]["responses"].items():
        assert set(response.get("x-problems", [])) <= known, name


def test_a_browser_asks_again_and_gets_it_once(auto):
    first = auto.get("/openapi.json")
    again = auto.get("/openapi.json", {"If-None-Match": first["etag"]})
    assert (again.status, again.body, again["etag"]) == (304, b"", first["etag"])
    assert auto.get("/openapi.json", {"If-None-Match": '"other"'}).status == 200
    problem(auto.get("/openapi.json", {"If-None-Match": '"other'}), 400, "invalid-header")


#: What does not hold for every API: a name that is well formed may still name nothing, or be refused.
NOT_CHECKED = "positive_data_acceptance,use_after_free,ensure_resource_availability"


def test_a_live_gateway_keeps_to_it(sidecar, start, tmp_path):
    gateway = start(Gateway, sidecar, "auto", {
        "secrets": {"allowBulk": True}, "metadata": {"allowSet": True}})
    done = subprocess.run(
        [sys.executable, Path(sys.executable).parent / "schemathesis", "--no-color",
         "--config-file", Path(__file__).parent / "schemathesis.toml", "run",
         f"http://127.0.0.1:{gateway.port}/openapi.json", "--seed", "17", "--max-examples", "20",
         "--phases", "examples,coverage,fuzzing", "--exclude-checks", NOT_CHECKED,
         "--generation-database", "none", "--request-timeout", "20", "--warnings", "off",
         "--continue-on-failure", "--suppress-health-check", "all"],
        capture_output=True, text=True, timeout=300, cwd=tmp_path, env=environment())
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-5000:]
    tested = re.search(r"(\d+) generated", done.stdout)
    assert tested and int(tested[1]) > 500, done.stdout
