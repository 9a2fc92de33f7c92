#!/usr/bin/env python3
"""Measures the gateway side by side with other ways to reach the same value.

One development sidecar holds one 75-byte value. Every contender stands in front of it (or answers by
itself) and is measured in turn, several rounds, alternating; the table shows medians. CPU time is the
contender's own (all threads of its processes, user and system), divided by the requests it answered,
so that the load generator and the sidecar on the same two cores do not count. Compare ratios, not
absolute figures.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

VALUE = b'{"order":"0017","customer":"c-4711","items":[3,1,4,1,5],"note":"benchmark"}'
assert len(VALUE) == 75


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(url, timeout=2)
        except OSError as error:
            if time.monotonic() > deadline:
                sys.exit(f"bench: {url} did not answer: {error}")
            time.sleep(0.05)


def processes(pid):
    """The process and its descendants (nginx works in a child)."""
    found = [pid]
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/children") as children:
            for child in children.read().split():
                found += processes(int(child))
    return found


def cpu_seconds(pid):
    total = 0
    for process in processes(pid):
        for tid in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{tid}/schedstat") as stat:
                total += int(stat.read().split()[0])
    return total / 1e9


def rss_megabytes(pid):
    total = 0
    for process in processes(pid):
        with open(f"/proc/{process}/status") as status:
            total += int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])
    return total / 1024


def raw_answer(port, request):
    """The bytes of one answer, header and body."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        while len(body) < length:
            body += connection.recv(65536)
        return head, body


class Bench:
    def __init__(self, options):
        self.options = options
        self.started = []
        self.contenders = {}

    def start(self, *command, **keywords):
        process = subprocess.Popen(command, **keywords)
        self.started.append(process)
        return process

    def stop(self):
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def template(self, name, **values):
        with open(os.path.join(os.path.dirname(__file__), name)) as file:
            text = file.read()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = os.path.join(self.options.work, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    # The contenders -------------------------------------------------------------------------------

    def start_sidecar(self):
        self.http, self.grpc = free_port(), free_port()
        self.start(self.options.daprgw, "sidecar", "--http-port", str(self.http),
                   "--grpc-port", str(self.grpc), stdout=subprocess.DEVNULL)
        wait_for(f"http://127.0.0.1:{self.http}/v1.0/healthz/outbound")

    def start_gateway(self, name, protocol, shards):
        port, admin = free_port(), free_port()
        path = self.template_text(f"{name}.yaml", f"""
listen: ["127.0.0.1:{port}"]
admin: {{listen: "127.0.0.1:{admin}"}}
sidecar: {{http: "127.0.0.1:{self.http}", grpc: "127.0.0.1:{self.grpc}", protocol: {protocol}}}
defaults: {{state: statestore}}
shards: {shards}
log: {{level: error}}
""")
        process = self.start(self.options.daprgw, "serve", "--config", path)
        wait_for(f"http://127.0.0.1:{admin}/readyz")
        return process, port

    def template_text(self, name, text):
        path = os.path.join(self.options.work, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def start_all(self):
        work = os.path.abspath(self.options.work)
        self.start_sidecar()
        gateway, port = self.start_gateway("grpc", "grpc", 1)
        self.gateway_port = port
        put = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/state/statestore/benchmark", VALUE, method="PUT",
            headers={"Content-Type": "application/json"})
        urllib.request.urlopen(put).close()
        self.add("state get, gRPC", gateway, port, "/v1/state/statestore/benchmark")
        self.add("constant route", gateway, port, "/healthz")
        over_http, http_port = self.start_gateway("http", "http", 1)
        self.add("state get, HTTP", over_http, http_port, "/v1/state/statestore/benchmark")

        head, body = raw_answer(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        fields = []
        for line in head.decode().split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            if name.lower() not in ("content-length", "date", "connection"):
                fields += [name, value]
        bare_port = free_port()
        bare = self.start(f"{work}/bare", str(bare_port), body.decode(), *fields)
        wait_for(f"http://127.0.0.1:{bare_port}/")
        self.add("bare libmicrohttpd", bare, bare_port, "/healthz")

        nginx_port = free_port()
        nginx = self.start("nginx", "-p", work, "-c", os.path.abspath(self.template(
            "nginx.conf", DIR=work, PORT=nginx_port, HTTP_PORT=self.http)))
        wait_for(f"http://127.0.0.1:{nginx_port}/v1.0/healthz/outbound")
        self.add("nginx proxy_pass", nginx, nginx_port, "/v1.0/state/statestore/benchmark")

        envoy_port = free_port()
        envoy = self.start(
            f"{work}/venv/bin/envoy", "--concurrency", "1", "--disable-hot-restart", "-l", "error",
            "-c", self.template("envoy.yaml", DIR=work, PORT=envoy_port, GRPC_PORT=self.grpc))
        while envoy.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", envoy_port)).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit(f"bench: envoy ended with status {envoy.returncode}")
        script = os.path.join(os.path.dirname(__file__), "transcode.lua")
        self.add("Envoy transcoder", envoy, envoy_port,
                 "/dapr.proto.runtime.v1.Dapr/GetState", script)

    def add(self, name, process, port, path, script=None):
        if not self.options.only or any(part in name for part in self.options.only.split(",")):
            self.contenders[name] = (process, port, path, script)

    # Measuring ------------------------------------------------------------------------------------

    def measure(self, process, port, path, script, seconds):
        command = ["wrk", "-t1", f"-c{self.options.connections}", f"-d{seconds}s", "--latency"]
        if script:
            command += ["-s", script]
        before = cpu_seconds(process.pid)
        text = subprocess.run(command + [f"http://127.0.0.1:{port}{path}"], check=True,
                              capture_output=True, text=True).stdout
        spent = cpu_seconds(process.pid) - before
        if "Non-2xx" in text or "Socket errors" in text:
            sys.exit(f"bench: errors from port {port}:\n{text}")
        requests, size = re.search(r"(\d+) requests in .*?, ([\d.]+[KMG]?B) read", text).groups()
        unit = {"B": 1, "K": 1024, "M": 1024**2, "G": 1024**3}[size.rstrip("B")[-1:] if
                                                             size[-2] in "KMG" else "B"]
        return {
            "cpu": spent / int(requests) * 1e6,
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p50": milliseconds(re.search(r"(?m)^ +50% +(\S+)", text)[1]),
            "p99": milliseconds(re.search(r"(?m)^ +99% +(\S+)", text)[1]),
            "rss": rss_megabytes(process.pid),
            "bytes": float(size.rstrip("KMGB")) * unit / int(requests),
        }

    def run(self):
        results = {name: [] for name in self.contenders}
        for contender in self.contenders.values():
            self.measure(*contender, seconds=1)  # warm-up
        for _ in range(self.options.rounds):
            for name, contender in self.contenders.items():
                results[name].append(self.measure(*contender, seconds=self.options.seconds))
        return {name: {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
                for name, rounds in results.items()}

    def idle(self):
        """Resident memory of a fresh gateway with two shards: alone, with 1 000 connections on which
        nothing was sent yet, and with 1 000 on which one request was answered."""
        process, port = self.start_gateway("idle", "grpc", 2)
        # The code of a request comes into memory with the first one, whoever sends it.
        for _ in range(20):
            wait_for(f"http://127.0.0.1:{port}/healthz").close()
        time.sleep(1)
        alone = rss_megabytes(process.pid)
        connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(1000)]
        time.sleep(1)
        silent = rss_megabytes(process.pid)
        for connection in connections:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        for connection in connections:
            connection.recv(65536)
        used = rss_megabytes(process.pid)
        for connection in connections:
            connection.close()
        return alone, silent, used


def milliseconds(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def report(medians, idle):
    print(f"\n{'':22}{'CPU us/req':>11}{'req/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'RSS MB':>8}{'bytes':>7}")
    for name, row in medians.items():
        print(f"{name:22}{row['cpu']:11.1f}{row['rate']:9.0f}{row['p50']:8.2f}{row['p99']:8.2f}"
              f"{row['rss']:8.1f}{row['bytes']:7.0f}")

    def ratio(over, under, limit):
        if over in medians and under in medians:
            value = medians[over]["cpu"] / medians[under]["cpu"]
            print(f"{over + ' / ' + under:44}{value:6.2f}   to reach: at most {limit}")

    print("\nCPU per request, ratios")
    ratio("constant route", "bare libmicrohttpd", 1.3)
    ratio("state get, gRPC", "nginx proxy_pass", 1.1)
    ratio("state get, gRPC", "Envoy transcoder", 0.35)
    alone, silent, used = idle
    print(f"\nidle RSS, two shards: {alone:.1f} MB   to reach: at most 25")
    print(f"1 000 idle connections add {silent - alone:.1f} MB   to reach: at most 20; "
          f"{used - alone:.1f} MB once each has served a request")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--daprgw", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--only", help="comma-separated parts of contenders' names")
    bench = Bench(parser.parse_args())
    try:
        bench.start_all()
        report(bench.run(), bench.idle())
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
