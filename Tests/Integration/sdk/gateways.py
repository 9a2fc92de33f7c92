"""Gateways that pass the sidecar's own HTTP API through, for scripts that know nothing of them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "gateway"))

from blackbox.processes import Gateway, environment  # noqa: E402

#: Everything that a configuration can allow.
NATIVE = {"nativeApi": True, "secrets": {"allowBulk": True}, "metadata": {"allowSet": True}}
#: What a gateway adds to each answer, besides what the sidecar says. It closes a connection on which it is
#: answered before it has read all of a request.
ADDED = {"x-request-id", "server-timing", "x-content-type-options", "connection"}


class Gateways:
    """One gateway before each sidecar, by the port of its HTTP API."""

    def __init__(self, protocol="auto"):
        self.protocol, self.running = protocol, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for gateway in self.running.values():
            status = gateway.stop()
            assert status == 0, gateway.report()

    def before(self, ports, token=None):
        """The port of the gateway before the sidecar with these ports."""
        if ports["http"] not in self.running:
            more = {"DAPR_API_TOKEN": token} if token else {}
            self.running[ports["http"]] = Gateway(
                None, self.protocol, NATIVE, env=environment(**more), http=ports["http"],
                grpc=ports["grpc"], await_ready=True)
        return self.running[ports["http"]].port


def http_port(sidecar, way, gateways):
    """The port that answers for the HTTP API of a sidecar: its own, or that of a gateway before it."""
    return sidecar.ports["http"] if way == "sidecar" else gateways.before(sidecar.ports)
