#!/usr/bin/env python3
"""What idle watchers of one configuration key cost the gateway: memory and CPU time.

usage: Benchmarks/watchers.py [--daprgw .build/release/daprgw] [--watchers 1000] [--seconds 60]
"""

import argparse
import os
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "Tests/Integration/gateway"))

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--daprgw", default=str(REPOSITORY / ".build/release/daprgw"))
parser.add_argument("--watchers", type=int, default=1000)
parser.add_argument("--seconds", type=float, default=60)
options = parser.parse_args()
os.environ["DAPRGW"] = options.daprgw

from blackbox.events import EventStream  # noqa: E402
from blackbox.processes import Gateway, Sidecar  # noqa: E402


def memory(pid):
    """The resident set, in KiB."""
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise SystemExit("the gateway has no VmRSS")


def cpu(pid):
    """The CPU time so far, in seconds."""
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


sidecar = Sidecar()
gateway = Gateway(sidecar)
streams = []
try:
    target = "/v1/configuration/-/greeting"
    # What the first requests cost has nothing to do with watchers.
    for _ in range(200):
        gateway.get(target)
    EventStream(gateway, target).close()
    time.sleep(1)
    before, idle = memory(gateway.pid), cpu(gateway.pid)
    time.sleep(options.seconds / 4)
    base = (cpu(gateway.pid) - idle) / (options.seconds / 4)
    for _ in range(options.watchers):
        stream = EventStream(gateway, target, timeout=60)
        assert stream.event()["data"] == "hello"
        streams.append(stream)
    time.sleep(2)
    opened, began = memory(gateway.pid), cpu(gateway.pid)
    time.sleep(options.seconds)
    after, spent = memory(gateway.pid), (cpu(gateway.pid) - began) / options.seconds
    upstream = gateway.metric("daprgw_sidecar_streams")
    print(f"watchers            {options.watchers}, over {upstream:.0f} subscription(s) to the sidecar")
    print(f"resident before     {before / 1024:.1f} MiB")
    print(f"resident with them  {opened / 1024:.1f} MiB, after {options.seconds:.0f} s {after / 1024:.1f} MiB")
    print(f"added               {(max(opened, after) - before) / 1024:.1f} MiB")
    print(f"CPU of one core     {100 * base:.2f} % without, {100 * spent:.2f} % with them")
finally:
    for stream in streams:
        stream.close()
    gateway.stop()
    sidecar.stop()
