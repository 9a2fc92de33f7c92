"""usage: library_python.py PORT CONCURRENCY SECONDS -- Python's SDK makes the calls of library.py."""

import asyncio
import json
import sys
import time

from dapr.aio.clients.grpc.client import DaprGrpcClientAsync


async def main(port, concurrency, seconds):
    async def calls(client, end):
        count = 0
        while time.monotonic() < end:
            response = await client.get_state("statestore", "benchmark")
            assert len(response.data) == 75
            count += 1
        return count

    async with DaprGrpcClientAsync(f"127.0.0.1:{port}") as client:
        async def run(seconds):
            end = time.monotonic() + seconds
            return sum(await asyncio.gather(*(calls(client, end) for _ in range(concurrency))))

        await run(0.3)
        start, cpu = time.monotonic(), time.process_time()
        count = await run(seconds)
        print(json.dumps({"calls": count, "seconds": time.monotonic() - start,
                          "cpu": time.process_time() - cpu}))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
