"""Starting the development sidecar in the profiles that the recording names."""

import json
import os
import select
import signal
import subprocess
from pathlib import Path

import grpc

from grpc_calls import OPTIONS

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("DAPRGW", str(ROOT / ".build" / "debug" / "daprgw"))
START_SECONDS = 20
# The environment in which the recorded sidecars ran.
ENVIRONMENT = {"DEMO_TOKEN": "tok-123", "DEMO_EMPTY": "", "DEMO_UNI": "hé"}
PROFILE_ENVIRONMENT = {
    "token": {"DAPR_API_TOKEN": "s3cr3t"},
    "noh2c": {"DAPR_HTTP_DISABLE_H2C": "true"},
}


class Sidecar:
    """One process, with a channel to its gRPC port."""

    def __init__(self, profile, options, environment):
        arguments = ["--profile", profile, "--http-port", "0", "--grpc-port", "0"]
        if profile == "token":
            arguments += ["--public-port", "0"]
        self.process = subprocess.Popen(
            [PROGRAM, "sidecar", *arguments, *options],
            stdout=subprocess.PIPE,
            env=_plain_environment() | environment | PROFILE_ENVIRONMENT.get(profile, {}),
        )
        self.ports = self._wait_until_ready()
        address = f"127.0.0.1:{self.ports['grpc']}"
        self.channel = grpc.insecure_channel(address, options=OPTIONS)

    def _wait_until_ready(self):
        """The line that the sidecar prints as soon as it listens."""
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.process.kill()
            raise AssertionError(f"{PROGRAM} sidecar did not say where it listens")
        return json.loads(line)

    def exit_code(self, seconds):
        """The exit status of a sidecar that is about to end by itself."""
        return self.process.wait(seconds)

    def stop(self):
        self.channel.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


def _plain_environment():
    """Ours without what would change a sidecar."""
    prefixes = ("DAPR", "DEMO_", "APP_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


class Sidecars:
    """The sidecars of one file: started when they are first needed, stopped together."""

    def __init__(self, renaming, folder):
        self.renaming = renaming
        self.running = {}
        self.options = renaming.sidecar_options(Path(folder))
        self.environment = renaming.environment(ENVIRONMENT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.running):
            self.stop(name)

    def get(self, name, extra=()):
        """The sidecar `name` of the recording; `extra` options make it one of its own."""
        profile = "token" if name == "public" else name
        key = (profile, *extra)
        if key not in self.running:
            app_id = ["--app-id", self.renaming.app_id(profile)]
            self.running[key] = Sidecar(
                profile, [*app_id, *self.options, *extra], self.environment
            )
        return self.running[key]

    def stop(self, key):
        self.running.pop(key).stop()
