"""HTTP/2 frame by frame, to replay and record the timelines of protocol `h2`."""

import socket
import time

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
ERRORS = {0: "NO_ERROR", 1: "PROTOCOL_ERROR", 9: "COMPRESSION_ERROR", 11: "ENHANCE_YOUR_CALM"}
SETTINGS = {1: "HEADER_TABLE_SIZE", 2: "ENABLE_PUSH", 3: "MAX_CONCURRENT_STREAMS"}
SETTINGS |= {4: "INITIAL_WINDOW_SIZE", 5: "MAX_FRAME_SIZE", 6: "MAX_HEADER_LIST_SIZE"}
TIMEOUT_SECONDS = 5
# After the last expected event: would anything else come?
SILENCE_SECONDS = 0.2


class Timeline:
    """A connection that does what the client of a timeline did and notes what the server does."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self.started = time.monotonic()
        self.encoder, self.decoder = Encoder(), Decoder()
        self.buffer, self.events, self.headed = b"", [], set()
        self.http2, self.open, self.acknowledges = True, True, True

    def close(self):
        self.socket.close()

    def seconds(self):
        return time.monotonic() - self.started

    def play(self, timeline):
        """Runs a recorded timeline; returns the events of the server, each with `atSeconds`."""
        self.acknowledges = not any("no ACK" in event.get("server", "") for event in timeline)
        expected = 0
        for event in timeline:
            if "client" in event:
                if "atSeconds" in event:
                    self.receive(until=event["atSeconds"])
                elif event["client"].startswith(("HEADERS", "preface")):
                    self.receive(count=expected if self.http2 else len(self.events))
                self.act(event)
            elif event["server"] not in ("WINDOW_UPDATE", "PING"):
                expected += 1
        last = timeline[-1].get("atSeconds")
        if last is not None:
            self.receive(until=last + 1.5)
        else:
            self.receive(count=expected)
            self.receive(until=self.seconds() + SILENCE_SECONDS)
        return self.events

    def act(self, event):
        name = event["client"]
        if name.startswith("preface"):
            self.send(PREFACE + SettingsFrame(0).serialize())
        elif name == "PING":
            self.send(PingFrame(0, opaque_data=b"recorded").serialize())
        elif name.startswith("HEADERS"):
            self.send(self._request(event, name))
        elif name == "HTTP/1.1 request":
            self.http2 = False
            self.send(event["text"].encode())
            self.receive(count=len(self.events) + 1)
        elif name == "GET / HTTP/1.1":
            self.http2 = False
            self.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        else:
            raise AssertionError(f"unknown action {name}")

    def _request(self, event, name):
        fields = [(field.encode(), value.encode()) for field, value in event["headers"]]
        headers = HeadersFrame(event["stream"], data=self.encoder.encode(fields))
        headers.flags.add("END_HEADERS")
        data = bytes.fromhex(event.get("dataHex", ""))
        last = headers
        frames = [headers]
        if data:
            last = DataFrame(event["stream"], data=data)
            frames.append(last)
        if "END_STREAM" in name:
            last.flags.add("END_STREAM")
        return b"".join(frame.serialize() for frame in frames)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the closed connection is seen when reading

    def receive(self, count=None, until=None):
        """Notes events until there are `count` (or TIMEOUT_SECONDS pass), or until a time."""
        deadline = self.seconds() + TIMEOUT_SECONDS if until is None else until
        while self.open and (count is None or self._counted() < count):
            left = deadline - self.seconds()
            if left <= 0:
                break
            self.socket.settimeout(left)
            try:
                part = self.socket.recv(65536)
            except TimeoutError:
                break
            except ConnectionResetError:
                return self._closed("connection reset")
            if not part:
                return self._closed("connection closed")
            self.buffer += part
            self._read_frames()

    def _counted(self):
        return sum(event["server"] not in ("WINDOW_UPDATE", "PING") for event in self.events)

    def _closed(self, how):
        self.open = False
        if not self.http2 and self.buffer:
            self.note("bytes", hex=self.buffer.hex())
        self.note(how)

    def note(self, name, **values):
        at = round(self.seconds(), 1)
        self.events.append({"atSeconds": at, "server": name} | values)

    def _read_frames(self):
        if not self.http2:
            return self._read_http1()
        while len(self.buffer) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self.buffer[:9]))
            if len(self.buffer) < 9 + length:
                return
            frame.parse_body(memoryview(self.buffer[9 : 9 + length]))
            self.buffer = self.buffer[9 + length :]
            self._note_frame(frame)

    def _read_http1(self):
        """The answer to an upgrade; after 101 the connection is HTTP/2."""
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if found and head.startswith(b"HTTP/1.1"):
            lines = [line for line in head.decode().split("\r\n") if not line.startswith("Date:")]
            self.note("HTTP/1.1", text="\r\n".join(lines))
            self.buffer = rest
            self.http2 = " 101 " in lines[0]
            if self.http2:
                self._read_frames()

    def _note_frame(self, frame):
        stream = frame.stream_id
        if isinstance(frame, SettingsFrame):
            if "ACK" not in frame.flags:
                settings = frame.settings.items()
                named = {SETTINGS.get(key, str(key)): value for key, value in settings}
                self.note("SETTINGS", settings=named)
                self.send(SettingsFrame(0, flags=["ACK"]).serialize())
        elif isinstance(frame, PingFrame):
            self._note_ping(frame)
        elif isinstance(frame, HeadersFrame):
            pairs = [pair for pair in self.decoder.decode(frame.data) if pair[0] != "date"]
            name = "HEADERS (trailers)" if stream in self.headed else "HEADERS"
            self.headed.add(stream)
            self.note(name, stream=stream, headers=[list(pair) for pair in pairs])
        elif isinstance(frame, DataFrame):
            if frame.data:
                self.note("DATA", stream=stream, data=frame.data)
        elif isinstance(frame, RstStreamFrame):
            self.note("RST_STREAM", stream=stream, errorCode=ERRORS.get(frame.error_code))
        elif isinstance(frame, GoAwayFrame):
            self.note(
                "GOAWAY",
                errorCode=ERRORS.get(frame.error_code),
                lastStreamId=frame.last_stream_id,
                debug=frame.additional_data.decode("utf-8", "replace"),
            )
        elif isinstance(frame, WindowUpdateFrame):
            self.note("WINDOW_UPDATE", stream=stream, delta=frame.window_increment)
        if "END_STREAM" in frame.flags:
            self.note("END_STREAM", stream=stream)

    def _note_ping(self, frame):
        if "ACK" in frame.flags:
            return self.note("PING ACK")
        name = "PING" if self.acknowledges else "PING (client sends no ACK)"
        self.note(name, data=frame.opaque_data.hex())
        if self.acknowledges:
            self.send(PingFrame(0, opaque_data=frame.opaque_data, flags=["ACK"]).serialize())

