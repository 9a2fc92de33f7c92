"""Runs shell lines before `daprgw dev` on its default ports. To be started in a network namespace of
its own: `unshare -n python3 readme_session.py BINARY FOLDER`, with the lines as JSON on stdin; prints
JSON: what each line did, and what `daprgw dev` itself proposes to try."""

import json
import os
import socket
import subprocess
import sys
import time


def wait_for(condition, process, timeout=30):
    deadline = time.monotonic() + timeout
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("daprgw dev did not come up: " + open("dev.err").read())
        time.sleep(0.02)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def shell(line):
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=30)
    return {"line": line, "exit": done.returncode, "stdout": done.stdout.decode(errors="replace"),
            "stderr": done.stderr.decode(errors="replace")}


def main(binary, folder):
    given = json.load(sys.stdin)
    os.chdir(folder)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # curl says the status of each answer on stderr; the lines themselves stay as they are.
    with open(".curlrc", "w") as file:
        file.write('silent\nshow-error\nmax-time = 20\nwrite-out = "%{stderr}HTTP %{http_code}\\n"\n')
    os.environ.update(HOME=folder, CURL_HOME=folder)
    taken = [socket.create_server(("127.0.0.1", port)) for port in given.get("taken", [])]
    with open("dev.out", "wb") as out, open("dev.err", "wb") as err:
        dev = subprocess.Popen([binary, "dev"], stdout=out, stderr=err, stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: listens(8080) and listens(8081), dev)
        wait_for(lambda: shell("curl -f localhost:8081/readyz")["exit"] == 0, dev)
        results = [shell(line) for line in given["lines"]]
        proposed = [line.strip().removeprefix("$ ") for line in open("dev.out").read().splitlines()]
        proposed = [shell(line) for line in proposed if line.startswith("curl ")]
    finally:
        dev.terminate()
        status = dev.wait(15)
    for listener in taken:
        listener.close()
    json.dump({"results": results, "proposed": proposed, "exit": status,
               "stdout": open("dev.out").read(), "stderr": open("dev.err").read()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
