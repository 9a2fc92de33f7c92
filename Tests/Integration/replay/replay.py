"""Replays the recorded answers of a real Dapr sidecar against the development sidecar.

    replay.py FILE [ID] [--renamed]     one file, or one line and what it needs before it

Prints what differs and the counts of the file. The tests (`test_replay.py`) do the same for all
files, as recorded and renamed.
"""

import argparse
import base64
import json
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import grpc

import frames
import grpc_calls
import http1
from comparing import (
    field_differences,
    raw_differences,
    received_event,
    request_message,
    server_events,
    substituted,
    textual,
    timeline_differences,
    unordered_in,
)
from documents import made_anew
from matching import PLACEHOLDER, Bindings, differences, parse_json
from recording import load, observed_values, out_of_scope, wait_before
from redis_commands import Redis
from renaming import NoRenaming, Renaming
from sidecars import Sidecars
from timelines import AT_ONCE, INTERLEAVED, Timeline

EXCEPTIONS = Path(__file__).with_name("exceptions.json")
# At most this share of the lines in scope of a file may be excepted.
EXCEPTED_SHARE = 0.03
DELIVERY_SECONDS = 3  # for an event to reach the app
NO_DELIVERY_SECONDS = 0.2
EXPIRY_SECONDS = 1  # for a call that is recorded to take longer than its client waited
# Lines for which the app, or its sidecar too, had been killed.
STOPPED = {
    "invoke-down-http-001": "--stopped-app",
    "invoke-down-grpc-001": "--stopped-app",
    "invoke-down-http-002": "--stopped-sidecar",
    "invoke-down-http-003": "--stopped-sidecar",
    "invoke-down-grpc-002": "--stopped-sidecar",
    "invoke-down-grpc-003": "--stopped-sidecar",
}
# The app is the echo app, unless it is named here.
STOPPED_APP = {"invoke-down-grpc-003": "grpc-app"}
# Here JSON is compared as text: what is stored, and the secrets, have a stable form.
STORED = re.compile(r"200 GET /v1\.0/(state|secrets)/")
# What a line says that was sent while Redis was away.
WITHOUT_REDIS = re.compile(r"redis is (down|stopped)$")
# Where a file's lines went that name no sidecar, unless to `gw-test`.
DEFAULT_SIDECAR = {"query": "full"}
APP_TAKE = "/v1.0/invoke/{app}/method/_take"


@dataclass
class Result:
    """What a replay of a file gave."""

    name: str
    variant: str
    passed: list = field(default_factory=list)
    failed: dict = field(default_factory=dict)
    skipped: dict = field(default_factory=dict)

    @property
    def in_scope(self):
        return len(self.passed) + len(self.failed)

    def problems(self, excepted):
        """Why the file does not pass, given the ids that are excepted in it."""
        found = [f"{id}: {text}" for id, text in self.failed.items() if id not in excepted]
        found += [f"{id} is excepted, but passes" for id in self.passed if id in excepted]
        if len(excepted) > EXCEPTED_SHARE * self.in_scope:
            found.append(f"{len(excepted)} of {self.in_scope} lines are excepted: more than 3 %")
        return found

    def summary(self, excepted):
        return (
            f"{self.name} {self.variant}: in scope {self.in_scope}, passed {len(self.passed)}, "
            f"excepted {len(excepted)}, failed {len(self.failed.keys() - excepted)}, "
            f"skipped by rule {len(self.skipped)}"
        )


def exceptions(name):
    """The excepted ids of a file; reasons are for the reader."""
    entries = json.loads(EXCEPTIONS.read_text())
    known = {line["id"] for line in load(name)}
    return {id for id in entries if id in known}


class Replay:
    """One file against fresh sidecars."""

    exchange = staticmethod(http1.exchange)

    def __init__(self, name, renaming, sidecars):
        self.name, self.renaming, self.sidecars = name, renaming, sidecars
        self.lines = load(name)
        self.bindings = Bindings(observed_values(self.lines))
        self.result = Result(name, renaming.name)
        self.redis = Redis(sidecars)
        self.played = {}

    def run(self, last_id=None):
        if self.name == "transport":
            return self._run_together()
        for recorded in self.lines:
            self._run_line(recorded)
            if recorded["id"] == last_id:
                break
        return self.result

    def _run_together(self):
        """Timelines that last minutes, each on a connection of its own."""
        self.sidecars.get("small")
        with ThreadPoolExecutor(len(self.lines)) as pool:
            list(pool.map(self._run_line, self.lines))
        return self.result

    def _run_line(self, recorded):
        id = recorded["id"]
        if reason := out_of_scope(recorded):
            self.result.skipped[id] = reason
            return
        time.sleep(wait_before(recorded))
        line = made_anew(self.renaming.line(recorded), self.bindings)
        self.bindings.start_line()
        trial = self.bindings.copy()
        try:
            found = self._differences(line, trial)
        except (AssertionError, OSError, ValueError, KeyError) as problem:
            found = [f"{type(problem).__name__}: {problem}"]
        # Also of a line that fails: later ones refer to what it was answered.
        self.bindings.adopt(trial)
        if found:
            self.result.failed[id] = f"{line['note']}\n" + "\n".join(found)
        else:
            self.result.passed.append(id)

    def _sidecar(self, line):
        name = line["request"].get("sidecar", DEFAULT_SIDECAR.get(self.name, "gw-test"))
        if line["id"].startswith("health-") and name == "small":
            return self.sidecars.get(name, ("--app-port", "6999"))
        if line["id"] in STOPPED:
            app = self.renaming.app_id(STOPPED_APP.get(line["id"], "echo-app"))
            return self.sidecars.get(name, (STOPPED[line["id"]], app))
        return self.sidecars.get(name)

    def _differences(self, line, bindings):
        if line["protocol"] == "h2":
            return self._h2(line, bindings)
        if line["id"] in self.played:
            return self.played.pop(line["id"])
        is_without_redis = WITHOUT_REDIS.search(line["note"])
        if is_without_redis:
            self.redis.stop()
        found = self._exchange(line, self._sidecar(line), bindings)
        if is_without_redis:
            self.redis.end_outage()
        if "appReceived" in line["response"]:
            found += self._received(line["response"]["appReceived"], bindings)
        if "exitCode" in line["response"]:
            sidecar = self._sidecar(line)
            code = sidecar.exit_code(10)
            self.sidecars.stop((line["request"]["sidecar"],))
            if code != line["response"]["exitCode"]:
                found.append(f"exit status {code}, not {line['response']['exitCode']}")
        return found

    def _exchange(self, line, sidecar, bindings):
        compare = {
            "http": self._http,
            "grpc": self._grpc,
            "grpc-stream": self._stream,
            "redis": self._commands,
        }
        return compare[line["protocol"]](line, sidecar, bindings)

    def _commands(self, line, _, bindings):
        outputs = line["response"].get("outputs", [])
        actual = [self.redis.run(command) for command in line["request"]["commands"]]
        # Only what a command finds counts: that it succeeds is no answer of a sidecar.
        pairs = [pair for pair in zip(outputs, actual) if pair[1] is not None]
        return [text for one, other in pairs for text in differences(one, other, bindings)]

    # HTTP/1.1

    def _http(self, line, sidecar, bindings):
        request, expected = substituted(line["request"], bindings), line["response"]
        public = request.get("sidecar") == "public"
        port = sidecar.ports["public" if public else "http"]
        if request["method"] == "RAW":
            received, closed = http1.raw_exchange(port, request["raw"])
            return raw_differences(expected, received, closed)
        actual = self.exchange(port, request)
        if "error" in actual:
            return [] if "error" in expected else [actual["error"]]
        found = differences(expected["status"], actual["status"], bindings, path="status")
        if expected.get("framing") != actual["framing"]:
            found.append(f"framing {actual['framing']}, not {expected.get('framing')}")
        found += field_differences(expected["headers"], actual["fields"], bindings)
        stored = f"{expected['status']} {request['method']} {request['path']}"
        is_stored = STORED.match(stored) and "x-echo" not in expected["headers"]
        exact = is_stored and self.renaming.keeps_order
        unordered = unordered_in(line)
        return found + self._body_differences(
            expected, actual["body"], bindings, exact, unordered
        )

    def _body_differences(self, expected, body, bindings, exact, unordered):
        if PLACEHOLDER.search(expected.get("bodyBase64", "")):
            text = base64.b64encode(body).decode()
            return differences(expected["bodyBase64"], text, bindings, path="body")
        if "bodyBase64" in expected:
            return differences(base64.b64decode(expected["bodyBase64"]).hex(), body.hex(), bindings)
        if "bodyLength" in expected:
            found = differences(expected["bodyLength"], len(body), bindings, path="length")
            prefix = expected["bodyPrefix"]
            shown = body[: len(prefix)].decode("utf-8", "replace")
            return found + differences(prefix, shown, bindings, path="prefix")
        text, actual = expected.get("body", ""), body.decode("utf-8", "replace")
        if bindings.match(text, actual):
            return []
        one, other = parse_json(text), parse_json(actual)
        if exact or not isinstance(one, (dict, list)) or other is None:
            return differences(text, actual, bindings, path="body")
        found = differences(one, other, bindings, unordered, "")
        if text.endswith("\n") != actual.endswith("\n"):
            found.append("line feed at the end: one has it, the other not")
        return found

    def _received(self, expected, bindings):
        """What the echo app got from its own sidecar since it was last asked."""
        port = self.sidecars.get("echo-app").ports["http"]
        path = APP_TAKE.format(app=self.renaming.app_id("echo-app"))
        actual, deadline = [], time.monotonic() + DELIVERY_SECONDS
        if not expected:
            time.sleep(NO_DELIVERY_SECONDS)
        while True:
            request = {"method": "GET", "path": path, "headers": {}}
            body = self.exchange(port, request)["body"]
            actual += json.loads(body)
            if len(actual) >= len(expected) or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        return differences(
            [received_event(one) for one in expected],
            [received_event(one, like) for one, like in zip(actual, expected)]
            + actual[len(expected) :],
            bindings,
            lambda path: path.endswith("headers") or path == "received",
            "received",
        )

    # gRPC

    def _grpc(self, line, sidecar, bindings):
        request, expected = line["request"], line["response"]
        types = grpc_calls.method_types(request["method"])
        data = request_message(request, types, bindings)
        metadata = substituted(request["metadata"], bindings)
        timeout = request.get("timeoutSeconds", 15)
        expired = expected["grpcStatus"] == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
        is_given_up = expired and "timeoutSeconds" not in request
        if is_given_up:
            timeout = EXPIRY_SECONDS
        actual = grpc_calls.call(sidecar.channel, request["method"], data, metadata, timeout)
        wanted = {"initialMetadata": {}, "trailers": {}} | expected
        for other in ("exitCode", "appReceived"):
            wanted.pop(other, None)
        words = actual.get("grpcMessage", "").title()
        if "Deadline" in words and (is_given_up or words in expected.get("grpcMessage", "")):
            # The words are the client's own, more or fewer by which of its timers is first.
            actual["grpcMessage"] = expected["grpcMessage"]
        if "messages" in actual and types:
            shown = grpc_calls.to_json(types[1].FromString(actual["messages"][0]))
            actual["messages"] = [{"json": shown}]
        elif "messages" in actual:
            actual["messages"] = [grpc_calls.raw(one) for one in actual["messages"]]
        if "messages" in wanted:
            # The text says the same.
            wanted["messages"] = [
                {name: one[name] for name in one if name != "hex"} for one in wanted["messages"]
            ]
        return differences(textual(wanted), textual(actual), bindings, unordered_in(line))

    # gRPC streams

    def _stream(self, line, sidecar, bindings):
        first = Timeline(line, sidecar, self._exchange, self.redis, bindings)
        try:
            found = self._interleaved(line["id"], first, bindings) or first.play()
        finally:
            first.close()
        if "sidecar receives SIGTERM" in str(line["response"]["timeline"]):
            self.sidecars.stop((line["request"].get("sidecar", "gw-test"),))
        return found

    def _interleaved(self, id, first, bindings):
        """Plays the line whose stream is open at the same time, if there is one."""
        if id not in INTERLEAVED:
            return []
        other, until, until_other = INTERLEAVED[id]
        line = self.renaming.line(next(line for line in self.lines if line["id"] == other))
        found = first.play(until)
        second = Timeline(line, self._sidecar(line), self._exchange, self.redis, bindings)
        try:
            self.played[other] = second.play(until_other)
            if id in AT_ONCE:
                with ThreadPoolExecutor(1) as pool:
                    rest = pool.submit(second.play)
                    found = found or first.play()
                    self.played[other] = self.played[other] or rest.result()
            else:
                found = found or first.play()
                self.played[other] = self.played[other] or second.play()
        finally:
            second.close()
        return found

    # HTTP/2

    def _h2(self, line, bindings):
        listener, timeline = line["request"]["listener"], line["response"]["timeline"]
        kind, _, name = listener.partition(" of ")
        # Its app id had five letters, as the length of its metadata tells.
        name = "small" if name.startswith("a sidecar") else name or "gw-test"
        connection = frames.Timeline(self.sidecars.get(name).ports[kind])
        try:
            actual = connection.play(timeline)
        finally:
            connection.close()
        timed = "atSeconds" in timeline[0]
        expected = server_events(timeline, timed)
        actual = server_events(actual, timed)
        return timeline_differences(expected, actual, timed, bindings)


def replay(name, renaming, last_id=None):
    """Replays a file (up to a line) against sidecars of its own."""
    with tempfile.TemporaryDirectory() as folder, Sidecars(renaming, folder) as sidecars:
        return Replay(name, renaming, sidecars).run(last_id)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("id", nargs="?")
    parser.add_argument("--renamed", action="store_true")
    arguments = parser.parse_args()
    renaming = Renaming() if arguments.renamed else NoRenaming()
    result = replay(arguments.file, renaming, arguments.id)
    excepted = exceptions(arguments.file)
    if arguments.id:
        print(result.failed.get(arguments.id, f"{arguments.id} passes"))
        return arguments.id in result.failed
    problems = result.problems(excepted)
    print("\n".join(problems + [result.summary(excepted)]))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
