#!/usr/bin/env python3
"""Streams 1 GiB through invoke in each direction: the gateway beside nginx's proxy_pass without buffering.

Both stand before the same development sidecar, whose echo app makes and counts content without keeping
it. Each contender is measured in turn, several rounds, alternating; the table shows medians. CPU time is
the contender's own; memory is the most that it had beyond what it had before (VmHWM, reset in between).
"""

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time

from bench import cpu_seconds, free_port, processes, wait_for

PIECE = 1 << 20


def status_kilobytes(pid, name):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(rf"{name}:\s+(\d+)", status.read())[1])


def reset_peaks(pid):
    """Makes VmHWM what VmRSS is now; returns that, in KiB, for a process and its children."""
    for process in processes(pid):
        with open(f"/proc/{process}/clear_refs", "w") as file:
            file.write("5")
    return sum(status_kilobytes(process, "VmRSS") for process in processes(pid))


def peak(pid):
    return sum(status_kilobytes(process, "VmHWM") for process in processes(pid))


def head_of(connection):
    """Status and fields of an answer, and what came with them of its content."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            sys.exit("streaming: the connection was closed early")
        received += data
    head, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), fields, rest


# The reader must not be what is measured, so it does not look at chunks: the content has nothing but this
# letter, which no size of a chunk has, and ends as chunks do.
LETTER, END = b"x", b"\r\n0\r\n\r\n"


def download(port, path, count, exactly=False):
    """Reads an answer; its length is made sure of where there is time for it."""
    piece = bytearray(PIECE)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path}/large?n={count} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        status, fields, rest = head_of(connection)
        end = b"" if "content-length" in fields else END
        read, letters, tail = len(rest), rest.count(LETTER), rest[-len(END):]
        while not (tail.endswith(END) if end else read >= count):
            got = connection.recv_into(piece)
            if not got:
                sys.exit(f"streaming: port {port} closed after {read} bytes")
            read += got
            if exactly:
                letters += piece.count(LETTER, 0, got)
            tail = (tail + piece[max(0, got - len(END)):got])[-len(END):]
    if status != 200 or read < count or exactly and letters != count:
        sys.exit(f"streaming: port {port} answered {status} with {read} bytes")


def upload(port, path, count):
    piece = memoryview(b"x" * PIECE)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            f"POST {path}/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {count}\r\n\r\n".encode())
        left = count
        while left:
            connection.sendall(piece[:min(left, PIECE)])
            left -= min(left, PIECE)
        status, _, content = head_of(connection)
        while not content.rstrip().endswith((b"}", b"0")):
            content += connection.recv(65536)
        content = content[content.index(b"{"):content.rindex(b"}") + 1]
    if status != 200 or json.loads(content)["bodyLength"] != count:
        sys.exit(f"streaming: port {port} answered {status}: {content[:500]!r}")


class Streaming:
    def __init__(self, options):
        self.options = options
        self.processes = []
        os.makedirs(options.work, exist_ok=True)

    def start(self, *arguments):
        log = open(os.path.join(self.options.work, "streaming.log"), "ab")
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("DAPR", "APP_"))}
        process = subprocess.Popen(
            arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def start_all(self):
        http, grpc = free_port(), free_port()
        self.start(self.options.daprgw, "sidecar", "--app-id", "own", "--echo-app-id", "echo",
                   "--http-port", str(http), "--grpc-port", str(grpc),
                   "--max-body-size", str(self.options.size))
        wait_for(f"http://127.0.0.1:{http}/v1.0/healthz").close()
        contenders = {"nginx": self.start_nginx(http)}
        for protocol in self.options.protocols.split(","):
            contenders[f"daprgw, {protocol}"] = self.start_gateway(http, grpc, protocol)
        return contenders

    def start_nginx(self, http):
        port = free_port()
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "streaming.conf")) as file:
            text = file.read()
        folder = os.path.join(os.path.abspath(self.options.work), "streaming-nginx")
        os.makedirs(folder, exist_ok=True)
        for name, value in (("DIR", folder), ("PORT", port), ("HTTP_PORT", http)):
            text = text.replace(f"@{name}@", str(value))
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        process = self.start("nginx", "-p", folder, "-c", path)
        wait_for(f"http://127.0.0.1:{port}/v1.0/healthz").close()
        return process, port, "/v1.0/invoke/echo/method"

    def start_gateway(self, http, grpc, protocol):
        port, admin = free_port(), free_port()
        path = os.path.join(self.options.work, f"streaming-{protocol}.yaml")
        with open(path, "w") as file:
            json.dump({
                "listen": [f"127.0.0.1:{port}"], "admin": {"listen": f"127.0.0.1:{admin}"},
                "sidecar": {"grpc": f"127.0.0.1:{grpc}", "http": f"127.0.0.1:{http}", "protocol": protocol},
                "limits": {"body": f"{self.options.size}B"}, "shards": 1}, file)
        process = self.start(self.options.daprgw, "serve", "--config", path)
        wait_for(f"http://127.0.0.1:{admin}/readyz").close()
        return process, port, "/v1/invoke/echo"

    def measure(self, stream, process, port, path):
        before, spent = reset_peaks(process.pid), cpu_seconds(process.pid)
        start = time.monotonic()
        stream(port, path, self.options.size)
        seconds = time.monotonic() - start
        return {"rate": self.options.size / seconds / (1 << 20),
                "cpu": (cpu_seconds(process.pid) - spent) * (1 << 30) / self.options.size,
                "rss": (peak(process.pid) - before) / 1024}

    def run(self):
        contenders = self.start_all()
        directions = {"download": download, "upload": upload}
        rows = {(way, name): [] for way in directions for name in contenders}
        for process, port, path in contenders.values():  # warm-up
            download(port, path, 64 << 20, exactly=True)
            upload(port, path, 64 << 20)
        for _ in range(self.options.rounds):
            for way, stream in directions.items():
                for name, contender in contenders.items():
                    rows[way, name].append(self.measure(stream, *contender))
        return {key: {name: statistics.median(one[name] for one in row) for name in row[0]}
                | {"most": max(one["rss"] for one in row)} for key, row in rows.items()}


def report(rows, size):
    print(f"\n{size >> 20} MiB through invoke\n{'':26}{'MiB/s':>8}{'CPU s/GiB':>11}{'extra RSS MB':>14}{'most':>8}")
    for (way, name), row in rows.items():
        print(f"{way + ', ' + name:26}{row['rate']:8.0f}{row['cpu']:11.2f}{row['rss']:14.1f}{row['most']:8.1f}")
    print()
    for (way, name), row in rows.items():
        if name != "nginx":
            ratio = row["rate"] / rows[way, "nginx"]["rate"]
            print(f"{way}, {name} / nginx: {ratio:.2f} of its speed   to reach: at least 1, "
                  f"and at most 32 MB extra RSS: {row['most']:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--daprgw", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=1 << 30, help="bytes in each direction")
    parser.add_argument("--protocols", default="auto")
    options = parser.parse_args()
    streaming = Streaming(options)
    try:
        report(streaming.run(), options.size)
    finally:
        streaming.stop()


if __name__ == "__main__":
    main()
