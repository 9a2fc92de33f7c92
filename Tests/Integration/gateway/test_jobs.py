"""`/v1/jobs/{name}`: scheduled jobs."""

import json

import pytest

from blackbox.problems import problem


def put(gateway, name, job, fields=None):
    body = job if isinstance(job, bytes) else json.dumps(job)
    return gateway.put(f"/v1/jobs/{name}", body, fields)


def test_from_put_to_delete(gateway, key):
    url = f"/v1/jobs/{key}"
    problem(gateway.get(url), 404, "not-found", key)
    job = {"schedule": "@every 1h", "repeats": 3, "data": {"id": 17, "s": ["x"]}, "ttl": "5h",
           "failurePolicy": {"constant": {"interval": "2s", "maxRetries": 4}}}
    assert put(gateway, key, job).status == 204
    read = gateway.get(url)
    assert (read.status, read.media_type) == (200, "application/json")
    assert read.json["name"] == key
    for member in ("schedule", "repeats", "data", "failurePolicy"):
        assert read.json[member] == job[member], member
    assert put(gateway, key, {"dueTime": "3600"}).status == 204, "it is replaced"
    assert "schedule" not in gateway.get(url).json
    problem(put(gateway, key, {"dueTime": "1h"}, {"If-None-Match": "*"}), 412, "precondition-failed", key)
    assert gateway.delete(url).status == 204
    assert gateway.delete(url).status == 204
    assert put(gateway, key, {"dueTime": "1h"}, {"If-None-Match": "*"}).status == 204
    assert gateway.delete(url).status == 204


def test_a_job_that_gives_a_run_up(gateway, key):
    assert put(gateway, key, {"dueTime": "1h", "failurePolicy": {"drop": {}}}).status == 204
    assert gateway.get(f"/v1/jobs/{key}").json["failurePolicy"] == {"drop": {}}
    gateway.delete(f"/v1/jobs/{key}")


def test_bytes_go_over_grpc(gateway, key):
    response = put(gateway, key, {"dueTime": "1h", "base64": "/wA="})
    if gateway.protocol == "http":
        problem(response, 501, "not-supported", "gRPC")
    else:
        assert response.status == 204
        assert gateway.get(f"/v1/jobs/{key}").json["base64"] == "/wA="
        gateway.delete(f"/v1/jobs/{key}")


def test_a_schedule_that_the_scheduler_does_not_read(gateway, key):
    problem(put(gateway, key, {"schedule": "now and then"}), 400, "invalid-argument")


@pytest.mark.parametrize("job, mentions", [
    (b"", "JSON"), (b"[]", "object"), (b"\xff", "JSON"), ({}, ["schedule", "dueTime"]),
    ({"dueTime": "later"}, "later"), ({"schedule": 5}, "schedule"), ({"dueTime": "1s", "repeats": 0}, "repeats"),
    ({"dueTime": "1s", "overwrite": True}, "overwrite"), ({"dueTim": "1s"}, "dueTime"),
    ({"dueTime": "1s", "data": 1, "base64": ""}, "both"), ({"dueTime": "1s", "failurePolicy": {}}, "drop"),
])
def test_bad_jobs(auto, key, job, mentions):
    problem(put(auto, key, job), 400, "invalid-body", mentions)


@pytest.mark.parametrize("name", ["%20", "a%2fb", "%2e", "", "n" * 257, "a%00"])
def test_bad_names(auto, name):
    problem(put(auto, name, {"dueTime": "1h"}), 400)


@pytest.mark.parametrize("fields", [{"If-Match": "*"}, {"If-None-Match": '"1"'}])
def test_conditions_that_mean_nothing(auto, key, fields):
    problem(put(auto, key, {"dueTime": "1h"}, fields), 400, "invalid-header")
