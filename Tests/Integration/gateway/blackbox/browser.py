"""A headless Chromium, spoken to over a pipe in the DevTools protocol (chromedevtools.github.io)."""

import base64
import json
import os
import select
import shutil
import subprocess
import time

from .processes import environment, temporary_folder


class Browser:
    """One Chromium with one page; a context manager."""

    def __init__(self, width=1280, height=900, dark=False):
        binary = shutil.which("chromium")
        assert binary, "chromium is missing: scripts/setup.sh"
        # Chromium reads commands from descriptor 3 and writes to 4.
        commands, self._commands = os.pipe()
        self._messages, messages = os.pipe()

        def connect():
            # Both may be 3 or 4 already: first out of the way.
            high = os.dup(commands), os.dup(messages)
            for target, source in zip((3, 4), high):
                os.dup2(source, target)

        self._log = open(os.path.join(temporary_folder(), "chromium.log"), "w+")
        self.process = subprocess.Popen(
            [binary, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
             "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
             f"--user-data-dir={temporary_folder()}", f"--window-size={width},{height}",
             "about:blank"],
            preexec_fn=connect, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=self._log, env=environment())
        os.close(commands)
        os.close(messages)
        self._buffer, self._next, self.events = b"", 0, []
        pages = self._call("Target.getTargets")["targetInfos"]
        page = next(target for target in pages if target["type"] == "page")
        self._session = None
        self._session = self._call(
            "Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        os.close(self._commands)
        os.close(self._messages)
        try:
            # It ends when nobody speaks to it any more.
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self._log.close()

    # The protocol

    def _call(self, method, **parameters):
        self._next += 1
        message = {"id": self._next, "method": method, "params": parameters}
        if getattr(self, "_session", None):
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._next:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self.events.append(answer)

    call = _call

    def _message(self, timeout=30):
        deadline = time.monotonic() + timeout
        while b"\0" not in self._buffer:
            readable, _, _ = select.select(
                [self._messages], [], [], max(0, deadline - time.monotonic()))
            assert readable, f"Chromium says nothing: {self._told()}"
            data = os.read(self._messages, 1 << 16)
            assert data, f"Chromium ended: {self._told()}"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _told(self):
        self._log.seek(0)
        return self._log.read()[-3000:]

    # The page

    def evaluate(self, script):
        """The value of a script, awaited if it is a promise."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                           awaitPromise=True, userGesture=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait_for(self, script, timeout=20):
        """Polls until a script's value counts as true."""
        deadline = time.monotonic() + timeout
        while not self.evaluate(f"Boolean({script})"):
            assert time.monotonic() < deadline, f"not within {timeout} s: {script}"
            time.sleep(0.02)

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete'")

    def press(self, key, code, number, text=""):
        """A key, as the keyboard sends it."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code,
                      windowsVirtualKeyCode=number, text=text if kind == "keyDown" else "")

    def type(self, text):
        self.call("Input.insertText", text=text)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    @property
    def complaints(self):
        """What the browser found wrong with the page: exceptions, and what its policy refused."""
        found = []
        for event in self.events:
            if event.get("method") == "Runtime.exceptionThrown":
                found.append(event["params"]["exceptionDetails"])
            elif event.get("method") == "Log.entryAdded":
                entry = event["params"]["entry"]
                # That a tried call is answered 404 is none.
                if entry["source"] != "network":
                    found.append(entry["text"])
        return found
