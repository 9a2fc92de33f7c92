#!/usr/bin/env python3
"""Measures the library alone, side by side with other ways to make the same call.

One development sidecar, in another process, holds one 75-byte value; every contender reads it by a
unary GetState over gRPC, so many calls at a time. CPU time is the contender's whole process, user
and system, divided by its calls; the sidecar's does not count. Contenders alternate, several
rounds; the table shows medians. Compare ratios, not absolute figures.

The Swift programs are release builds on the system's malloc: what a program that uses the library
gets when it is built with the same flags. (The daemon has mimalloc besides.)
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import urllib.request

from bench import VALUE, Bench

CONCURRENCY = (1, 32, 256)
METHOD = "/dapr.proto.runtime.v1.Dapr/GetState"
LIMITS = {1: 1.5, 32: 4, 256: 5}
APART, HOME, GRPC, PYTHON, H2LOAD = (
    "DaprClient", "DaprClient, on its loop", "grpc-swift-2", "Python SDK", "h2load")


def field(number, text):
    return bytes((number << 3 | 2, len(text))) + text.encode()


class LibraryBench(Bench):
    def prepare(self):
        self.start_sidecar()
        urllib.request.urlopen(urllib.request.Request(
            f"http://127.0.0.1:{self.http}/v1.0/state/statestore", method="POST",
            data=json.dumps([{"key": "benchmark", "value": json.loads(VALUE)}]).encode(),
            headers={"Content-Type": "application/json"})).close()
        message = field(1, "statestore") + field(2, "benchmark")
        self.body = os.path.join(self.options.work, "get-state")
        with open(self.body, "wb") as file:
            file.write(b"\0" + len(message).to_bytes(4, "big") + message)
        programs = self.options.programs
        python = os.path.join(os.path.dirname(__file__), "library_python.py")
        ours = os.path.join(programs, "dapr-client-bench")
        self.programs = {
            APART: [ours, "apart"],
            HOME: [ours, "home"],
            GRPC: [os.path.join(programs, "grpc-swift-bench")],
            PYTHON: [self.options.python, python],
        }

    def call(self, name, concurrency, *rest):
        command = self.programs[name] + [str(self.grpc), str(concurrency), *map(str, rest)]
        # The Python SDK asks there whether the sidecar is well.
        environment = os.environ | {"DAPR_HTTP_PORT": str(self.http)}
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE,
                                         env=environment, timeout=600).stdout)

    def measure(self, name, concurrency, seconds):
        if name == H2LOAD:
            return self.h2load(concurrency, seconds)
        result = self.call(name, concurrency, seconds)
        return {"cpu": result["cpu"] / result["calls"] * 1e6,
                "rate": result["calls"] / result["seconds"]}

    def h2load(self, concurrency, seconds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        text = subprocess.run(
            ["h2load", "-t1", "-c1", f"-m{concurrency}", f"-D{seconds}", "-d", self.body,
             "-H", "content-type: application/grpc", "-H", "te: trailers",
             f"http://127.0.0.1:{self.grpc}{METHOD}"],
            check=True, capture_output=True, text=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        done, failed = map(int, re.search(r"(\d+) done, \d+ succeeded, (\d+) failed", text).groups())
        size = int(re.search(r"\((\d+)\) data", text)[1])
        # An error of gRPC is a success of HTTP, but has no data.
        if failed > concurrency or size < (done - failed) * len(VALUE):
            sys.exit(f"bench: h2load did not get the value:\n{text}")
        spent = sum(getattr(after, key) - getattr(before, key) for key in ("ru_utime", "ru_stime"))
        return {"cpu": spent / done * 1e6,
                "rate": float(re.search(r"finished in .*?, ([\d.]+) req/s", text)[1])}

    def run(self):
        names = [name for name in (APART, HOME, GRPC, PYTHON, H2LOAD)
                 if not self.options.only or name in self.options.only.split(";")]
        results = {(name, count): [] for name in names for count in CONCURRENCY}
        for _ in range(self.options.rounds):
            for name, count in results:
                results[name, count].append(self.measure(name, count, self.options.seconds))
        return {key: {value: statistics.median(one[value] for one in rounds)
                      for value in rounds[0]} for key, rounds in results.items()}


def report(medians):
    print(f"\n{'unary GetState, gRPC':26}" + "".join(f"{'at ' + str(n):>19}" for n in CONCURRENCY))
    print(f"{'':26}" + f"{'CPU us':>9}{'calls/s':>10}" * len(CONCURRENCY))
    for name in dict.fromkeys(name for name, _ in medians):
        rows = [medians[name, count] for count in CONCURRENCY]
        print(f"{name:26}" + "".join(f"{row['cpu']:9.1f}{row['rate']:10.0f}" for row in rows))
    print("\nCPU per call, ratios")
    for under, limits in ((GRPC, dict.fromkeys(CONCURRENCY, 0.7)), (H2LOAD, LIMITS)):
        for over in (APART, HOME):
            if (over, 1) not in medians or (under, 1) not in medians:
                continue
            print(f"{over + ' / ' + under:40}" + "".join(
                f"{medians[over, n]['cpu'] / medians[under, n]['cpu']:7.2f} (at most {limits[n]})"
                for n in CONCURRENCY))


def report_growth(name, result):
    def megabytes(pair):
        return " -> ".join(f"{size / 1e6:.2f}" for size in pair)

    live = result["live"][1] - result["live"][0]
    print(f"{name + ', ' + format(result['calls'], ',') + ' calls:':44}"
          f" live {megabytes(result['live'])} MB ({live:+d} bytes),"
          f" RSS {megabytes(result['rss'])} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--daprgw", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--programs", required=True, help="where the Swift programs are")
    parser.add_argument("--python", required=True, help="a Python that has the dapr package")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--growth-calls", type=int, default=1_000_000, help="0 for none")
    parser.add_argument("--only", help="contenders' names, separated by semicolons")
    bench = LibraryBench(parser.parse_args())
    try:
        bench.prepare()
        report(bench.run())
        if bench.options.growth_calls:
            print("\nMemory, 32 at a time; to reach: no growth")
            for name in (APART, HOME):
                report_growth(name, bench.call(name, 32, "growth", bench.options.growth_calls))
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
