"""Apps to invoke: the development sidecar's own, and one that waits until a test lets it go on."""

import hashlib
import json
import threading

from .scripted_http import ScriptedHTTP

#: What the development sidecar's app subscribes to. It keeps what is posted to /orders and /memraw.
SUBSCRIPTIONS = [
    *({"pubsubname": "pubsub", "topic": topic, "route": "/orders"}
      for topic in ("orders", "a/b", "größe", "ttl")),
    {"pubsubname": "pubsub", "topic": "raw", "route": "/memraw", "metadata": {"rawPayload": "true"}},
]


class EchoApp:
    """The app `pyapp` in the process of a development sidecar (`echo_app.py` of the recordings):
    any path tells what arrived; /status/N /empty /bytes /text /hdrs /large?n=N /slow?ms=N /close."""

    def __init__(self, sidecar):
        self.sidecar = sidecar

    def take(self):
        """The events that it was sent since the last call."""
        return self.sidecar.ask("GET", "/v1.0/invoke/pyapp/method/_take").json


class Stage(ScriptedHTTP):
    """A scripted sidecar whose app has /slow, /stream, /upload and /bytes/N."""

    def __init__(self):
        super().__init__()
        self.opened = threading.Event()  # /stream has sent its first piece, /slow has arrived
        self.go_on = threading.Event()  # lets /stream and /slow finish
        self.first_chunk = threading.Event()  # /upload has read some of its body
        self.handler = self.play

    def reset(self):
        for event in (self.opened, self.go_on, self.first_chunk):
            event.clear()
        self.requests.clear()

    def play(self, stream):
        path = stream.path.partition("/method/")[2].partition("?")[0]
        if path == "slow":
            self.opened.set()
            self.go_on.wait(30)
            stream.answer(200, {"slow": True})
        elif path == "stream":
            stream.respond(200, [("content-type", "text/plain")])
            stream.send(b"first ")
            self.opened.set()
            self.go_on.wait(30)
            stream.send(b"second", end=True)
        elif path == "upload":
            digest, length = hashlib.sha256(), 0
            while (chunk := stream.next_chunk()) is not None:
                digest.update(chunk)
                length += len(chunk)
                self.first_chunk.set()
            stream.answer(200, json.dumps(
                {"length": length, "sha256": digest.hexdigest()}).encode())
        elif path.startswith("bytes/"):
            stream.answer(200, pattern(int(path.split("/")[1])), "application/octet-stream")
        else:
            stream.answer(200, {"path": path})


def pattern(count):
    """Bytes that show when a piece is missing or doubled."""
    unit = b"".join(b"%07d\n" % n for n in range(0, 8192))
    return (unit * (count // len(unit) + 1))[:count]
