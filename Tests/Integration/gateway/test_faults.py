"""Sidecars that are absent or die, clients that hang up, limits, and the end."""

import signal
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from blackbox.problems import problem
from blackbox.processes import PROTOCOLS, Gateway, Sidecar, free_port
from blackbox.rawhttp import Connection, NoAnswer, exchange, request_bytes
from blackbox.waiting import until


@pytest.fixture(scope="module")
def slow_sidecar():
    """A sidecar that takes two seconds for everything."""
    process = Sidecar(latency=2000)
    yield process
    process.stop()


# The sidecar is absent, comes, goes


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_without_a_sidecar_and_back(start, protocol):
    http, grpc = free_port(), free_port()
    gateway = start(Gateway, None, protocol, http=http, grpc=grpc)
    assert gateway.ask_admin("/livez").status == 200
    readiness = gateway.ask_admin("/readyz")
    assert readiness.status == 503
    verbose = gateway.ask_admin("/readyz?verbose")
    assert verbose.status == 503
    assert "refused" in verbose.text.lower() or "connect" in verbose.text.lower(), verbose.text
    assert gateway.get("/healthz").status == 503
    for method, target in [("GET", "/v1/state/-/a"), ("GET", "/v1/secrets/-/a"),
                           ("GET", "/v1/metadata"), ("POST", "/v1/publish/-/t"),
                           ("GET", "/v1/invoke/echo/x")]:
        began = time.monotonic()
        response = gateway.ask(method, target, None, b"" if method == "POST" else None)
        problem(response, 503, "sidecar-unavailable")
        assert int(response["retry-after"]) >= 1
        assert time.monotonic() - began < 5, "fails fast"
    assert gateway.get("/").status == 200, "our own pages need no sidecar"

    sidecar = start(Sidecar, http=http, grpc=grpc)
    gateway.wait_ready(25)  # the back-off is at most 10 s, and each shard has its own
    until(lambda: gateway.get("/v1/state/-/a").status == 404, timeout=12, what="an answer")
    assert gateway.get("/healthz").status == 200

    sidecar.kill()
    until(lambda: gateway.ask_admin("/readyz").status == 503, what="/readyz to fail")
    problem(gateway.get("/v1/state/-/a"), 503, "sidecar-unavailable")
    start(Sidecar, http=http, grpc=grpc)
    gateway.wait_ready(25)
    until(lambda: gateway.put("/v1/state/-/a", b"1").status == 204, timeout=12, what="a write")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_sidecar_killed_with_requests_in_flight(start, protocol):
    sidecar = start(Sidecar, latency=20_000)
    gateway = start(Gateway, sidecar, protocol, await_ready=False)
    count = 50
    connections = [gateway.connect(30) for _ in range(count)]
    for n, connection in enumerate(connections):
        if n % 2:
            connection.send(request_bytes("PUT", f"/v1/state/-/k{n}", None, b"1"))
        else:
            connection.send(request_bytes("GET", f"/v1/state/-/k{n}"))
    until(lambda: gateway.gauge("http_.*in_?flight") == count, what="all in flight")
    sidecar.kill()
    for n, connection in enumerate(connections):
        response = connection.response()
        assert response.status in (502, 503, 504), response.body
        problem(response, response.status)
        assert connection.is_open(0), "one answer, and the connection stays"
    for connection in connections:
        connection.close()
    until(lambda: gateway.gauge("http_.*in_?flight") == 0, what="none in flight")


def test_a_sidecar_that_ends_properly(start):
    """SIGTERM at the sidecar: GOAWAY is routine."""
    http, grpc = free_port(), free_port()
    sidecar = start(Sidecar, http=http, grpc=grpc)
    gateway = start(Gateway, sidecar, "auto")
    assert gateway.put("/v1/state/-/a", b"1").status == 204
    sidecar.stop()
    response = gateway.get("/v1/state/-/a")
    problem(response, 503, "sidecar-unavailable")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_listens_is_no_sidecar(start, protocol):
    """A web server where the sidecar should be: an answer, not a hang."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = threading.Event()

        def serve():
            listener.settimeout(0.1)
            while not done.is_set():
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                client.settimeout(1)
                try:
                    client.recv(1000)
                    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                                   b"Connection: close\r\n\r\n")
                except OSError:
                    pass
                client.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            gateway = start(Gateway, None, protocol, http=port, grpc=port)
            response = gateway.get("/v1/state/-/a?timeout=3s")
            assert response.status in (502, 503, 504), response.body
            problem(response, response.status)
            assert gateway.ask_admin("/readyz").status == 503
        finally:
            done.set()
            thread.join()


# Deadlines


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_deadline(slow_sidecar, start, protocol):
    gateway = start(Gateway, slow_sidecar, protocol, await_ready=False)
    for method, target in [("GET", "/v1/state/-/a"), ("PUT", "/v1/state/-/a"),
                           ("POST", "/v1/publish/-/t"), ("GET", "/v1/secrets/-/db-password")]:
        began = time.monotonic()
        response = gateway.ask(
            method, target + "?timeout=300ms", None, None if method == "GET" else b"1")
        problem(response, 504, "deadline-exceeded")
        assert 0.25 < time.monotonic() - began < 1.8, "the sidecar was not waited for"
    assert gateway.get("/v1/state/-/a?timeout=9s").status in (200, 404)
    until(lambda: gateway.gauge("sidecar_.*streams") == 0, what="no stream is left")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_deadline_of_an_invocation_is_the_configurations(start, slow_sidecar, protocol):
    """`?timeout=` belongs to the app there."""
    gateway = start(Gateway, slow_sidecar, protocol, {"limits": {"timeout": "500ms"}},
                    await_ready=False)
    problem(gateway.get("/v1/invoke/pyapp/x?timeout=5s"), 504, "deadline-exceeded")


# Clients that hang up


def abort(connection):
    """Ends a connection with a reset, as a client that crashed."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hang_up(gateway, n):
    ways = [
        b"GET /v1/state/-/a HT",  # in the request line
        b"GET /v1/state/-/a HTTP/1.1\r\nHost: localh",  # in a field
        request_bytes("PUT", "/v1/state/-/gone", {"Content-Length": "100000"}) + b"x" * 5000,
        request_bytes("PUT", "/v1/state/-/gone", [("Transfer-Encoding", "chunked")]) + b"5\r\nab",
        request_bytes("GET", "/v1/state/-/a"),  # while waiting for the answer
        request_bytes("PUT", "/v1/state/-/b", None, b"1"),
        request_bytes("GET", "/v1/invoke/pyapp/x"),
        request_bytes("GET", "/v1/invoke/pyapp/large?n=1000000"),
        request_bytes("POST", "/v1/invoke/pyapp/upload", {"Content-Length": "100000"}) + b"x" * 500,
        request_bytes("GET", "/v1/metadata") * 20,  # with more of them in the pipeline
    ]
    connection = gateway.connect()
    connection.send(ways[n % len(ways)])
    if n // len(ways) % 2:
        abort(connection)
    else:
        connection.close()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_clients_that_hang_up_leak_nothing(start, protocol):
    sidecar = start(Sidecar, latency=20)
    gateway = start(Gateway, sidecar, protocol)
    for _ in range(3):  # warm: connections to the sidecar, first allocations
        gateway.get("/v1/state/-/a")
        gateway.get("/v1/invoke/pyapp/there")

    def now():
        return {
            "descriptors": gateway.descriptors,
            "in flight": gateway.gauge("http_.*in_?flight"),
            "streams": gateway.gauge("sidecar_.*streams"),
        }

    until(lambda: now()["in flight"] == 0 == now()["streams"], what="rest")
    baseline = now()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: hang_up(gateway, n), range(2000)))

    def settled():
        current = now()
        assert current["in flight"] == 0 and current["streams"] == 0, current
        # Another connection to the sidecar may have been opened under load; none per client.
        assert current["descriptors"] <= baseline["descriptors"] + 8, (current, baseline)
        return True

    until(settled, timeout=30, what="everything is given back", interval=0.1)
    assert gateway.put("/v1/state/-/after", b"1").status == 204


def test_a_hang_up_ends_the_call(stage):
    gateway = stage.gateway
    connection = gateway.connect()
    connection.send(request_bytes("GET", "/v1/invoke/pyapp/slow"))
    assert stage.opened.wait(10)
    until(lambda: gateway.gauge("http_.*in_?flight") == 1, what="in flight")
    stage.resets.clear()
    connection.close()
    until(lambda: gateway.gauge("http_.*in_?flight") == 0, what="the request ends with its client")
    until(lambda: stage.resets, what="and so does the call")
    assert not stage.go_on.is_set(), "while the app was still at it"


# Limits


def test_the_connection_limit(sidecar, start):
    gateway = start(Gateway, sidecar, "auto", {"limits": {"connections": 20}, "shards": 1})
    idle = [gateway.connect() for _ in range(20)]
    for connection in idle[:10]:
        assert connection.request("GET", "/healthz").status == 200
    # The longest idle one makes room for the next.
    for _ in range(5):
        with gateway.connect() as connection:
            assert connection.request("GET", "/healthz").status == 200
    for connection in idle:
        connection.close()


# Slow clients


def test_a_head_must_be_complete_within_its_time(auto):
    """5 s (edge.md), however busily the client sends."""
    with auto.connect(timeout=20) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        began = time.monotonic()
        is_open = True
        try:
            while is_open and time.monotonic() - began < 15:
                connection.send(b"X-A: 1\r\n")
                is_open = connection.is_open(0.3)
        except (BrokenPipeError, ConnectionResetError):
            is_open = False
        assert not is_open, "it may go on for ever"
        assert time.monotonic() - began > 4


# The end


def before(stage, start):
    return start(Gateway, None, "http", http=stage.port, grpc=free_port(), await_ready=True)


def test_sigterm_lets_requests_finish(start, stage):
    gateway = before(stage, start)
    idle = gateway.connect()
    assert idle.request("GET", "/healthz").status == 200
    with gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/pyapp/slow"))
        assert stage.opened.wait(10)
        gateway.signal(signal.SIGTERM)
        until(lambda: refused(gateway.port), what="no new connections")
        assert gateway.is_running
        stage.go_on.set()
        response = connection.response()
        assert (response.status, response.json) == (200, {"slow": True})
        assert response["connection"].lower() == "close"
        assert connection.wait_closed()
    assert gateway.process.wait(10) == 0, gateway.report()
    idle.close()


def test_readyz_fails_while_it_drains(start, stage):
    gateway = before(stage, start)
    with gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/pyapp/slow"))
        assert stage.opened.wait(10)
        gateway.signal(signal.SIGTERM)
        until(lambda: gateway.ask_admin("/readyz").status == 503, what="/readyz to fail")
        assert gateway.ask_admin("/livez").status == 200
        stage.go_on.set()
        assert connection.response().status == 200
    assert gateway.process.wait(10) == 0


def test_the_drain_has_an_end(start, stage):
    gateway = start(Gateway, None, "http", {"limits": {"drain": "500ms"}}, http=stage.port,
                    grpc=free_port(), await_ready=True)
    with gateway.connect() as connection:
        connection.send(request_bytes("GET", "/v1/invoke/pyapp/slow"))
        assert stage.opened.wait(10)
        gateway.signal(signal.SIGTERM)
        gateway.process.wait(10)
        try:
            assert connection.response().status == 503
        except (NoAnswer, ConnectionResetError):
            pass


def refused(port):
    try:
        Connection(port, timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_when_nothing_is_in_flight(start, sidecar, number):
    gateway = start(Gateway, sidecar, "auto")
    connections = [gateway.connect() for _ in range(20)]
    assert connections[0].request("GET", "/v1/metadata").status == 200
    began = time.monotonic()
    gateway.signal(number)
    assert gateway.process.wait(10) == 0, gateway.report()
    assert time.monotonic() - began < 5
    for connection in connections:
        connection.close()


def test_of_requests_around_the_end_each_gets_an_answer_or_nothing(start, sidecar):
    """No half answers: a client sees a whole response, or a connection that was refused or closed."""
    gateway = start(Gateway, sidecar, "auto")
    results = []
    stop = threading.Event()

    def client():
        while not stop.is_set():
            try:
                results.append(exchange(gateway.port, "GET", "/v1/metadata", timeout=10).status)
            except ConnectionRefusedError:
                return
            except NoAnswer as error:
                results.append("cut" if "HTTP/1" in str(error) else "closed")
            except OSError:
                results.append("reset")

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    until(lambda: len(results) > 50, what="traffic")
    gateway.signal(signal.SIGTERM)
    assert gateway.process.wait(20) == 0
    stop.set()
    for thread in threads:
        thread.join(15)
    assert "cut" not in results and set(results) <= {200, 503, "closed", "reset"}, set(results)
    assert results.count("closed") + results.count("reset") <= 8
