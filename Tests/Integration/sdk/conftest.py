"""A development sidecar for the scripts of this folder."""

import sys
from pathlib import Path

import pytest
from dapr.clients import DaprClient
from dapr.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "replay"))

from gateways import Gateways, http_port  # noqa: E402
from renaming import NoRenaming  # noqa: E402
from sidecars import Sidecars  # noqa: E402


@pytest.fixture
def sidecars(tmp_path):
    """Fresh ones: the recordings begin with nothing stored."""
    with Sidecars(NoRenaming(), tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def module_sidecars(tmp_path_factory):
    with Sidecars(NoRenaming(), tmp_path_factory.mktemp("sidecar")) as running:
        yield running


@pytest.fixture(scope="module")
def sidecar(module_sidecars):
    return module_sidecars.get("echo-app")


@pytest.fixture(scope="module")
def gateways():
    with Gateways() as running:
        yield running


@pytest.fixture
def way(request):
    """Where the HTTP API is asked: "sidecar", or "gateway" for one with `nativeApi` before it."""
    return getattr(request, "param", "sidecar")


@pytest.fixture
def client(sidecar, way, gateways, monkeypatch):
    """The SDK's client of `sidecar`, which asks over HTTP whether it is healthy."""
    monkeypatch.setattr(settings, "DAPR_HTTP_PORT", http_port(sidecar, way, gateways))
    monkeypatch.setattr(settings, "DAPR_GRPC_PORT", sidecar.ports["grpc"])
    monkeypatch.setattr(settings, "DAPR_HEALTH_TIMEOUT", 20)
    with DaprClient(f"127.0.0.1:{sidecar.ports['grpc']}") as client:
        yield client
