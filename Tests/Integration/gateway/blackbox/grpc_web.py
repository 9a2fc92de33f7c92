"""A gRPC-Web client, after https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md."""

import base64
import struct
import urllib.parse


def frame(message, flag=0):
    return struct.pack(">BI", flag, len(message)) + message


class Reader:
    """Takes an answer in pieces, wherever they were cut, and gives its messages and trailers."""

    def __init__(self, is_text):
        self.is_text = is_text
        self.messages, self.trailers = [], None
        self._text, self._bytes = b"", b""

    def feed(self, data):
        if self.is_text:
            self._text += data
            whole = len(self._text) // 4 * 4
            # Groups of four, since any of them may be padded.
            for start in range(0, whole, 4):
                self._bytes += base64.b64decode(self._text[start:start + 4], validate=True)
            self._text = self._text[whole:]
        else:
            self._bytes += data
        while len(self._bytes) >= 5:
            flag, length = struct.unpack(">BI", self._bytes[:5])
            if len(self._bytes) < 5 + length:
                break
            content, self._bytes = self._bytes[5:5 + length], self._bytes[5 + length:]
            assert self.trailers is None, "the trailers come last"
            if flag == 0x80:
                self.trailers = self._read_trailers(content)
            else:
                assert flag == 0, flag
                self.messages.append(content)

    @staticmethod
    def _read_trailers(content):
        lines = content.decode("ascii").split("\r\n")
        assert lines.pop() == "", "each line ends with CR LF"
        pairs = [line.partition(":")[::2] for line in lines]
        assert all(name == name.lower() for name, _ in pairs)
        return {name: value.strip() for name, value in pairs}

    def end(self):
        assert not self._text and not self._bytes and self.trailers is not None
        return self

    @property
    def status(self):
        return int(self.trailers["grpc-status"])

    @property
    def message(self):
        return urllib.parse.unquote(self.trailers.get("grpc-message", ""))


def request(message, is_text=False, **fields):
    """The fields and content of a call."""
    kind = "application/grpc-web-text" if is_text else "application/grpc-web+proto"
    body = frame(message)
    more = {name.replace("_", "-"): value for name, value in fields.items()}
    return ({"Content-Type": kind, "Accept": kind, "X-Grpc-Web": "1", **more},
            base64.b64encode(body) if is_text else body)


def call(gateway, target, message, is_text=False, **fields):
    """Calls a method; returns the response and what it says."""
    headers, body = request(message, is_text, **fields)
    response = gateway.post(target, body, headers)
    assert response.status == 200, response
    kind = "application/grpc-web-text+proto" if is_text else "application/grpc-web+proto"
    assert response["content-type"] == kind
    reader = Reader(is_text)
    reader.feed(response.body)
    return response, reader.end()
