"""Fixtures of the black-box suite: one development sidecar, and a gateway per protocol before it.

With BLACKBOX_HTTP1=1 the sidecars do not speak h2c, so that a gateway has to get by with HTTP/1.1.
"""

import itertools
import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from blackbox.app import SUBSCRIPTIONS, EchoApp, Stage  # noqa: E402
from blackbox.processes import BINARY, PROTOCOLS, Gateway, Process, Sidecar, free_port  # noqa: E402


def pytest_sessionstart(session):
    if not Path(BINARY).exists():
        pytest.exit(f"{BINARY} is missing: swift build --product daprgw", returncode=3)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    # It asks for every problem type that was seen, so it comes last.
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


@pytest.fixture(scope="session")
def sidecar():
    process = Sidecar(subscriptions=SUBSCRIPTIONS)
    yield process
    process.stop()


@pytest.fixture(scope="session")
def app(sidecar):
    """The app that the sidecar belongs to."""
    return EchoApp(sidecar)


@pytest.fixture(scope="session")
def staged():
    stage = Stage()
    gateway = Gateway(None, "http", http=stage.port, grpc=free_port(), await_ready=True)
    yield gateway, stage
    gateway.stop()
    stage.close()


@pytest.fixture
def stage(staged):
    """A sidecar whose app waits until the test lets it go on; `stage.gateway` is before it."""
    gateway, stage = staged
    stage.reset()
    stage.gateway = gateway
    yield stage
    stage.go_on.set()
    assert gateway.is_running, gateway.report()


@pytest.fixture(scope="session")
def gateways(sidecar):
    """The gateway of each protocol, started when first asked for."""
    running = {}

    def gateway(protocol):
        if protocol not in running:
            running[protocol] = Gateway(sidecar, protocol)
        return running[protocol]

    yield gateway
    for process in running.values():
        status = process.stop()
        assert status == 0, process.report()


@pytest.fixture(scope="session", params=PROTOCOLS)
def gateway(request, gateways):
    """A gateway, for each protocol in turn."""
    return gateways(request.param)


@pytest.fixture(scope="session")
def auto(gateways):
    """The gateway as it is configured by default, for what has nothing to do with the protocol."""
    return gateways("auto")


@pytest.fixture(autouse=True)
def alive(request):
    """No test may take a shared process down, whatever it sent."""
    yield
    for name in ("gateway", "auto", "sidecar"):
        if name in request.fixturenames:
            process = request.getfixturevalue(name)
            assert process.is_running, process.report()


@pytest.fixture
def start():
    """Starts processes that end with the test: `start(Gateway, sidecar, protocol="http")`."""
    started = []

    def start(kind, *arguments, **more):
        process = kind(*arguments, **more)
        started.append(process)
        return process

    yield start
    for process in reversed(started):
        if isinstance(process, Process) and process.is_running:
            process.stop(30)


numbers = itertools.count()


@pytest.fixture
def key():
    """A key that no other test uses."""
    return f"k{next(numbers)}-{uuid.uuid4().hex[:8]}"
