"""Lines of streaming subscriptions with other topics and contents of events."""

import base64

from matching import PLACEHOLDER
from renamed_lines import GRPCLine, HTTPLine
from shifting import shift, shift_bytes, shift_value


class TopicStreamLine:
    """A timeline: what the client and the sidecar say on the stream, and what happens meanwhile."""

    def __init__(self, line):
        self.events = line["response"]["timeline"]
        # A CloudEvent is published as it was recorded, and so arrives.
        self.kept = False

    def rename(self):
        for event in self.events:
            what = event.get("meanwhile")
            if isinstance(what, dict):
                self._meanwhile(what)
            elif "json" in event:
                event.pop("hex", None)
                for part in ("initialRequest", "eventMessage"):
                    self._message(event["json"].get(part, {}))

    def _meanwhile(self, line):
        renamed = (HTTPLine if line["protocol"] == "http" else GRPCLine)(line)
        renamed.rename()
        self.kept = renamed.kept

    def _message(self, message):
        for name in ("topic", "deadLetterTopic"):
            if name in message:
                message[name] = shift(message[name])
        extensions = message.get("extensions", {})
        if "topic" in extensions:
            extensions["topic"] = shift(extensions["topic"])
        if "data" in message and not self.kept and not PLACEHOLDER.search(message["data"]):
            message["data"] = self._bytes(base64.b64decode(message["data"]))

    @staticmethod
    def _bytes(data):
        try:
            data = shift_value(data.decode()).encode()
        except UnicodeDecodeError:
            data = shift_bytes(data)
        return base64.b64encode(data).decode()
