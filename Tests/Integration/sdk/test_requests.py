"""The HTTP routes through the `requests` library, as the recordings call them.

The replay sends each request on a connection of its own; here a common client keeps them open.
"""

import re

import pytest
import requests

import http1
from gateways import ADDED, Gateways
from renaming import NoRenaming
from replay import Replay, exceptions


# Of a file on more than these routes: the ids of the lines that are replayed.
SELECTED = {"runtime": re.compile("metadata-|health-")}


class RequestsReplay(Replay):
    """A replay whose HTTP requests a `requests.Session` sends."""

    def __init__(self, name, sidecars):
        super().__init__(name, NoRenaming(), sidecars)
        if name in SELECTED:
            self.lines = [line for line in self.lines if SELECTED[name].match(line["id"])]
        self.session = requests.Session()
        self.sent = 0

    def exchange(self, port, request):
        if "chunked" in request:
            return http1.exchange(port, request)
        prepared = self.session.prepare_request(
            requests.Request(
                request["method"],
                f"http://127.0.0.1:{port}{request['path']}",
                headers=request["headers"],
                data=http1.body_of(request),
            )
        )
        if prepared.path_url != request["path"]:
            # requests does not send such a path as it is.
            return http1.exchange(port, request)
        self.sent += 1
        answer = self.session.send(prepared, allow_redirects=False, timeout=http1.TIMEOUT_SECONDS)
        fields = [(name.lower(), value) for name, value in answer.raw.headers.items()]
        framing = "chunked" if "Transfer-Encoding" in answer.headers else "content-length"
        return {
            "status": answer.status_code,
            "fields": fields,
            "body": answer.content,
            "framing": framing if answer.content else None,
        }


class GatewayReplay(RequestsReplay):
    """The same before gateways with `nativeApi`: nothing may differ but what a gateway adds."""

    def __init__(self, name, sidecars, gateways):
        super().__init__(name, sidecars)
        self.gateways = gateways

    def _http(self, line, sidecar, bindings):
        if line["request"].get("sidecar") == "public" or line["request"]["method"] == "RAW":
            return super()._http(line, sidecar, bindings)
        token = "s3cr3t" if line["request"].get("sidecar") == "token" else None
        self.by_way = {sidecar.ports["http"]: self.gateways.before(sidecar.ports, token)}
        try:
            # The gateway frames content its own way.
            response = {k: v for k, v in line["response"].items() if k != "framing"}
            return super()._http(line | {"response": response}, sidecar, bindings)
        finally:
            self.by_way = {}

    by_way = {}

    def exchange(self, port, request):
        answer = super().exchange(self.by_way.get(port, port), request)
        if port in self.by_way and "error" not in answer:
            answer["fields"] = [pair for pair in answer["fields"] if pair[0] not in ADDED]
            answer["framing"] = None
        return answer


NAMES = ["state", "query", "secrets", "pubsub", "configuration", "lock", "bindings", "crypto"]
NAMES += ["runtime", "others"]


# What a gateway is to do otherwise than the sidecar, by the ids of the recording.
THROUGH_GATEWAY = {
    "state-mem-http-040": "400: `..` in a path, which the sidecar resolves in some places",
    "state-mem-http-046": "a malformed escape is 400 before the sidecar sees it",
    "state-mem-http-048": "400: `..` in a path",
    "state-mem-http-049": "404: a path that only the sidecar's cleaning turns into one of its own",
    "publish-http-027": "the gateway's call is a span of its own",
    "publish-http-035": "400: an empty segment, which the sidecar drops",
    "health-http-010": "the gateway's own /healthz",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_routes_answer_as_recorded(name, sidecars):
    replay = RequestsReplay(name, sidecars)
    result = replay.run()
    failed = {id: text for id, text in result.failed.items() if id not in exceptions(name)}
    assert result.passed and replay.sent
    assert not failed, "\n".join(f"{id}: {text}" for id, text in failed.items())


@pytest.mark.parametrize("name", NAMES)
def test_the_routes_answer_through_a_gateway_as_recorded(name, sidecars):
    with Gateways() as gateways:
        replay = GatewayReplay(name, sidecars, gateways)
        result = replay.run()
    excepted = exceptions(name) | THROUGH_GATEWAY.keys()
    failed = {id: text for id, text in result.failed.items() if id not in excepted}
    assert result.passed and replay.sent
    assert not failed, "\n".join(f"{id}: {text}" for id, text in failed.items())
    passes = [id for id in result.passed if id in THROUGH_GATEWAY]
    assert not passes, f"excepted, but they pass: {passes}"
