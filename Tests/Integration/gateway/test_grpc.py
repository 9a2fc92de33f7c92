"""`POST /v1/grpc/{app}/{service}/{method}` before a real gRPC app: the Greeter of the proxy tests."""

import base64
import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from google.rpc import status_pb2

from blackbox import grpc_web
from blackbox.problems import problem
from blackbox.processes import Gateway, Sidecar, free_port, run
from blackbox.waiting import until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "proxy"))

import greeter  # noqa: E402

PATH = "/v1/grpc/greeter/helloworld.Greeter/"
PROTOBUF = {"Content-Type": "application/x-protobuf"}
NOTE = {"X-Note": "hi", "X-Note-Bin": base64.b64encode(b"\x00\xff").decode()}


@pytest.fixture(scope="module")
def sidecar():
    server, port = greeter.server()
    process = Sidecar("--app", f"greeter=grpc://127.0.0.1:{port}",
                      "--app", f"gone=grpc://127.0.0.1:{free_port()}")
    yield process
    process.stop()
    server.stop(0)


@pytest.fixture(scope="module")
def gateway(sidecar):
    process = Gateway(sidecar, "auto")
    yield process
    assert process.stop() == 0, process.report()


@pytest.fixture(scope="module")
def describing(sidecar, tmp_path_factory):
    """A gateway whose configuration describes the Greeter."""
    folder = tmp_path_factory.mktemp("descriptors")
    (folder / "greeter.proto").write_text("""
        syntax = "proto3";
        package helloworld;
        message HelloRequest { string name = 1; }
        message HelloReply { string message = 1; }
        service Greeter {
          rpc SayHello(HelloRequest) returns (HelloReply);
          rpc GreetMany(HelloRequest) returns (stream HelloReply);
          rpc Drip(HelloRequest) returns (stream HelloReply);
        }""")
    subprocess.run(["protoc", "--include_imports", "--descriptor_set_out=greeter.pb", "greeter.proto"],
                   cwd=folder, check=True)
    process = Gateway(sidecar, "grpc", {"grpc": {"descriptorSets": [str(folder / "greeter.pb")]}})
    yield process
    assert process.stop() == 0, process.report()


def hello(text):
    data = text.encode()
    return b"\x0a" + bytes([len(data)]) + data


def check_notes(response, where):
    for time_ in where:
        assert response[f"x-{time_}"] == "hi"
        assert base64.b64decode(response[f"x-{time_}-bin"] + "==") == b"\x00\xff"


# Protobuf


def test_protobuf(gateway):
    response = gateway.post(PATH + "SayHello", hello("Ada"), {**PROTOBUF, **NOTE})
    assert (response.status, response.body) == (200, hello("Hello Ada"))
    assert response.media_type == "application/x-protobuf"
    check_notes(response, ["before", "after"])


def test_an_error_has_the_status_and_its_details(gateway):
    document = problem(gateway.post(PATH + "SayHello", hello("nobody"), PROTOBUF), 400,
                       "grpc-invalid-argument", "nobody is thére")
    status = document["grpc"]
    assert (status["status"], status["name"]) == (3, "INVALID_ARGUMENT")
    assert status["message"] == "nobody is thére"
    assert status["details"][0]["reason"] == "NOBODY"
    assert "dapr" not in document


def test_what_is_not_there(gateway):
    post = lambda path: gateway.post(path, hello("x"), PROTOBUF)  # noqa: E731
    problem(post(PATH + "NoSuch"), 501, "grpc-unimplemented")
    problem(post("/v1/grpc/nobody/helloworld.Greeter/SayHello"), 404, "no-such-app", "nobody")
    problem(post("/v1/grpc/gone/helloworld.Greeter/SayHello"), 502, "app-unreachable")


@pytest.mark.parametrize("service", [
    "dapr.proto.runtime.v1.Dapr/GetMetadata", "dapr.proto.runtime.v1.AppCallback/OnInvoke",
    "TaskHubSidecarService/Hello", "d%61pr.proto.runtime.v1.Dapr/Shutdown"])
def test_the_sidecars_own_services_are_not_reached(gateway, service):
    for kind in ("application/x-protobuf", "application/json", "application/grpc-web+proto"):
        response = gateway.post(f"/v1/grpc/greeter/{service}", b"", {"Content-Type": kind})
        problem(response, 403, "forbidden")


def test_the_deadline_reaches_the_app_and_holds(gateway):
    hurry = gateway.post(PATH + "SayHello", hello("hurry"), PROTOBUF)
    assert hurry.body == hello("some")
    start = time.monotonic()
    problem(gateway.post(PATH + "SayHello?timeout=300ms", hello("sleeper"), PROTOBUF), 504)
    problem(gateway.post(PATH + "SayHello", hello("sleeper"), {**PROTOBUF, "grpc-timeout": "300m"}), 504)
    assert 0.5 < time.monotonic() - start < 5


# gRPC-Web


@pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
def test_web_unary(gateway, is_text):
    response, answer = grpc_web.call(gateway, PATH + "SayHello", hello("Ada"), is_text, **NOTE)
    assert (answer.messages, answer.status) == ([hello("Hello Ada")], 0)
    check_notes(response, ["before"])
    check_notes(answer.trailers, ["after"])


@pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
def test_web_streaming(gateway, is_text):
    _, answer = grpc_web.call(gateway, PATH + "GreetMany", hello("Ada"), is_text)
    assert answer.messages == [hello(f"Hello Ada {index}") for index in range(3)]
    assert answer.status == 0


@pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
def test_web_errors(gateway, is_text):
    _, answer = grpc_web.call(gateway, PATH + "SayHello", hello("nobody"), is_text)
    assert (answer.messages, answer.status, answer.message) == ([], 3, "nobody is thére")
    details = status_pb2.Status.FromString(
        base64.b64decode(answer.trailers["grpc-status-details-bin"] + "=="))
    assert details.details[0].type_url.endswith("google.rpc.ErrorInfo")
    for path, status in [(PATH + "NoSuch", 12), ("/v1/grpc/nobody/helloworld.Greeter/SayHello", 2),
                         ("/v1/grpc/gone/helloworld.Greeter/SayHello", 14)]:
        assert grpc_web.call(gateway, path, b"", is_text)[1].status == status
    _, late = grpc_web.call(gateway, PATH + "SayHello", hello("sleeper"), is_text, grpc_timeout="300m")
    assert late.status == 4


def open_stream(gateway, method, fields, body):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.request("POST", PATH + method, body, fields)
    return connection, connection.getresponse()


@pytest.mark.parametrize("is_text", [False, True], ids=["binary", "text"])
def test_web_messages_come_when_they_are_sent(gateway, is_text):
    greeter.go_on.clear()
    connection, response = open_stream(
        gateway, "Drip", *grpc_web.request(hello("Ada"), is_text))
    reader = grpc_web.Reader(is_text)
    while not reader.messages:
        reader.feed(response.read1())
    assert len(reader.messages) == 1 and reader.trailers is None
    greeter.go_on.set()
    reader.feed(response.read())
    assert len(reader.end().messages) == 2 and reader.status == 0
    connection.close()


def test_who_does_not_read_holds_the_app_up_and_who_leaves_ends_the_call(gateway):
    headers, body = grpc_web.request(hello("Ada"), grpc_timeout="30S")
    connection, response = open_stream(gateway, "Flood", headers, body)
    response.read1(10)

    def has_stopped():
        before = greeter.Flood.sent
        time.sleep(0.5)
        return before > 0 and greeter.Flood.sent == before

    until(has_stopped, timeout=15, what="the app to be held up")
    # Windows and buffers on the way, but not what an unbounded reader would take.
    assert greeter.Flood.sent * 65536 < 32 << 20
    assert not greeter.Flood.is_over.is_set()
    response.close()
    connection.close()
    assert greeter.Flood.is_over.wait(10)


# JSON


def both(function):
    """By the configuration's descriptors, and by the app's reflection."""
    return pytest.mark.parametrize("by", ["describing", "gateway"])(function)


@both
def test_json(request, by):
    gateway = request.getfixturevalue(by)
    response = gateway.post(PATH + "SayHello", '{"name":"Ada"}', NOTE)
    assert (response.status, response.json) == (200, {"message": "Hello Ada"})
    assert response.media_type == "application/json"
    check_notes(response, ["before", "after"])
    problem(gateway.post(PATH + "SayHello", '{"nme":"Ada"}'), 400, "invalid-body", "nme: helloworld")
    problem(gateway.post(PATH + "SayHello", '{"name":"nobody"}'), 400, "grpc-invalid-argument")
    problem(gateway.post(PATH + "NoSuch", "{}"), 404, "not-found", "NoSuch")


@both
def test_json_streaming(request, by):
    gateway = request.getfixturevalue(by)
    response = gateway.post(PATH + "GreetMany", '{"name":"Ada"}')
    assert response.media_type == "application/x-ndjson"
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert lines == [{"message": f"Hello Ada {index}"} for index in range(3)]
    problem(gateway.post(PATH + "Drip", '{"name":"nobody"}'), 400, "grpc-invalid-argument")


def test_lines_come_when_they_are_sent(gateway):
    greeter.go_on.clear()
    connection, response = open_stream(gateway, "Drip", {}, b'{"name":"Ada"}')
    assert json.loads(response.readline()) == {"message": "Hello Ada"}
    greeter.go_on.set()
    assert json.loads(response.readline()) == {"message": "Hello Ada"}
    assert response.read() == b""
    connection.close()


def test_a_stream_that_breaks_says_why_and_ends_as_one_that_is_not_complete(gateway):
    greeter.go_on.clear()
    connection, response = open_stream(gateway, "Drip?timeout=500ms", {}, b'{"name":"Ada"}')
    assert json.loads(response.readline()) == {"message": "Hello Ada"}
    last = json.loads(response.readline())
    assert last["type"].rpartition("/")[2] in ("deadline-exceeded", "grpc-deadline-exceeded")
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()
    greeter.go_on.set()


def test_what_json_cannot_do(gateway):
    problem(gateway.post(PATH + "GreetAll", "{}"), 501, "not-supported", "GreetAll")
    problem(gateway.post("/v1/grpc/greeter/helloworld.Other/M", "{}"), 404, "not-found", "helloworld.Other")
    problem(gateway.post("/v1/grpc/nobody/helloworld.Greeter/SayHello", "{}"), 404, "no-such-app")
    problem(gateway.post(PATH + "SayHello", "x", {"Content-Type": "text/plain"}), 415)


def test_a_sidecar_without_grpc(sidecar, start):
    gateway = start(Gateway, sidecar, "http")
    for kind in ("application/x-protobuf", "application/json"):
        response = gateway.post(PATH + "SayHello", b"", {"Content-Type": kind})
        problem(response, 501, "not-supported")


# The configuration


def test_a_bad_descriptor_set_is_named(tmp_path):
    bad, file = tmp_path / "bad.pb", tmp_path / "daprgw.yaml"
    bad.write_bytes(b"\xff")
    file.write_text(f"grpc: {{descriptorSets: [{bad}, /nonexistent.pb]}}")
    for command in ("check", "serve"):
        done = run(command, "--config", file)
        assert done.returncode == 78, done
        assert str(bad) in done.stderr and "/nonexistent.pb: open: No such file" in done.stderr
