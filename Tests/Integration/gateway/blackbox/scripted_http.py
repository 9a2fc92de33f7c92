"""A sidecar's HTTP API over cleartext HTTP/2 (h2c), whose every answer a test writes.

A handler is called with a `Stream` in a thread of its own and answers with its methods."""

import json
import queue
import socket
import threading

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions


class Stream:
    def __init__(self, connection, number, fields):
        self.connection, self.number, self.fields = connection, number, fields
        self.method = self.field(":method")
        self.path = self.field(":path")
        self.chunks = queue.Queue()  # bytes; None at the end; an exception after a reset

    def field(self, name):
        return next((value for key, value in self.fields if key == name), None)

    @property
    def all(self):
        """The header fields as {name: [values]}."""
        found = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found

    def next_chunk(self, timeout=10):
        chunk = self.chunks.get(timeout=timeout)
        if isinstance(chunk, Exception):
            raise chunk
        return chunk

    def body(self):
        data = b""
        while (chunk := self.next_chunk()) is not None:
            data += chunk
        return data

    # Answering

    def respond(self, status, fields=(), end=False):
        self.connection.send_headers(self.number, [(":status", str(status)), *fields], end)

    def send(self, data=b"", end=False):
        self.connection.send_data(self.number, data, end)

    def trailers(self, fields):
        """Ends the answer with fields after its content."""
        self.connection.send_headers(self.number, fields, True)

    def answer(self, status, body=b"", kind="application/json", fields=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        fields = [("content-type", kind), *fields] if kind and status != 204 else list(fields)
        self.respond(status, fields, end=not body)
        if body:
            self.send(body, end=True)

    def error(self, status, code, message, **more):
        self.answer(status, {"errorCode": code, "message": message, **more})

    def reset(self, code=h2.errors.ErrorCodes.INTERNAL_ERROR):
        self.connection.reset(self.number, code)


class ServerConnection:
    def __init__(self, server, connected):
        self.server, self.socket = server, connected
        self.streams = {}
        self.windows = threading.Condition()
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        threading.Thread(target=self._run, daemon=True).start()

    def _flush(self):
        data = self.h2.data_to_send()
        if data:
            self.socket.sendall(data)

    def _run(self):
        try:
            with self.windows:
                self.h2.initiate_connection()
                self._flush()
            while data := self.socket.recv(65536):
                with self.windows:
                    for event in self.h2.receive_data(data):
                        self._handle(event)
                    self._flush()
                    self.windows.notify_all()
        except (OSError, h2.exceptions.ProtocolError):
            pass
        with self.windows:
            for stream in self.streams.values():
                stream.chunks.put(ConnectionError("the connection ended"))
            self.streams.clear()
            self.windows.notify_all()
        self.close()

    def _handle(self, event):
        if isinstance(event, h2.events.RequestReceived):
            stream = Stream(self, event.stream_id, [(str(k), str(v)) for k, v in event.headers])
            self.streams[event.stream_id] = stream
            self.server.start(stream)
        elif isinstance(event, h2.events.DataReceived):
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            if event.stream_id in self.streams:
                self.streams[event.stream_id].chunks.put(event.data)
        elif isinstance(event, h2.events.StreamEnded):
            if event.stream_id in self.streams:
                self.streams[event.stream_id].chunks.put(None)
        elif isinstance(event, h2.events.StreamReset):
            stream = self.streams.pop(event.stream_id, None)
            if stream:
                self.server.resets.append((stream.path, event.error_code))
                stream.chunks.put(ConnectionError("the stream was reset"))

    def send_headers(self, number, fields, end):
        with self.windows:
            self.h2.send_headers(number, fields, end_stream=end)
            self._flush()

    def send_data(self, number, data, end):
        view = memoryview(data)
        with self.windows:
            while len(view):
                if number not in self.streams:
                    raise ConnectionError("the stream is gone")
                room = min(self.h2.local_flow_control_window(number), self.h2.max_outbound_frame_size)
                if room <= 0:
                    self.windows.wait(10)
                    continue
                self.h2.send_data(number, bytes(view[:room]))
                view = view[room:]
                self._flush()
            if end:
                self.h2.end_stream(number)
                self._flush()

    def reset(self, number, code):
        with self.windows:
            self.h2.reset_stream(number, code)
            self.streams.pop(number, None)
            self._flush()

    def goaway(self, last_stream, code=h2.errors.ErrorCodes.NO_ERROR):
        with self.windows:
            self.h2.close_connection(code, last_stream_id=last_stream)
            self._flush()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


def healthy(stream):
    """What every sidecar answers: it is ready, and has these components."""
    if stream.path.startswith("/v1.0/healthz"):
        stream.respond(204, end=True)
    elif stream.path == "/v1.0/metadata":
        stream.answer(200, {
            "id": "scripted", "runtimeVersion": "1.18.3", "components": [
                {"name": "statestore", "type": "state.in-memory", "version": "v1"},
                {"name": "redis", "type": "state.redis", "version": "v1"},
                {"name": "oddstore", "type": "state.oddity", "version": "v1"},
                {"name": "pubsub", "type": "pubsub.in-memory", "version": "v1"},
                {"name": "secretstore", "type": "secretstores.local.file", "version": "v1"},
                {"name": "envsecrets", "type": "secretstores.local.env", "version": "v1"},
                {"name": "vault", "type": "secretstores.hashicorp.vault", "version": "v1"},
            ]})
    else:
        return False
    return True


class ScriptedHTTP:
    """`handler` is the test's; what is not about health or metadata goes to it, and is recorded."""

    def __init__(self):
        self.handler = lambda stream: stream.error(500, "ERR_UNSCRIPTED", stream.path)
        self.requests, self.resets, self.connections = [], [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connected, _ = self.listener.accept()
            except OSError:
                return
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(ServerConnection(self, connected))

    def start(self, stream):
        threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream):
        try:
            if not healthy(stream):
                self.requests.append(stream)
                self.handler(stream)
        except (OSError, h2.exceptions.ProtocolError, queue.Empty):
            pass

    def close(self):
        self.listener.close()
        for connection in self.connections:
            connection.close()
