"""The admin listener: /livez, /readyz, /metrics."""

import re
import subprocess

import pytest

from blackbox.processes import Gateway, parse_metrics
from blackbox.rawhttp import request_bytes
from blackbox.waiting import until

REQUESTS = "daprgw_http_requests_total"
DURATION = "daprgw_http_request_duration_seconds"


def test_livez(auto):
    assert auto.ask_admin("/livez").status == 200
    assert auto.ask_admin("/livez", "HEAD").status == 200


def test_readyz(gateway):
    response = gateway.ask_admin("/readyz")
    assert response.status == 200
    verbose = gateway.ask_admin("/readyz?verbose")
    assert verbose.status == 200
    assert len(verbose.body) > len(response.body) and "sidecar" in verbose.text.lower()


def test_the_admin_side_is_not_public(auto):
    for target in ("/livez", "/readyz", "/metrics", "/admin/config"):
        assert auto.get(target).status == 404
    for target in ("/v1/state/-/a", "/v1/secrets/-/db-password", "/v1/metadata"):
        assert auto.ask_admin(target).status == 404


@pytest.mark.parametrize("target", ["/livez", "/readyz", "/metrics"])
def test_wrong_methods(auto, target):
    response = auto.ask_admin(target, "POST")
    assert response.status == 405 and "GET" in response["allow"]


def test_promtool_accepts_the_metrics(gateway, key):
    gateway.put(f"/v1/state/-/{key}", b"1")
    gateway.get("/v1/state/nosuchstore/a")
    gateway.get("/nothing")
    response = gateway.ask_admin("/metrics")
    assert response["content-type"].startswith("text/plain; version=0.0.4")
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=response.body, capture_output=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), response.text


def test_requests_are_counted_by_template(auto, key):
    def count(**labels):
        return auto.metric(REQUESTS, **labels)

    before = count(), count(method="PUT", code="204"), count(method="GET", code="404")
    for n in range(5):
        auto.put(f"/v1/state/-/{key}-{n}", b"1")
        auto.get(f"/v1/state/-/{key}-{n}-missing")
    until(lambda: count(method="PUT", code="204") == before[1] + 5, what="PUTs")
    until(lambda: count(method="GET", code="404") == before[2] + 5, what="GETs")
    assert count() == before[0] + 10
    text = auto.ask_admin("/metrics").text
    assert key not in text, "never the path"
    routes = {dict(labels)["route"] for name, labels in auto.metrics() if name == REQUESTS}
    assert any(re.fullmatch(r"/v1/state/\{store\}/\{key(\.\.\.)?\}", r) for r in routes), routes


def test_labels_stay_few(auto):
    for n in range(30):
        auto.get(f"/nothing/{n}")
        auto.ask(f"METHOD{n}", "/healthz")
        auto.get(f"/v1/state/no-such-store-{n}/a")
    labels = [dict(labels) for name, labels in auto.metrics() if name == REQUESTS]
    assert not [l for l in labels if "METHOD" in l["method"] or re.search("nothing|no-such", l["route"])]
    for label in labels:
        assert set(label) == {"route", "method", "code"}
        assert re.fullmatch(r"[1-5]\d\d", label["code"])


def test_durations_are_a_histogram(auto, key):
    auto.get(f"/v1/state/-/{key}")
    samples = {}

    def complete():
        samples.update(auto.metrics())
        return any(name == DURATION + "_count" for name, _ in samples)

    until(complete)
    counts = {labels: v for (name, labels), v in samples.items() if name == DURATION + "_count"}
    for labels, count in counts.items():
        assert {k for k, _ in labels} == {"route", "method"}
        buckets = sorted(
            (float(dict(l)["le"]), v) for (name, l), v in samples.items()
            if name == DURATION + "_bucket" and labels <= l)
        assert buckets[-1] == (float("inf"), count)
        assert [v for _, v in buckets] == sorted(v for _, v in buckets), "cumulative"
    assert sum(counts.values()) > 0


def test_the_process_and_the_build_are_told(auto):
    names = {name for name, _ in auto.metrics()}
    for name in ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                 "daprgw_build_info"):
        assert name in names, sorted(names)
    assert auto.gauge("^process_open_fds$") > 5
    assert 1e6 < auto.gauge("^process_resident_memory_bytes$") < 1e9
    assert [n for n in names if n.startswith("daprgw_sidecar_")]


def test_in_flight_and_streams_go_up_and_down(stage):
    gateway = stage.gateway
    until(lambda: gateway.gauge("http_.*in_?flight") == 0, what="rest")
    with gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/pyapp/slow"))
        assert stage.opened.wait(10)
        until(lambda: gateway.gauge("http_.*in_?flight") == 1, what="one in flight")
        until(lambda: gateway.gauge("sidecar_.*streams") >= 1, what="one stream")
        stage.go_on.set()
        assert connection.response().status == 200
    until(lambda: gateway.gauge("http_.*in_?flight") == 0, what="none in flight")
    until(lambda: gateway.gauge("sidecar_.*streams") == 0, what="no stream")


def test_one_line_of_log_does_not_hold_secrets(sidecar, start):
    gateway = start(Gateway, sidecar, "auto", {"log": {"level": "debug"}})
    password = gateway.get("/v1/secrets/-/db-password").text
    gateway.get("/v1/metadata", {"Authorization": "Bearer very-secret-token"})
    gateway.stop()
    assert password not in gateway.stderr + gateway.stdout
    assert "very-secret-token" not in gateway.stderr + gateway.stdout


def test_parse_metrics_reads_what_it_should():
    text = '# HELP a b\na{x="1",y="q\\"z"} 2\nb 3.5\n'
    assert parse_metrics(text) == {
        ("a", frozenset({("x", "1"), ("y", 'q\\"z')})): 2, ("b", frozenset()): 3.5}
