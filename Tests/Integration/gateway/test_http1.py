"""HTTP/1.x as legacy clients speak it, and as attackers do: exact bytes on a socket."""

import re
import socket
import subprocess

import pytest
import requests

from blackbox.problems import problem
from blackbox.processes import Gateway, Sidecar, check_common, free_port
from blackbox.rawhttp import Connection, NoAnswer, chunked, exchange, request_bytes

KIB = 1024
LIMIT = 4 << 20


@pytest.fixture
def connection(auto):
    with auto.connect() as connection:
        yield connection


@pytest.fixture(autouse=True)
def canary(auto):
    """Whatever a test sent, the next client is served."""
    yield
    assert exchange(auto.port, "GET", "/healthz", timeout=5).status == 200


# Connections


def test_http_1_1_stays_open(connection):
    for _ in range(3):
        assert connection.request("GET", "/healthz").status == 200
    assert connection.is_open()


def test_close_is_honoured(connection):
    response = connection.request("GET", "/healthz", {"Connection": "close"})
    assert response["connection"].lower() == "close"
    assert connection.wait_closed()


def test_http_1_0_closes(connection):
    response = connection.request("GET", "/v1/metadata", version="1.0")
    assert response.status == 200 and response.get("transfer-encoding") is None
    assert connection.wait_closed()


def test_http_1_0_with_keep_alive(connection):
    for _ in range(3):
        response = connection.request("GET", "/healthz", {"Connection": "Keep-Alive"}, version="1.0")
        assert response.status == 200
        assert response["connection"].lower() == "keep-alive"
        assert response["content-length"]
    assert connection.is_open()


def test_http_1_0_can_write(auto, key):
    target = f"/v1/state/-/{key}"
    assert auto.ask("PUT", target, None, b"1", version="1.0").status == 204
    assert auto.ask("GET", target, version="1.0").body == b"1"


def test_pipelining(auto, key):
    names = [f"{key}-{n}" for n in range(20)]
    with auto.connect() as connection:
        connection.send(b"".join(
            request_bytes("PUT", f"/v1/state/-/{n}", None, b'"%s"' % n.encode()) for n in names))
        assert [connection.response("PUT").status for _ in names] == [204] * 20
        connection.send(b"".join(
            request_bytes(("GET", "HEAD")[i % 2], f"/v1/state/-/{n}") for i, n in enumerate(names)))
        for i, name in enumerate(names):
            response = connection.response(("GET", "HEAD")[i % 2])
            check_common(response)
            assert response.body == (b"" if i % 2 else b'"%s"' % name.encode())


def test_a_request_in_single_bytes(connection):
    for byte in request_bytes("GET", "/healthz"):
        connection.send(bytes([byte]))
    assert connection.response().status == 200


def test_a_new_request_on_a_connection_that_had_an_error(connection):
    assert connection.request("GET", "/nothing").status == 404
    assert connection.request("PUT", "/healthz", None, b"ignored").status == 405
    assert connection.request("GET", "/healthz").status == 200


# Bodies


@pytest.mark.parametrize("fields", [
    [("Transfer-Encoding", "chunked")], [("Transfer-Encoding", "Chunked")],
    [("transfer-encoding", "chunked"), ("Trailer", "X-Sum")]])
def test_a_chunked_upload(auto, connection, key, fields):
    connection.send(request_bytes("PUT", f"/v1/state/-/{key}", fields))
    connection.send(b'3\r\n"ab\r\n')
    connection.send(b'3;ext=1\r\ncd"\r\n0\r\nX-Sum: 1\r\n\r\n')
    assert connection.response("PUT").status == 204
    assert auto.get(f"/v1/state/-/{key}").body == b'"abcd"'
    assert connection.request("GET", "/healthz").status == 200


@pytest.fixture(scope="module")
def roomy():
    """A gateway before a sidecar that would take more than the gateway allows."""
    sidecar = Sidecar("--max-body-size", str(16 << 20))
    gateway = Gateway(sidecar, "auto")
    yield gateway
    gateway.stop()
    sidecar.stop()


def value(length):
    return b'"' + b"x" * (length - 2) + b'"'


def test_a_body_of_exactly_the_limit(roomy, key):
    url = f"/v1/state/-/{key}"
    assert roomy.put(url, value(LIMIT)).status == 204
    read = roomy.get(url)
    assert read.status == 200 and read.body == value(LIMIT)
    problem(roomy.put(url, b"x" * (LIMIT + 1)), 413)
    assert roomy.get(url).body == value(LIMIT), "untouched"


def test_a_body_of_exactly_the_limit_in_chunks(roomy, key):
    body = value(LIMIT)
    pieces = [body[n:n + 65536] for n in range(0, LIMIT, 65536)]
    url = f"/v1/state/-/{key}"
    assert roomy.ask("PUT", url, [("Transfer-Encoding", "chunked")], chunked(*pieces)).status == 204
    assert roomy.get(url).body == body


def test_a_value_too_large_for_the_sidecar_is_no_mystery(gateway, key):
    response = gateway.put(f"/v1/state/-/{key}", value(LIMIT))
    if response.status != 204:
        problem(response, 413)


def test_too_large_is_said_before_the_upload(connection):
    connection.send(request_bytes(
        "PUT", "/v1/state/-/big", {"Content-Length": str(LIMIT + 1)}))
    response = connection.response("PUT")  # nothing of the body was sent
    document = problem(response, 413)
    assert re.search(r"4 ?MiB|4194304", document["detail"]), "the limit is named"


def test_too_large_is_said_instead_of_continue(connection):
    connection.send(request_bytes("PUT", "/v1/state/-/big", {
        "Content-Length": str(LIMIT + 1), "Expect": "100-continue"}))
    response = connection.response("PUT")
    problem(response, 413)
    assert response.interim == []


def test_continue_is_said_where_the_body_is_welcome(auto, connection, key):
    connection.send(request_bytes("PUT", f"/v1/state/-/{key}", {
        "Content-Length": "2", "Expect": "100-continue"}))
    assert connection._line() == b"HTTP/1.1 100 Continue"
    assert connection._line() == b""
    connection.send(b"17")
    assert connection.response("PUT").status == 204
    assert auto.get(f"/v1/state/-/{key}").body == b"17"


def test_too_large_in_chunks(connection, auto, key):
    connection.send(request_bytes("PUT", f"/v1/state/-/{key}", [("Transfer-Encoding", "chunked")]))
    try:
        for _ in range(80):
            connection.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass  # it does not want to read all of it
    problem(connection.response("PUT"), 413)
    assert auto.get(f"/v1/state/-/{key}").status == 404


def test_a_get_with_a_body_is_harmless(connection):
    assert connection.request("GET", "/healthz", None, b"ignored").status in (200, 400)
    connection.close()


# Limits of the head


@pytest.mark.parametrize("length", [16 * KIB + 100, 20 * KIB])
def test_a_long_target(connection, length):
    response = connection.request("GET", "/v1/state/-/" + "k" * length)
    assert re.search(r"16 ?KiB|16384", problem(response, 414)["detail"])


def test_a_target_below_the_limit(connection):
    assert connection.request("GET", "/v1/state/-/" + "k" * 15000).status in (400, 404)


@pytest.mark.parametrize("fields", [
    [("X-Big", "x" * (17 * KIB))],
    [(f"X-{n}", "y" * 400) for n in range(45)],
], ids=["one large", "many"])
def test_large_fields(connection, fields):
    response = connection.request("GET", "/healthz", fields)
    assert re.search(r"16 ?KiB|16384", problem(response, 431)["detail"])


def test_thousands_of_fields(connection):
    """libmicrohttpd keeps 64 bytes for each field, so its own memory ends before our limit; what it
    answers by itself is HTML."""
    response = connection.request("GET", "/healthz", [(f"X-{n}", "") for n in range(3000)])
    assert response.status == 431


def test_fields_below_the_limit(connection):
    assert connection.request("GET", "/healthz", [("X-Big", "x" * (15 * KIB))]).status == 200


# Upgrades


@pytest.mark.parametrize("protocol", ["websocket", "h2c", "TLS/1.0"])
def test_an_upgrade_is_501(connection, protocol):
    problem(connection.request("GET", "/healthz", {
        "Connection": "Upgrade", "Upgrade": protocol, "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}), 501)


# Malformed requests: (bytes, allowed status codes; None: the connection may just end)

STATE = b"/v1/state/-/smuggled"
HOST = b"Host: localhost\r\n"


def line(method=b"GET", target=b"/healthz", version=b"HTTP/1.1"):
    return method + b" " + target + b" " + version + b"\r\n"


MALFORMED = {
    "no host": (line() + b"\r\n", [400]),
    "two hosts": (line() + HOST + HOST + b"\r\n", [400]),
    "two different hosts": (line() + HOST + b"Host: other\r\n\r\n", [400]),
    "an empty host": (line() + b"Host: \r\n\r\n", [400]),
    "a host with a slash": (line() + b"Host: a/b\r\n\r\n", [400]),
    "a host with a space": (line() + b"Host: a b\r\n\r\n", [400]),
    "length and chunked": (
        line(b"POST", STATE) + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        [400]),
    "two lengths": (
        line(b"PUT", STATE) + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", [400]),
    "two lengths of other spelling": (
        line(b"PUT", STATE) + HOST + b"Content-Length: 5\r\nContent-length: 05\r\n\r\nhello", [400]),
    "a list of lengths": (
        line(b"PUT", STATE) + HOST + b"Content-Length: 5, 5\r\n\r\nhello", [400, None]),
    "a negative length": (line(b"PUT", STATE) + HOST + b"Content-Length: -1\r\n\r\n", [400, None]),
    "a length in hexadecimal": (line(b"PUT", STATE) + HOST + b"Content-Length: 0x5\r\n\r\nhello", [400, None]),
    "a length with a sign": (line(b"PUT", STATE) + HOST + b"Content-Length: +5\r\n\r\nhello", [400, None]),
    "an enormous length": (
        line(b"PUT", STATE) + HOST + b"Content-Length: 99999999999999999999999\r\n\r\n", [400, 413, None]),
    "a space before the colon": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc", [400]),
    "an unknown coding": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding: gzip\r\n\r\n", [400, 501]),
    "chunked not last": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", [400, 501]),
    "chunked twice": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", [400, 501]),
    "two codings": (
        line(b"PUT", STATE) + HOST
        + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", [400, 501]),
    "identity": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding: identity\r\n\r\n", [400, 501]),
    "a bad chunk size": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n", [400, None]),
    "a chunk that is too long": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n", [400, None]),
    "an enormous chunk": (
        line(b"PUT", STATE) + HOST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n", [400, 413, None]),
    "a field without colon": (line() + HOST + b"Nonsense\r\n\r\n", [400, 200, None]),
    # libmicrohttpd drops it before anybody sees it.
    "an empty field name": (line() + HOST + b": value\r\n\r\n", [200, 400, None]),
    "a space in a field name": (line() + HOST + b"X Y: 1\r\n\r\n", [400]),
    "a field name that is no token": (line() + HOST + b"X(Y): 1\r\n\r\n", [400]),
    "bytes beyond ASCII in a field name": (line() + HOST + b"X-\xc3\xa9: 1\r\n\r\n", [400]),
    "a control character in a value": (line() + HOST + b"X-A: a\x01b\r\n\r\n", [400]),
    "DEL in a value": (line() + HOST + b"X-A: a\x7fb\r\n\r\n", [400]),
    "an unknown version": (line(version=b"HTTP/3.0") + HOST + b"\r\n", [400, 505, None]),
    "a preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 405, 501, 505, None]),
    "no version": (b"GET /healthz\r\n\r\n", [400, 200, None]),
    "no target": (b"GET HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404, None]),
    "a foreign absolute target": (
        line(target=b"http://example.org/healthz") + HOST + b"\r\n", [400, 403, 421]),
    "an https target": (line(target=b"https://localhost/healthz") + HOST + b"\r\n", [400, 403, 421]),
    "CONNECT": (b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", [400, 403, 405, 501]),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", [200, 204, 400, 404]),
    "an asterisk with GET": (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", [400, 404]),
    "a target without a slash": (line(target=b"healthz") + HOST + b"\r\n", [400, 404]),
    "a fragment": (line(target=b"/healthz#x") + HOST + b"\r\n", [400, 404]),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n", [400, None]),
    "zeros": (b"\x00" * 64 + b"\r\n\r\n", [400, None]),
    "nothing but line ends": (b"\r\n" * 20 + line() + HOST + b"Connection: close\r\n\r\n", [200, 400, None]),
    "a method that is no token": (line(b"GE(T") + HOST + b"\r\n", [400, 405, 501, None]),
    "an endless method": (b"A" * 20000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n", [400, 405, 414, 431, 501, None]),
    "an unknown expectation": (
        line(b"PUT", STATE) + HOST + b"Expect: 200-maybe\r\nContent-Length: 1\r\n\r\n1", [204, 400, 417]),
}
# libmicrohttpd's own answers to these are HTML or silence (edge.md): no problem document.
ITS_OWN = {
    "a list of lengths", "a negative length", "a length in hexadecimal", "a length with a sign",
    "an enormous length", "a bad chunk size", "a chunk that is too long", "an enormous chunk",
    "an unknown version", "a preface of HTTP/2", "no version", "no target", "TLS", "zeros",
    "an empty field name", "a field without colon", "a method that is no token",
    "nothing but line ends", "an endless method",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed(auto, name):
    data, allowed = MALFORMED[name]
    with auto.connect(timeout=8) as connection:
        connection.send(data)
        # The end of what we send ends the waits of a server that wants more.
        connection.socket.shutdown(1)
        try:
            response = connection.response("GET")
        except (NoAnswer, ConnectionResetError):
            assert None in allowed, "no answer"
            return
        assert response.status in allowed, (response.status, response.body)
        if response.status >= 400 and name not in ITS_OWN:
            problem(response, response.status)
        if response.status in (400, 501) and name in ("length and chunked", "unknown coding"):
            assert connection.wait_closed()
    assert auto.get(STATE.decode()).status == 404 or name == "an unknown expectation"


@pytest.mark.parametrize("name", ["length and chunked", "an unknown coding", "two lengths"])
def test_doubtful_framing_ends_the_connection(auto, name):
    data, _ = MALFORMED[name]
    with auto.connect(timeout=8) as connection:
        connection.send(data + request_bytes("GET", "/v1/metadata"))
        assert connection.response("PUT").status in (400, 501)
        assert connection.wait_closed(), "the second request was not answered"


def test_an_absolute_target_of_our_own(auto):
    authority = f"127.0.0.1:{auto.port}"
    response = exchange(auto.port, "GET", f"http://{authority}/healthz", {"Host": authority})
    assert response.status == 200


def test_nothing_is_reflected_into_fields(auto):
    response = auto.get("/v1/state/-/a%0d%0aX-Evil:%201?x%0d%0aX-Evil2:=1")
    assert not [n for n, _ in response.fields if "evil" in n.lower()]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080"])
def test_usual_hosts(auto, host):
    assert exchange(auto.port, "GET", "/healthz", {"Host": host}).status == 200


def test_a_unix_tool_sees_no_difference(auto, key):
    """curl's ways: -T with Expect, -d, -X PATCH, --http1.0, -I."""
    def curl(*arguments):
        done = subprocess.run(
            ["curl", "-sS", "--fail-with-body", "--max-time", "10", "--noproxy", "*", *arguments],
            capture_output=True, text=True)
        assert done.returncode == 0, (arguments, done)
        return done.stdout

    base = f"http://127.0.0.1:{auto.port}/v1/state/-"
    assert curl("-T", __file__, f"{base}/{key}") == ""
    with open(__file__) as file:
        assert curl(f"{base}/{key}") == file.read()
    assert curl("-X", "PUT", "-d", "1", "-H", "Expect: 100-continue", f"{base}/{key}") == ""
    assert curl("--http1.0", f"{base}/{key}") == "1"
    assert "200" in curl("-I", f"{base}/{key}")
    assert curl("-T", "-", f"{base}/{key}-empty") == "", "chunked, from nothing"


def test_requests_uses_one_connection(auto, key):
    with requests.Session() as session:
        session.trust_env = False
        url = f"http://127.0.0.1:{auto.port}/v1/state/-/{key}"
        assert session.put(url, json={"a": 1}).status_code == 204
        assert session.get(url).json() == {"a": 1}
        assert session.put(url, data=iter([b'{"a"', b":2}"])).status_code == 204
        assert session.get(url).json() == {"a": 2}


def test_other_listeners(sidecar, start, tmp_path):
    port, path = free_port(), tmp_path / "daprgw.sock"
    start(Gateway, sidecar, "auto", {"listen": [f"[::1]:{port}", f"unix:{path}"]})
    with Connection(port, host="::1") as connection:
        assert connection.request("GET", "/healthz").status == 200
    local = socket.socket(socket.AF_UNIX)
    local.connect(str(path))
    with Connection.on(local) as connection:
        assert connection.request("GET", "/v1/metadata").status == 200
