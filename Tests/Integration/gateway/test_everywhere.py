"""What `rest-api.md` says under "Everywhere", and the pages that are the gateway's own."""

import re

import pytest

from blackbox.problems import problem, seen_types
from blackbox.processes import Gateway, run

ROUTES = {
    "/v1/state/-/a": {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"},
    "/v1/state/-?key=a": {"GET", "HEAD", "PATCH", "OPTIONS"},
    "/v1/publish/-/orders": {"POST", "OPTIONS"},
    "/v1/secrets/-/db-password": {"GET", "HEAD", "OPTIONS"},
    "/v1/query/querystore": {"POST", "OPTIONS"},
    "/v1/bindings/files/list": {"POST", "OPTIONS"},
    "/v1/actors/Echo/1/state": {"PATCH", "POST", "OPTIONS"},
    "/v1/actors/Echo/1/state/a": {"GET", "HEAD", "OPTIONS"},
    "/v1/actors/Echo/1/reminders/a": {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"},
    "/v1/actors/Echo/1/timers/a": {"PUT", "DELETE", "OPTIONS"},
    "/v1/workflows/a": {"GET", "HEAD", "POST", "DELETE", "OPTIONS"},
    "/v1/workflows/a/pause": {"POST", "OPTIONS"},
    "/v1/encrypt/crypto/dev-key": {"POST", "OPTIONS"},
    "/v1/jobs/a": {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"},
    "/v1/conversation/conversation": {"POST", "OPTIONS"},
    "/v1/metadata": {"GET", "HEAD", "OPTIONS"},
    "/v1/problems": {"GET", "HEAD", "OPTIONS"},
    "/healthz": {"GET", "HEAD", "OPTIONS"},
    "/": {"GET", "HEAD", "OPTIONS"},
}


def allowed(response):
    return {method.strip() for method in response["allow"].split(",")}


@pytest.mark.parametrize("target", ROUTES)
def test_options_answers_allow(auto, target):
    response = auto.ask("OPTIONS", target)
    assert response.status in (200, 204)
    assert response.body == b""
    assert allowed(response) == ROUTES[target]


@pytest.mark.parametrize("target", ROUTES)
def test_a_wrong_method_is_405_with_allow(auto, target):
    for method in {"GET", "PUT", "POST", "PATCH", "DELETE"} - ROUTES[target]:
        response = auto.ask(method, target, None, b"")
        problem(response, 405, mentions=method)
        assert allowed(response) == ROUTES[target]


@pytest.mark.parametrize("method", ["FOO", "get", "TRACE", "PROPFIND", "BREW"])
def test_an_unknown_method(auto, method):
    response = auto.ask(method, "/v1/state/-/a")
    assert response.status in (405, 501)
    problem(response, response.status)


@pytest.mark.parametrize("target", ["/nothing", "/v1", "/v1/", "/v2/state/-/a", "/v1/stat/-/a", "//",
                                    "/v1.0/state/statestore/a", "/v1/metadata/a/b/c", "/V1/state/-/a"])
def test_what_does_not_exist_is_404(auto, target):
    problem(auto.get(target), 404)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_post_can_stand_for_another_method(gateway, key, method):
    url = f"/v1/state/-/{key}"
    gateway.put(url, b"1")
    assert gateway.post(url, b"2", {"X-HTTP-Method-Override": method}).status == 204
    read = gateway.get(url)
    assert (read.status, read.body)[:1] == ((200,) if method == "PUT" else (404,))


def test_a_post_can_stand_for_patch(auto, key):
    body = b'[{"op":"upsert","key":"%s","value":1}]' % key.encode()
    assert auto.post("/v1/state/-", body, {"X-HTTP-Method-Override": "PATCH"}).status == 204
    assert auto.get(f"/v1/state/-/{key}").body == b"1"


def test_the_override_has_its_limits(auto, key):
    url = f"/v1/state/-/{key}"
    auto.put(url, b"1")
    assert auto.get(url, {"X-HTTP-Method-Override": "DELETE"}).status == 200, "only a POST"
    for method in ("GET", "CONNECT", "FOO", ""):
        assert auto.post(url, b"", {"X-HTTP-Method-Override": method}).status in (400, 405)
    assert auto.get(url).status == 200


# Fields


@pytest.mark.parametrize("given", ["abc-123", "0af7651916cd43dd", "a.b_c-D"])
def test_a_sane_request_id_is_kept(auto, given):
    assert auto.get("/healthz", {"X-Request-Id": given})["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 1000, "<script>", 'a"b', "é"])
def test_another_is_replaced(auto, given):
    ours = auto.get("/healthz", {"X-Request-Id": given})["x-request-id"]
    assert ours != given and re.fullmatch(r"[A-Za-z0-9._-]{8,}", ours)


def test_ours_differ(auto):
    assert len({auto.get("/healthz")["x-request-id"] for _ in range(50)}) == 50


def test_server_timing_tells_the_sidecars_part(auto, key):
    timing = auto.get(f"/v1/state/-/{key}")["server-timing"]
    times = {k: float(v) for k, v in re.findall(r"(\w+);dur=([\d.]+)", timing)}
    assert 0 < times["dapr"] < 5000 and 0 <= times["gateway"] < 5000


def test_problems_are_problems_also_for_errors_of_the_sidecar(gateway):
    document = problem(gateway.get("/v1/state/nosuchstore/a"), 404)
    told = document["dapr"]
    assert told["message"]
    assert "grpcStatus" in told or "httpStatus" in told
    if gateway.protocol == "http":
        assert told["errorCode"] == "ERR_STATE_STORE_NOT_FOUND" and told["httpStatus"] == 400
    else:
        assert told["grpcStatus"] in (3, "INVALID_ARGUMENT")


# Timeouts


@pytest.mark.parametrize("timeout", ["soon", "", "-1", "0", "61s", "2h"])
def test_a_bad_timeout(auto, key, timeout):
    assert "timeout" in problem(auto.get(f"/v1/state/-/{key}?timeout={timeout}"), 400)["detail"]


@pytest.mark.parametrize("timeout", ["250ms", "5s", "1m", "7", "60s"])
def test_a_good_timeout(auto, key, timeout):
    assert auto.get(f"/v1/state/-/{key}?timeout={timeout}").status == 404


# Pages


def test_healthz(auto):
    response = auto.get("/healthz")
    assert response.status == 200
    assert re.fullmatch(r"\w+\n?", response.text), "one word"


def test_the_front_page_shows_every_route(auto):
    response = auto.get("/")
    assert response.status == 200 and response.media_type in ("text/plain", "text/html")
    assert "curl" in response.text
    for part in ("/v1/state/", "/v1/publish/", "/v1/invoke/", "/v1/secrets/", "/v1/metadata",
                 "/v1/problems", "/healthz"):
        assert part in response.text


def test_the_front_page_and_the_command_agree(auto):
    listed = re.findall(r"(/v1/[^\s'\"?<]*\{[^\s'\"<]*)", run("routes").stdout)
    assert len(listed) >= 5
    page = auto.get("/").text.replace("&#123;", "{").replace("&#125;", "}")
    for template in set(listed):
        assert template in page, template


@pytest.mark.last
def test_every_problem_type_is_in_the_table(auto):
    response = auto.get("/v1/problems")
    assert response.status == 200
    assert len(seen_types) > 5
    missing = [slug for slug in seen_types - {"blank"} if slug not in response.text]
    assert missing == []


def test_the_type_of_a_problem_can_be_followed(auto):
    kind = problem(auto.get("/nothing"), 404)["type"]
    path = re.sub(r"^https?://[^/]+", "", kind).partition("#")[0]
    if path.startswith("/"):
        assert auto.get(path).status == 200


# Limits of the configuration


def test_other_limits(sidecar, start, key):
    gateway = start(Gateway, sidecar, "auto", {
        "limits": {"body": "1KiB", "timeout": "2s", "maxTimeout": "3s"}})
    assert gateway.put(f"/v1/state/-/{key}", b'"' + b"x" * 900 + b'"').status == 204
    problem(gateway.put(f"/v1/state/-/{key}", b"x" * 1025), 413)
    problem(gateway.get(f"/v1/state/-/{key}?timeout=4s"), 400)
    assert gateway.get(f"/v1/state/-/{key}?timeout=3s").status == 200


def test_without_defaults_a_dash_names_nothing(sidecar, start):
    gateway = start(Gateway, sidecar, "auto", {"defaults": None})
    for target in ("/v1/state/-/a", "/v1/secrets/-/a"):
        response = gateway.get(target)
        assert response.status in (400, 404)
        assert "configured" in problem(response, response.status)["detail"]
    assert gateway.get("/v1/state/statestore/nothing-here").status == 404
