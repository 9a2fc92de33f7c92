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


class Reader:
    """Reads one answer, whose content is counted."""

    def __init__(self, connection):
        self.connection, self.buffer = connection, b""
        self.piece = bytearray(PIECE)

    def fill(self):
        data = self.connection.recv(PIECE)
        if not data:
            sys.exit("streaming: the connection was closed early")
        self.buffer += data

    def line(self):
        while b"\r\n" not in self.buffer:
            self.fill()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def take(self, count, keeps):
        """`count` bytes of content, which are only kept if asked for."""
        kept = self.buffer[:count]
        self.buffer = self.buffer[len(kept):]
        left = count - len(kept)
        parts = [kept] if keeps else []
        while left:
            got = self.connection.recv_into(self.piece, min(left, PIECE))
            if not got:
                sys.exit("streaming: the connection was closed early")
            if keeps:
                parts.append(bytes(self.piece[:got]))
            left -= got
        return b"".join(parts)

    def answer(self, keeps):
        """Status, length and, if it is kept, the content of the next answer."""
        status, fields = int(self.line().split()[1]), {}
        while line := self.line():
            name, _, value = line.decode().partition(":")
            fields[name.lower()] = value.strip()
        if "content-length" in fields:
            length = int(fields["content-length"])
            return status, length, self.take(length, keeps)
        length, content = 0, b""
        while size := int(self.line().split(b";")[0], 16):
            content += self.take(size, keeps)
            length += size
            self.line()
        while self.line():
            pass
        return status, length, content


def download(port, path, count):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path}/large?n={count} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        status, length, _ = Reader(connection).answer(keeps=False)
    if (status, length) != (200, count):
        sys.exit(f"streaming: port {port} answered {status} with {length} bytes")


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
        status, _, content = Reader(connection).answer(keeps=True)
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
        for stream in directions.values():
            for process, port, path in contenders.values():
                stream(port, path, 64 << 20)  # warm-up
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
