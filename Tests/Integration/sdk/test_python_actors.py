"""Actors, metadata, health and shutdown with the official Dapr Python SDK, unmodified."""

import asyncio
import json
import subprocess

import pytest
import requests
from dapr.actor import ActorId, ActorInterface, ActorProxy, actormethod
from dapr.clients import DaprClient
from dapr.clients.exceptions import DaprInternalError
from dapr.clients.health import DaprHealth
from dapr.clients.http.dapr_actor_http_client import DaprActorHttpClient
from dapr.conf import settings
from dapr.serializers import DefaultJSONSerializer

from gateways import http_port
from sidecars import PROGRAM

pytestmark = pytest.mark.parametrize("way", ["sidecar", "gateway"], indirect=True)


class Process:
    """A sidecar with actors, which no recorded one has."""

    def __init__(self):
        options = ["--http-port", "0", "--grpc-port", "0", "--app-id", "echo-app"]
        self.process = subprocess.Popen(
            [PROGRAM, "sidecar", *options, "--actor-type", "DemoActor"], stdout=subprocess.PIPE
        )
        self.ports = json.loads(self.process.stdout.readline())

    def url(self, path):
        return f"http://127.0.0.1:{self.ports['http']}/v1.0/{path}"

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def sidecar(way, gateways, monkeypatch):
    process = Process()
    monkeypatch.setattr(settings, "DAPR_HTTP_PORT", http_port(process, way, gateways))
    monkeypatch.setattr(settings, "DAPR_GRPC_PORT", process.ports["grpc"])
    yield process
    process.stop()


class DemoInterface(ActorInterface):
    """What the echo app is asked as an actor: it answers with the call."""

    @actormethod(name="Greet")
    async def greet(self, data: object) -> object: ...

    @actormethod(name="Look")
    async def look(self) -> object: ...

    @actormethod(name="fail")
    async def fail(self) -> object: ...


def proxy(id):
    return ActorProxy.create("DemoActor", ActorId(id), DemoInterface)


def test_methods_are_invoked_with_values(sidecar):
    answer = asyncio.run(proxy("1").Greet({"name": "Ada"}))
    assert answer["method"] == "PUT"
    assert answer["path"] == "/actors/DemoActor/1/method/Greet"
    assert json.loads(answer["body"]) == {"name": "Ada"}
    assert asyncio.run(proxy("1").Look())["path"] == "/actors/DemoActor/1/method/Look"


def test_bytes_are_invoked_as_they_are(sidecar):
    answer = asyncio.run(proxy("2").invoke_method("Greet", b"\x01raw"))
    assert json.loads(answer)["body"] == "\x01raw"


def test_a_method_that_fails_is_an_error(sidecar):
    with pytest.raises(DaprInternalError, match="error from actor service: \\(500\\) boom"):
        asyncio.run(proxy("1").fail())


def test_state_reminders_and_timers(sidecar):
    async def run():
        client = DaprActorHttpClient(DefaultJSONSerializer())
        await client.invoke_method("DemoActor", "1", "Look")
        operation = {"operation": "upsert", "request": {"key": "k", "value": {"a": 1}}}
        await client.save_state_transactionally(
            "DemoActor", "1", json.dumps([operation]).encode()
        )
        assert json.loads(await client.get_state("DemoActor", "1", "k")) == {"a": 1}
        # The forms of the SDK's runtime: Go's durations, with days as hours, and base64 data.
        reminder = {"reminderName": "r", "dueTime": "0h0m0s0ms0μs", "period": "", "data": "AQ=="}
        await client.register_reminder("DemoActor", "1", "r", json.dumps(reminder).encode())
        timer = {"callback": "tick", "data": 5, "dueTime": "0h0m0s10ms0μs", "period": ""}
        await client.register_timer("DemoActor", "1", "t", json.dumps(timer).encode())
        events = []
        for _ in range(200):
            events += requests.get(sidecar.url("invoke/echo-app/method/_take"), timeout=5).json()
            if len(events) == 2:
                break
            await asyncio.sleep(0.02)
        assert sorted(event["path"] for event in events) == [
            "/actors/DemoActor/1/method/remind/r",
            "/actors/DemoActor/1/method/timer/t",
        ]
        await client.unregister_reminder("DemoActor", "1", "r")
        await client.unregister_timer("DemoActor", "1", "t")

    asyncio.run(run())


def test_metadata_health_and_shutdown(sidecar):
    DaprHealth.wait_for_sidecar()
    asyncio.run(proxy("1").Look())
    with DaprClient(f"127.0.0.1:{sidecar.ports['grpc']}") as client:
        assert client.set_metadata("colour", "blue")
        metadata = client.get_metadata()
        assert metadata.application_id == "echo-app"
        assert metadata.extended_metadata["colour"] == "blue"
        assert metadata.registered_components[0].name == "statestore"
        with pytest.warns(DeprecationWarning):
            client.wait(5)
        client.shutdown()
    assert sidecar.process.wait(10) == 0
