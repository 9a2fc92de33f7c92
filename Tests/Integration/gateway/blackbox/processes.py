"""Starting and stopping the binary. Only processes that were started here are ever ended."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .rawhttp import Connection, exchange
from .waiting import until

REPOSITORY = Path(__file__).resolve().parents[4]
BINARY = os.environ.get("DAPRGW", str(REPOSITORY / ".build/debug/daprgw"))


FOLDERS = tempfile.TemporaryDirectory(prefix="daprgw-test-")


def temporary_folder():
    """A folder that is gone when the tests are."""
    return tempfile.mkdtemp(dir=FOLDERS.name)


def free_port():
    """A TCP port that was free a moment ago on 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Whether sidecars speak HTTP/1.1 only, and the protocols of a gateway before them.
IS_HTTP1 = os.environ.get("BLACKBOX_HTTP1") == "1"
PROTOCOLS = ["http"] if IS_HTTP1 else ["grpc", "http", "auto"]


def environment(**more):
    """Ours, without anything that would configure a sidecar or a gateway."""
    kept = {
        key: value for key, value in os.environ.items()
        if not key.startswith(("DAPR_", "DAPRGW", "APP_", "NO_PROXY", "no_proxy"))
    }
    return {**kept, **{key: str(value) for key, value in more.items()}}


def run(*arguments, timeout=30, env=None, **more):
    """Runs a command of the binary to its end."""
    return subprocess.run(
        [BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
        env=env or environment(), stdin=subprocess.DEVNULL, **more)


class Process:
    """A running command of the binary, its output in files."""

    def __init__(self, *arguments, env=None, directory=None):
        self.directory = Path(directory or temporary_folder())
        self.arguments = [BINARY, *map(str, arguments)]
        self._stdout = open(self.directory / "stdout", "ab")
        self._stderr = open(self.directory / "stderr", "ab")
        self.process = subprocess.Popen(
            self.arguments, stdin=subprocess.DEVNULL, stdout=self._stdout, stderr=self._stderr,
            env=env or environment())
        self.pid = self.process.pid

    @property
    def stdout(self):
        return (self.directory / "stdout").read_text(errors="replace")

    @property
    def stderr(self):
        return (self.directory / "stderr").read_text(errors="replace")

    @property
    def is_running(self):
        return self.process.poll() is None

    def wait_for(self, condition, timeout=20.0, what="the process to be ready"):
        """Polls `condition` as long as the process lives."""
        def check():
            if not self.is_running:
                raise ProcessEnded(self)
            try:
                return condition()
            except OSError:
                return None
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            result = check()
            if result:
                return result
            time.sleep(0.01)
        raise AssertionError(f"not within {timeout} s: {what}\n{self.report()}")

    def report(self):
        return (f"{' '.join(self.arguments)}\nexit status {self.process.poll()}\n"
                f"--- stdout\n{self.stdout[-3000:]}\n--- stderr\n{self.stderr[-6000:]}")

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """SIGKILL, as the kernel would do it."""
        if self.is_running:
            self.process.kill()
        self.process.wait(10)

    def stop(self, timeout=15.0):
        """SIGTERM, then SIGKILL. Returns the exit status; the test fails if it had to be killed."""
        if self.is_running:
            self.process.terminate()
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end it within {timeout} s\n{self.report()}")
        finally:
            self._stdout.close()
            self._stderr.close()
        return status

    @property
    def descriptors(self):
        """The number of open file descriptors."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class ProcessEnded(AssertionError):
    def __init__(self, process):
        super().__init__(f"the process ended\n{process.report()}")


SECRETS = {"db-password": "s3cr3t-pa55", "other": "x"}


class Sidecar(Process):
    """`daprgw sidecar`, by itself, with a state store, a broker, a secret store and its own app,
    `pyapp`. `latency` is in milliseconds."""

    def __init__(self, *arguments, http=0, grpc=0, latency=0, subscriptions=(), **more):
        directory = Path(temporary_folder())
        secrets, components = directory / "secrets.json", directory / "components.json"
        secrets.write_text(json.dumps(SECRETS))
        components.write_text(json.dumps([
            {"name": "statestore", "type": "state.in-memory", "metadata": {"actorStateStore": "true"}},
            {"name": "pubsub", "type": "pubsub.in-memory"},
            {"name": "configstore", "type": "configuration.redis",
             "metadata": {"values": json.dumps({"greeting": "hello||1"})}},
            {"name": "secretstore", "type": "secretstores.local.file",
             "metadata": {"secretsFile": str(secrets)}},
            {"name": "querystore", "type": "state.postgresql"},
            {"name": "echo-binding", "type": "bindings.echo"},
            {"name": "files", "type": "bindings.localstorage"},
            {"name": "crypto", "type": "crypto.dapr.localstorage", "metadata": {"temporaryKey": "dev-key"}},
            {"name": "conversation", "type": "conversation.echo"},
        ]))
        subscribed = directory / "subscriptions.json"
        subscribed.write_text(json.dumps(list(subscriptions)))
        super().__init__(
            "sidecar", "--app-id", "pyapp", "--echo-app-id", "pyapp", "--actor-type", "Echo",
            "--subscriptions", subscribed, "--http-port", http, "--grpc-port", grpc, "--components", components,
            *(["--latency", latency] if latency else []), *arguments, directory=directory,
            env=environment(DAPR_HTTP_DISABLE_H2C="true") if IS_HTTP1 else None, **more)
        self.http, self.grpc = self.wait_for(self._ports, what="the sidecar's ports")
        if IS_HTTP1:
            assert not self._speaks_h2c(), "the sidecar was to speak HTTP/1.1 only"

    def _ports(self):
        line, end, _ = self.stdout.partition("\n")
        ports = [re.search(rf'"?{api}"?[=:].*?(\d+)(?=[\s,}}]|$)', line) for api in ("http", "grpc")]
        return end and tuple(int(port[1]) for port in ports)

    def _speaks_h2c(self):
        """Whether the HTTP port answers HTTP/2 at all."""
        with socket.create_connection(("127.0.0.1", self.http), 5) as connection:
            settings = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings)
            return connection.recv(1) != b""

    def ask(self, method, target, fields=None, body=None, **more):
        """A request to the sidecar itself, past the gateway."""
        return exchange(self.http, method, target, fields, body, **more)


class Gateway(Process):
    """`daprgw serve` with a configuration file."""

    def __init__(self, sidecar=None, protocol="auto", configuration=None, env=None, await_ready=None,
                 grpc=None, http=None):
        directory = Path(temporary_folder())
        self.port, self.admin = free_port(), free_port()
        file = {
            "listen": [f"127.0.0.1:{self.port}"],
            "admin": {"listen": f"127.0.0.1:{self.admin}"},
            "sidecar": {
                "grpc": f"127.0.0.1:{grpc or sidecar.grpc}",
                "http": f"127.0.0.1:{http or sidecar.http}",
                "protocol": protocol,
            },
            "defaults": {"state": "statestore", "pubsub": "pubsub", "secrets": "secretstore",
                         "configuration": "configstore"},
            "shards": 2,
        }
        for key, value in (configuration or {}).items():
            if value is None:
                del file[key]
            elif key == "listen":
                file[key] += value
            else:
                file[key] = {**file.get(key, {}), **value} if isinstance(value, dict) else value
        self.file = directory / "daprgw.yaml"
        self.file.write_text(json.dumps(file, indent=2))  # JSON is YAML
        self.protocol = protocol
        super().__init__("serve", "--config", self.file, env=env, directory=directory)
        self.wait_for(lambda: self.ask_admin("/livez").status == 200, what="/livez")
        self.wait_for(lambda: exchange(self.port, "GET", "/healthz"), what="the facade listens")
        if await_ready if await_ready is not None else sidecar is not None:
            self.wait_ready()

    def wait_ready(self, timeout=20.0):
        self.wait_for(
            lambda: self.ask_admin("/readyz").status == 200, timeout, f"/readyz of {self.protocol}")

    # Asking

    def connect(self, timeout=15.0):
        return Connection(self.port, timeout=timeout)

    def ask(self, method, target, fields=None, body=None, **more):
        """One request to the facade; what every response must have is checked here."""
        if isinstance(body, str):
            body = body.encode()
        response = exchange(self.port, method, target, fields, body, **more)
        check_common(response)
        return response

    def get(self, target, fields=None, **more):
        return self.ask("GET", target, fields, **more)

    def put(self, target, body=b"", fields=None, **more):
        return self.ask("PUT", target, fields, body, **more)

    def post(self, target, body=b"", fields=None, **more):
        return self.ask("POST", target, fields, body, **more)

    def patch(self, target, body, fields=None, **more):
        if not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        return self.ask("PATCH", target, fields, body, **more)

    def delete(self, target, fields=None, **more):
        return self.ask("DELETE", target, fields, **more)

    def head(self, target, fields=None, **more):
        return self.ask("HEAD", target, fields, **more)

    # The admin side

    def ask_admin(self, target, method="GET", **more):
        return exchange(self.admin, method, target, **more)

    def metrics(self):
        """All samples, as {(name, frozenset of labels): value}."""
        return parse_metrics(self.ask_admin("/metrics").text)

    def metric(self, name, **labels):
        """The sum of a metric over the label sets that contain `labels`; 0 if there is none."""
        wanted = set(labels.items())
        return sum(
            value for (found, pairs), value in self.metrics().items()
            if found == name and wanted <= pairs)

    def gauge(self, pattern):
        """The sum of all samples whose metric's name matches; there must be one."""
        values = [v for (name, _), v in self.metrics().items() if re.search(pattern, name)]
        assert values, f"no metric matches {pattern}: {sorted({n for n, _ in self.metrics()})}"
        return sum(values)


SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text):
    samples = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = SAMPLE.match(line)
            assert match, f"not a sample: {line!r}"
            samples[match[1], frozenset(LABEL.findall(match[2] or ""))] = float(match[3])
    return samples


def check_common(response):
    """What `rest-api.md` says of every response."""
    assert response.get("x-request-id"), response
    assert response.get("x-content-type-options") == "nosniff", response
    timing = response.get("server-timing") or ""
    for part in ("dapr", "gateway"):
        assert re.search(rf"\b{part};dur=\d+(\.\d+)?", timing), (timing, response)
    names = [name.lower() for name, _ in response.fields]
    doubled = {n for n in names if names.count(n) > 1} - {"set-cookie", "x-multi", "www-authenticate"}
    assert not doubled, f"more than once: {doubled}"


def readable(connection, timeout):
    return bool(select.select([connection], [], [], timeout)[0])


__all__ = [
    "BINARY", "Gateway", "IS_HTTP1", "PROTOCOLS", "Process", "ProcessEnded", "REPOSITORY", "Sidecar",
    "check_common", "environment", "free_port", "parse_metrics", "readable", "run", "until",
]
