"""Recorded timelines of streamed gRPC calls, played against a sidecar."""

import re
import signal
import time

from comparing import is_unordered, substituted
from matching import differences
from streams import Stream

# How long to listen for what must not come; the recording waited up to 8 s.
SILENCE_SECONDS = 0.7
SETTLING_SECONDS = 0.1
# Lines whose streams were open at the same time: the line that is played along, and how many events
# of both come before the rest of either.
INTERLEAVED = {
    "config-sub-grpc-008": ("config-sub-grpc-009", 2, 2),
    "config-sub-grpc-010": ("config-sub-grpc-011", 13, 4),
    "substream-grpc-005": ("substream-grpc-006", 2, 2),
    "substream-grpc-009": ("substream-grpc-010", 2, 2),
}
# Those of which each stream goes on only when both clients answer.
AT_ONCE = {"substream-grpc-009"}


class Timeline:
    """A stream that does what the client of a timeline did, and what the server does meanwhile."""

    def __init__(self, line, sidecar, exchange, redis, bindings):
        self.events = line["response"]["timeline"]
        self.sidecar, self.exchange, self.redis = sidecar, exchange, redis
        self.bindings = bindings
        self.at = 0
        request = line["request"]
        self.stream = Stream(sidecar.channel, request["method"], request["metadata"])

    def play(self, until=None):
        """Goes on to an event, or to the end; what differs."""
        until = len(self.events) if until is None else until
        found = []
        while self.at < until and not found:
            start = self.at
            self.at += 1
            event = self.events[start]
            if event.get("server") == "message":
                # Of changes that are made at once the order may vary.
                while self.at < until and self.events[self.at].get("server") == "message":
                    self.at += 1
                found = self._expect(self.events[start : self.at])
            elif event.get("server") == "end" or event.get("client") == "end":
                found = self._expect([event])
            elif "client" in event:
                self._act(event)
            elif "meanwhile" in event:
                found = self._meanwhile(event["meanwhile"])
            elif "nothing" in event:
                found = self._silence(event["nothing"])
            found = [f"event {start}: {text}" for text in found]
        return found

    def close(self):
        self.stream.cancel()

    def _expect(self, events):
        wanted = [{name: one[name] for name in one if name != "hex"} for one in events]
        # Who ended the call shows in the status.
        wanted = [{"server": one.pop("client")} | one if one.get("client") == "end" else one for one in wanted]
        actual = [self.stream.next() for _ in wanted]
        # Of long messages only the length was recorded.
        for one, other in zip(wanted, actual):
            if "bytesLength" in one and other and "json" in other:
                other["bytesLength"] = self.stream.byte_count(other.pop("json"))
        return differences(wanted, actual, self.bindings, is_unordered)

    def _silence(self, text):
        event = self.stream.next(SILENCE_SECONDS)
        if recorded := re.search(r"([\d.]+) s", text):
            self.bindings.skip(float(recorded[1]) - SILENCE_SECONDS)
        return [f"not expected: {event}"] if event else []

    def _act(self, event):
        if event["client"] == "send":
            if "json" in event:
                self.stream.send(substituted(event["json"], self.bindings))
            else:
                self.stream.send(bytes.fromhex(event["hex"]))
        elif event["client"] == "half-close":
            self.stream.half_close()
        elif event["client"] == "cancel":
            # What was sent just before has to get out first.
            time.sleep(SETTLING_SECONDS)
            self.stream.cancel()

    def _meanwhile(self, what):
        if isinstance(what, dict):
            if "redis" in what:
                self.redis.run(what["redis"])
                return []
            return self.exchange(what, self.sidecar, self.bindings)
        if re.match("redis is stopped", what):
            self.redis.stop()
        elif re.match("redis is started again", what):
            self.redis.start()
        elif what == "sidecar receives SIGTERM":
            self.sidecar.process.send_signal(signal.SIGTERM)
        else:
            return [f"nobody knows how to do this: {what}"]
        return []
