"""An HTTP app behind the development sidecar, whose answers and pauses a test decides."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TOPICS = ["orders", "a/b", "größe", "raw", "ttl"]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


class App:
    """`/status/N`, `/bytes/N`, `/fields`, `/stream`, `/upload`, `/slow`, `/close`; any other path
    tells what arrived, as JSON."""

    def __init__(self):
        app = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return self.answer
                raise AttributeError(name)

            def answer(self):
                app._answer(self)

            def log_message(self, *_):
                pass

        self.events = []
        self.requests = []
        self.opened = threading.Event()  # /stream has sent its first chunk, /slow has arrived
        self.go_on = threading.Event()  # lets /stream and /slow finish
        self.first_chunk = threading.Event()  # /upload has read some of its body
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    def reset(self):
        for event in (self.opened, self.go_on, self.first_chunk):
            event.clear()
        self.requests.clear()

    def _answer(self, handler):
        path, _, query = handler.path.partition("?")
        if path == "/upload":
            return self._upload(handler)
        body = b"".join(chunks(handler))
        if path == "/dapr/subscribe":
            return reply(handler, 200, json.dumps([
                {"pubsubname": "pubsub", "topic": t, "route": "/events"}
                | ({"metadata": {"rawPayload": "true"}} if t == "raw" else {})
                for t in TOPICS]).encode())
        if path == "/dapr/config":
            return reply(handler, 200, b"{}")
        if path == "/events":
            self.events.append({"headers": dict(handler.headers.items()), "body": body})
            return reply(handler, 200, b'{"status":"SUCCESS"}')
        if path in ("/healthz",):
            return reply(handler, 200)
        self.requests.append((handler.command, handler.path))
        if path.startswith("/status/"):
            status = int(path.split("/")[2])
            more = [("Location", "/elsewhere")] if status in (301, 302, 303, 307, 308) else []
            return reply(handler, status, b'{"from":"the app"}' * 20, more=more)
        if path.startswith("/bytes/"):
            return reply(handler, 200, pattern(int(path.split("/")[2])), "application/octet-stream")
        if path == "/empty":
            return reply(handler, 200, b"", None)
        if path == "/fields":
            return reply(handler, 200, b"{}", more=[
                ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-App", "yes"), ("X-Empty", ""),
                ("ETag", '"abc"'), ("Cache-Control", "no-store"), ("Vary", "Accept"),
                ("WWW-Authenticate", 'Basic realm="x"'), ("Keep-Alive", "timeout=5"),
                ("X-Hop", "1"), ("Connection", "x-hop"), ("dapr-x", "1"), ("grpc-status", "3")])
        if path == "/stream":
            return self._stream(handler)
        if path == "/slow":
            self.opened.set()
            self.go_on.wait(30)
            return reply(handler, 200, b'{"slow":true}')
        if path == "/close":
            handler.close_connection = True
            handler.connection.close()
            return None
        record = {
            "method": handler.command, "path": handler.path,
            "headers": [[k.lower(), v] for k, v in handler.headers.items()],
            "length": len(body), "sha256": hashlib.sha256(body).hexdigest(),
            "base64": base64.b64encode(body[:1000]).decode(), "query": parse_qs(query),
        }
        return reply(handler, 200, json.dumps(record).encode(), more=[("X-App", "yes")])

    def _stream(self, handler):
        handler.send_response_only(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"6\r\nfirst \r\n")
        handler.wfile.flush()
        self.opened.set()
        self.go_on.wait(30)
        handler.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n")

    def _upload(self, handler):
        digest, length = hashlib.sha256(), 0
        for chunk in chunks(handler):
            digest.update(chunk)
            length += len(chunk)
            self.first_chunk.set()
        reply(handler, 200, json.dumps({"length": length, "sha256": digest.hexdigest()}).encode())


def pattern(count):
    """Bytes that show when a piece is missing or doubled."""
    unit = b"".join(b"%07d\n" % n for n in range(0, 8192))
    return (unit * (count // len(unit) + 1))[:count]


def chunks(handler):
    """The body of a request as it arrives."""
    if "chunked" in (handler.headers.get("Transfer-Encoding") or "").lower():
        while size := int(handler.rfile.readline().split(b";")[0], 16):
            yield handler.rfile.read(size)
            handler.rfile.readline()
        while handler.rfile.readline().strip():
            pass
        return
    missing = int(handler.headers.get("Content-Length") or 0)
    while missing > 0:
        part = handler.rfile.read1(min(missing, 65536))
        if not part:
            return
        missing -= len(part)
        yield part


def reply(handler, status, body=b"", kind="application/json", more=()):
    handler.send_response_only(status)
    if kind and status not in (204, 304):
        handler.send_header("Content-Type", kind)
    for name, value in more:
        handler.send_header(name, value)
    bodyless = status in (204, 304)
    if not bodyless:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD" and not bodyless:
        handler.wfile.write(body)
