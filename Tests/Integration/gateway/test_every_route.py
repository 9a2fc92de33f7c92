"""What holds for every route, asked of a live gateway: the requests are made from `/openapi.json`, so
that a new route is covered by being there. What can be asked without a sidecar is asked in
`Tests/GatewayRoutesTests/RouteTableTests.swift`.
"""

import json
from urllib.parse import quote

import pytest

from blackbox.problems import problem
from blackbox.processes import PROTOCOLS, Gateway

LIMIT = 2048


@pytest.fixture(scope="module")
def permissive(sidecar):
    """A gateway of each protocol that allows what can be allowed, with a small limit."""
    running = {}

    def gateway(protocol):
        if protocol not in running:
            running[protocol] = Gateway(sidecar, protocol, {
                "secrets": {"allowBulk": True}, "metadata": {"allowSet": True},
                "limits": {"body": f"{LIMIT}B"}})
        return running[protocol]

    yield gateway
    for process in running.values():
        assert process.stop() == 0, process.report()


class Sample:
    """A request that an operation of the document understands."""

    def __init__(self, document, path, method, operation):
        self.document, self.path, self.method, self.operation = document, path, method, operation
        self.parameters = [self.resolved(p) for p in operation.get("parameters", [])]
        self.values = {p["name"]: p.get("example", "") for p in self.parameters if p["in"] == "path"}
        self.query = [(p["name"], v) for p in self.parameters
                      if p["in"] == "query" and p.get("required") for v in listed(p["example"])]
        self.body, self.fields = b"", {}
        if "requestBody" in operation:
            self.types = self.resolved(operation["requestBody"])["content"]
            kind = next((t for t, c in self.types.items() if "example" in c), list(self.types)[0])
            example = self.types[kind].get("example", "")
            self.body = (example if isinstance(example, str) else json.dumps(example)).encode()
            self.fields = {"Content-Type": kind}

    def __str__(self):
        return f"{self.method} {self.target}"

    def resolved(self, value):
        if "$ref" not in value:
            return value
        found = self.document
        for name in value["$ref"][2:].split("/"):
            found = found[name]
        return found

    @property
    def target(self):
        path = self.path
        for name, value in self.values.items():
            path = path.replace("{%s}" % name, quote(value))
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in self.query)
        return f"{path}?{query}" if query else path

    def of_kind(self, kind):
        """The parameters of the path with that schema."""
        return [p["name"] for p in self.parameters
                if p["schema"].get("$ref") == f"#/components/schemas/{kind}"]

    def ask(self, gateway):
        body = self.body if self.method not in ("GET", "HEAD", "OPTIONS") or self.body else None
        return gateway.ask(self.method, self.target, self.fields, body)


def listed(example):
    return example if isinstance(example, list) else [example]


def samples(gateway):
    document = gateway.get("/openapi.json").json
    made = [Sample(document, path, method.upper(), operation)
            for path, item in document["paths"].items() for method, operation in item.items()
            if "x-by-rule" not in operation]
    assert len(made) >= 15
    return made


@pytest.fixture(scope="module", params=PROTOCOLS)
def any_gateway(request, permissive):
    return permissive(request.param)


def test_an_unknown_component_is_404(any_gateway):
    asked = 0
    for sample in samples(any_gateway):
        for kind, slug in (("ComponentName", "no-such-component"), ("AppName", "no-such-app")):
            for name in sample.of_kind(kind):
                # Over HTTP, a sidecar's own answer to HEAD has no content to know it by.
                if sample.method == "HEAD":
                    continue
                sample.values[name] = "nosuch"
                response = sample.ask(any_gateway)
                assert response.status == 404, (str(sample), response.body)
                problem(response, 404, slug)
                asked += 1
    assert asked >= 10


def test_a_body_over_the_limit_is_413_before_it_is_sent(any_gateway):
    for sample in samples(any_gateway):
        # Those that mean nothing are read and ignored up to 4 KiB.
        size = LIMIT + 1 if "requestBody" in sample.operation else 5000
        if sample.method == "HEAD":
            continue
        sample.body = b"x" * size
        problem(sample.ask(any_gateway), 413, "body-too-large")
        with any_gateway.connect() as connection:
            connection.send(
                f"{sample.method} {sample.target} HTTP/1.1\r\nHost: x\r\n"
                f"Content-Length: {size}\r\nExpect: 100-continue\r\n\r\n".encode())
            head = connection.response(sample.method)
            assert (head.status, head.interim) == (413, []), str(sample)


def test_a_body_at_the_limit_is_not_too_large(any_gateway):
    for sample in samples(any_gateway):
        if "requestBody" in sample.operation and sample.method != "HEAD":
            sample.body = (b'"' + b"x" * (LIMIT - 2) + b'"')
            assert sample.ask(any_gateway).status != 413, str(sample)


def test_the_documented_request_is_answered_as_documented(any_gateway):
    for sample in samples(any_gateway):
        response = sample.ask(any_gateway)
        documented = sample.operation["responses"]
        told = sample.resolved(documented.get(str(response.status)) or documented["default"])
        # An app may answer what it likes.
        assert response.status < 500 or "default" in documented, (str(sample), response.body)
        if sample.method != "HEAD" and response.body and "*/*" not in told["content"]:
            assert response.media_type in told["content"], str(sample)
        for name, field in told["headers"].items():
            if sample.resolved(field).get("required"):
                assert response.get(name) is not None, (str(sample), name)
