"""HTTP/1.1 over a plain socket, so that what is sent is exactly what the recording says."""

import base64
import socket
import time

TIMEOUT_SECONDS = 30
# After this much silence a connection counts as left open.
SILENCE_SECONDS = 0.7
BODY_METHODS = {"POST", "PUT", "PATCH"}


def body_of(request):
    """The body of a recorded request, None without one."""
    if "body" in request:
        return request["body"].encode()
    if "bodyBase64" in request:
        return base64.b64decode(request["bodyBase64"])
    if "bodySpec" in request:
        spec = request["bodySpec"]
        return (spec["prefix"] + spec["repeat"] * spec["times"] + spec["suffix"]).encode()
    return None


def request_bytes(request, authority):
    """The request as it goes over the wire."""
    body = body_of(request)
    chunks = [chunk.encode() for chunk in request.get("chunked", [])]
    if "chunkedSpec" in request:
        spec = request["chunkedSpec"]
        chunks = [(spec["repeat"] * spec["times"]).encode()]
    lines = [f"{request['method']} {request['path']} HTTP/1.1", f"Host: {authority}"]
    for name, values in request["headers"].items():
        for value in values if isinstance(values, list) else [values]:
            lines.append(f"{name}: {value}")
    if chunks:
        lines.append("Transfer-Encoding: chunked")
    elif body is not None or request["method"] in BODY_METHODS:
        lines.append(f"Content-Length: {len(body or b'')}")
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    if chunks:
        body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks + [b""])
    return head + (body or b"")


def exchange(port, request):
    """Sends one request on a connection of its own; status, fields, body, framing of the answer."""
    data = request_bytes(request, f"127.0.0.1:{port}")
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        send_failed = False
        try:
            connection.sendall(data)
        except OSError:
            send_failed = True
        try:
            response = _read_response(connection, request["method"])
        except OSError as problem:
            response = {"error": f"{type(problem).__name__}: {problem}"}
        response["sendFailed"] = send_failed
        return response


def raw_exchange(port, text):
    """Sends bytes as they are; what comes back and whether the connection is then closed."""
    received, closed = b"", False
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS) as connection:
        connection.sendall(text.encode())
        connection.settimeout(SILENCE_SECONDS)
        try:
            while part := connection.recv(65536):
                received += part
            closed = True
        except TimeoutError:
            pass
        except ConnectionResetError:
            closed = True
    return received, closed


def split_head(received):
    """Status line, fields as (lower-case name, value), and what follows the head."""
    head, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    fields = [(line.partition(":")[0].lower(), line.partition(":")[2].strip()) for line in lines]
    return first, fields, rest


def _read_response(connection, method):
    buffer = b""

    def fill():
        nonlocal buffer
        part = connection.recv(262144)
        buffer += part
        return bool(part)

    while True:
        while b"\r\n\r\n" not in buffer:
            if not fill():
                raise OSError(f"closed after {len(buffer)} bytes of the head")
        first, fields, buffer = split_head(buffer)
        status = int(first.split(" ")[1])
        if status >= 200:
            break
    headers = dict(fields)
    response = {"status": status, "fields": fields, "body": b"", "framing": None}
    if method == "HEAD" or status in (204, 304):
        return response
    if headers.get("transfer-encoding") == "chunked":
        response["framing"] = "chunked"
        parts = []
        while True:
            while b"\r\n" not in buffer:
                if not fill():
                    raise OSError("closed inside a chunk size")
            size, _, buffer = buffer.partition(b"\r\n")
            length = int(size, 16)
            while len(buffer) < length + 2:
                if not fill():
                    raise OSError("closed inside a chunk")
            parts.append(buffer[:length])
            buffer = buffer[length + 2 :]
            if length == 0:
                break
        response["body"] = b"".join(parts)
    elif "content-length" in headers:
        length = int(headers["content-length"])
        response["framing"] = "content-length" if length else None
        while len(buffer) < length:
            if not fill():
                raise OSError("closed inside the body")
        response["body"] = buffer
    else:
        response["framing"] = "close"
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while fill() and time.monotonic() < deadline:
            pass
        response["body"] = buffer
    return response
