"""The Greeter, and a development sidecar that proxies to it."""

import json
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "replay"))

import greeter  # noqa: E402
from sidecars import PROGRAM  # noqa: E402


@pytest.fixture(scope="module")
def sidecar():
    """The ports of a sidecar that knows the app `greeter`."""
    server, port = greeter.server()
    process = subprocess.Popen(
        [PROGRAM, "sidecar", "--http-port", "0", "--grpc-port", "0"]
        + ["--app", f"greeter=grpc://127.0.0.1:{port}"],
        stdout=subprocess.PIPE,
    )
    yield json.loads(process.stdout.readline())
    process.terminate()
    assert process.wait(10) == 0
    server.stop(0)


@pytest.fixture(scope="module")
def channel(sidecar):
    with grpc.insecure_channel(f"127.0.0.1:{sidecar['grpc']}") as opened:
        yield opened
