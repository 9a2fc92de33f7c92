"""HTTP/1.x over a socket, byte for byte: what is sent is exactly what a test wrote."""

import json
import select
import socket
from dataclasses import dataclass, field


class NoAnswer(Exception):
    """The peer closed the connection before a whole response had arrived."""


@dataclass
class Response:
    version: str
    status: int
    reason: str
    fields: list  # (name as sent, value), in order
    body: bytes = b""
    interim: list = field(default_factory=list)  # status codes 1xx that came before

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name, default=None):
        values = self.all(name)
        return values[0] if values else default

    def __getitem__(self, name):
        value = self.get(name)
        assert value is not None, f"no field {name} in {self.fields}"
        return value

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def media_type(self):
        return (self.get("content-type") or "").split(";")[0].strip()


def request_bytes(method, target, fields=None, body=None, version="1.1", host="localhost"):
    """A request in its plainest form. `fields`: a dict or a list of pairs; None as value leaves a
    field out (for `Host` and `Content-Length`, which are added otherwise)."""
    pairs = list(fields.items()) if isinstance(fields, dict) else list(fields or [])
    names = {name.lower() for name, _ in pairs}
    if version == "1.1" and "host" not in names:
        pairs.insert(0, ("Host", host))
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        pairs.append(("Content-Length", str(len(body))))
    target = target if isinstance(target, bytes) else target.encode()
    head = method.encode() + b" " + target + b" HTTP/" + version.encode() + b"\r\n"
    for name, value in pairs:
        if value is not None:
            value = value if isinstance(value, bytes) else value.encode()
            head += name.encode() + b": " + value + b"\r\n"
    return head + b"\r\n" + (body or b"")


def chunked(*chunks):
    """A body in chunked transfer coding (RFC 9112, section 7.1)."""
    return b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks if c) + b"0\r\n\r\n"


class Connection:
    """One connection to a server; a context manager."""

    def __init__(self, port, host="127.0.0.1", timeout=15.0):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    @classmethod
    def on(cls, connected):
        """A connection over a socket that is connected already."""
        self = cls.__new__(cls)
        self.socket, self._buffer = connected, b""
        connected.settimeout(15)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def request(self, method, target, fields=None, body=None, **more):
        """Sends a request and reads its response, which may come before all is sent."""
        try:
            self.send(request_bytes(method, target, fields, body, **more))
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self.response(method)

    # Reading

    def _fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise NoAnswer(f"closed after {self._buffer[:200]!r}")
        self._buffer += data

    def _line(self):
        while b"\r\n" not in self._buffer:
            self._fill()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _exactly(self, count):
        parts, missing = [], count
        while missing > 0:
            if not self._buffer:
                self._fill()
            part, self._buffer = self._buffer[:missing], self._buffer[missing:]
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _rest(self):
        while True:
            try:
                self._fill()
            except NoAnswer:
                rest, self._buffer = self._buffer, b""
                return rest

    def head(self):
        """The status line and the fields of the next response, interim ones passed over."""
        interim = []
        while True:
            version, status, *reason = self._line().decode("latin-1").split(" ", 2)
            fields = []
            while line := self._line():
                name, _, value = line.decode("latin-1").partition(":")
                fields.append((name, value.strip()))
            if not 100 <= int(status) < 200 or int(status) == 101:
                return Response(
                    version, int(status), reason[0] if reason else "", fields, b"", interim)
            interim.append(int(status))

    def chunk(self):
        """The next chunk of a chunked body; b"" at the end (the trailer section is read, too)."""
        size = int(self._line().split(b";")[0], 16)
        data = self._exactly(size)
        if size:
            assert self._line() == b"", "a chunk does not end where it should"
        else:
            while self._line():
                pass
        return data

    def response(self, method="GET"):
        """The next whole response to a request with that method."""
        response = self.head()
        if method == "HEAD" or response.status in (204, 304):
            return response
        if "chunked" in (response.get("transfer-encoding") or "").lower():
            while chunk := self.chunk():
                response.body += chunk
        elif (length := response.get("content-length")) is not None:
            response.body = self._exactly(int(length))
        else:
            response.body = self._rest()
        return response

    def pieces(self, head):
        """The body that belongs to a head, chunked or of known length."""
        if (length := head.get("content-length")) is not None:
            yield self._exactly(int(length))
        else:
            while chunk := self.chunk():
                yield chunk

    def wait_closed(self, timeout=10.0):
        """True once the peer has closed; bytes that come before are an error."""
        self.socket.settimeout(timeout)
        try:
            data = self._buffer or self.socket.recv(1000)
        except ConnectionResetError:
            return True
        assert data == b"", f"bytes instead of the end: {data[:200]!r}"
        return True

    def is_open(self, patience=0.05):
        """Whether the peer has neither closed nor sent anything for a moment."""
        readable, _, _ = select.select([self.socket], [], [], patience)
        return not readable


def exchange(port, method, target, fields=None, body=None, timeout=15.0, **more):
    """One request on a connection of its own."""
    with Connection(port, timeout=timeout) as connection:
        return connection.request(method, target, fields, body, **more)
