"""A real HTTP app, and a development sidecar to which it belongs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "replay"))

import http_app  # noqa: E402
from sidecars import PROGRAM  # noqa: E402


@pytest.fixture
def app():
    with http_app.running() as made:
        yield made


@pytest.fixture
def sidecar(app, tmp_path):
    """The ports of a sidecar whose own app this is; others reach it as `shop`."""
    components = tmp_path / "components.json"
    target = {"url": f"http://127.0.0.1:{app.port}/bound"}
    components.write_text(
        json.dumps(
            [
                {"name": "pubsub", "type": "pubsub.in-memory"},
                {"name": "statestore", "type": "state.in-memory", "metadata": {"actorStateStore": "true"}},
                {"name": "web", "type": "bindings.http", "metadata": target},
            ]
        )
    )
    process = subprocess.Popen(
        [PROGRAM, "sidecar", "--http-port", "0", "--grpc-port", "0", "--app-id", "own"]
        + ["--app-port", str(app.port), "--components", str(components)]
        + ["--app", f"shop=http://127.0.0.1:{app.port}", "--app", "gone=http://127.0.0.1:1"],
        stdout=subprocess.PIPE,
    )
    yield json.loads(process.stdout.readline())
    process.terminate()
    assert process.wait(10) == 0
