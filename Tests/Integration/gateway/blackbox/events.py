"""Server-sent events (WHATWG HTML, section 9.2), read from a connection."""

from .rawhttp import request_bytes


class EventStream:
    """A stream of events that a GET opened; a context manager."""

    def __init__(self, gateway, target, fields=None, timeout=15.0):
        self.connection = gateway.connect(timeout=timeout)
        self.connection.send(request_bytes(
            "GET", target, {"Accept": "text/event-stream", **(fields or {})}))
        self.head = self.connection.head()
        self._text = ""
        self.retry = None
        self.is_over = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.connection.close()

    def block(self):
        """The next block of lines, as the stream has it; None at the end."""
        while "\n\n" not in self._text:
            chunk = self.connection.chunk()
            if not chunk:
                self.is_over = True
                assert self._text == "", f"the stream ends in the middle: {self._text!r}"
                return None
            self._text += chunk.decode()
        block, _, self._text = self._text.partition("\n\n")
        return block

    def event(self):
        """The next event as a dict; None at the end. Comments are passed over."""
        while (block := self.block()) is not None:
            event = {}
            for line in block.split("\n"):
                name, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if name == "data":
                    event["data"] = event["data"] + "\n" + value if "data" in event else value
                elif name == "retry":
                    self.retry = int(value)
                elif name:
                    event[name] = value
            if "data" in event:
                return event
        return None
