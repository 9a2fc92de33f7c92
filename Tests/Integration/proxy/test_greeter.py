"""A real gRPC app behind the development sidecar: called by grpcio, and by Swift's `proxy`."""

import os
import subprocess
from pathlib import Path

import grpc
import pytest
from dapr.clients import DaprClient
from dapr.clients.exceptions import DaprHttpError
from dapr.conf import settings
from google.protobuf.wrappers_pb2 import StringValue
from grpc_status import rpc_status

ROOT = Path(__file__).resolve().parents[3]
NOTE = (("dapr-app-id", "greeter"), ("x-note", "hi"), ("x-note-bin", b"\x00\xff"))
BEFORE = {"x-before": "hi", "x-before-bin": b"\x00\xff"}
AFTER = {"x-after": "hi", "x-after-bin": b"\x00\xff"}


def method(channel, kind, name):
    return getattr(channel, kind)(
        f"/helloworld.Greeter/{name}",
        request_serializer=StringValue.SerializeToString,
        response_deserializer=StringValue.FromString,
    )


def names(*texts):
    return iter([StringValue(value=text) for text in texts])


def test_unary(channel):
    say_hello = method(channel, "unary_unary", "SayHello")
    reply, call = say_hello.with_call(StringValue(value="Ada"), metadata=NOTE, timeout=10)
    assert reply.value == "Hello Ada"
    assert BEFORE.items() <= dict(call.initial_metadata()).items()
    assert AFTER.items() <= dict(call.trailing_metadata()).items()


def test_server_streaming(channel):
    call = method(channel, "unary_stream", "GreetMany")(StringValue(value="Ada"), metadata=NOTE)
    assert [reply.value for reply in call] == ["Hello Ada 0", "Hello Ada 1", "Hello Ada 2"]
    assert AFTER.items() <= dict(call.trailing_metadata()).items()


def test_client_streaming(channel):
    greet_all = method(channel, "stream_unary", "GreetAll")
    assert greet_all(names("Ada", "Grace"), metadata=NOTE).value == "Hello Ada and Grace"


def test_bidirectional(channel):
    call = method(channel, "stream_stream", "Chat")(names("Ada", "Grace"), metadata=NOTE)
    assert [reply.value for reply in call] == ["Hello Ada", "Hello Grace"]


def test_an_error_keeps_its_details(channel):
    with pytest.raises(grpc.RpcError) as caught:
        method(channel, "unary_unary", "SayHello")(StringValue(value="nobody"), metadata=NOTE)
    status = rpc_status.from_call(caught.value)
    assert (status.code, status.message) == (3, "nobody is thére")
    assert status.details[0].type_url.endswith("google.rpc.ErrorInfo")


def test_an_unknown_method_is_the_apps_business(channel):
    with pytest.raises(grpc.RpcError) as caught:
        method(channel, "unary_unary", "NoSuch")(StringValue(), metadata=NOTE)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_a_deadline_reaches_the_app(channel):
    hurry = method(channel, "unary_unary", "SayHello")
    assert hurry(StringValue(value="hurry"), metadata=NOTE, timeout=60).value == "some"
    with pytest.raises(grpc.RpcError) as caught:
        say_hello = method(channel, "unary_unary", "SayHello")
        say_hello(StringValue(value="sleeper"), metadata=NOTE, timeout=0.3)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_daprs_python_sdk(sidecar, monkeypatch):
    monkeypatch.setattr(settings, "DAPR_HTTP_PORT", sidecar["http"])
    with DaprClient(f"127.0.0.1:{sidecar['grpc']}") as client:
        response = client.invoke_method("greeter", "hello", b"Ada", http_verb="POST")
        assert StringValue.FromString(response.data).value == "Hello Ada"
        assert response.content_type == "application/x-greeting"
        with pytest.raises(DaprHttpError, match="status code: 400"):
            client.invoke_method("greeter", "hello", b"nobody", http_verb="POST")


def test_swift(sidecar):
    """The live tests of `proxy` in Tests/DaprClientTests/GreeterTests.swift."""
    run = subprocess.run(
        ["swift", "test", "--skip-build", "--filter", "GreeterTests"],
        cwd=ROOT,
        env=os.environ | {"DAPRGW_GREETER_SIDECAR": f"127.0.0.1:{sidecar['grpc']}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Test run with 3 tests" in run.stdout, run.stdout
