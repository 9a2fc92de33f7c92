"""The HTTP routes through the `requests` library, as the recordings call them.

The replay sends each request on a connection of its own; here a common client keeps them open.
"""

import re

import pytest
import requests

import http1
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


NAMES = ["state", "query", "secrets", "pubsub", "configuration", "lock", "bindings", "crypto"]
NAMES += ["runtime", "others"]


@pytest.mark.parametrize("name", NAMES)
def test_the_routes_answer_as_recorded(name, sidecars):
    replay = RequestsReplay(name, sidecars)
    result = replay.run()
    failed = {id: text for id, text in result.failed.items() if id not in exceptions(name)}
    assert result.passed and replay.sent
    assert not failed, "\n".join(f"{id}: {text}" for id, text in failed.items())
