"""What the recording did to Redis itself, done to the stores that the sidecars keep in memory."""

import fnmatch
import json
from urllib.parse import quote

import http1

CONFIGURATION = "configstore"
# All sidecars of the recording had one Redis.
PROFILES = ("gw-test", "echo-app")


class Redis:
    """The configuration and lock stores of all sidecars, as if they were one Redis."""

    def __init__(self, sidecars):
        self.sidecars = sidecars
        self.texts = {}

    def run(self, command):
        """Does one command, as far as the stores can tell it from doing nothing."""
        name, *rest = command
        return getattr(self, "_" + name)(*rest)

    def _dev(self, method, path, body=None):
        answers = []
        for profile in PROFILES:
            request = {"method": method, "path": f"/dev/{path}", "headers": {}}
            if body is not None:
                request["body"] = body
            answer = http1.exchange(self.sidecars.get(profile).ports["http"], request)
            assert answer["status"] < 300, f"{method} /dev/{path}: {answer}"
            answers.append(answer["body"])
        return answers

    # Commands

    def _set(self, key, text, unit=None, lifetime=None):
        assert unit in (None, "px")
        self.texts[key] = text
        query = f"?milliseconds={lifetime}" if lifetime else ""
        self._dev("PUT", f"configuration/{CONFIGURATION}/{quote(key, safe='')}{query}", text)

    def _mset(self, *pairs):
        for key, text in zip(pairs[::2], pairs[1::2]):
            self._set(key, text)

    def _append(self, key, more):
        self._set(key, self.texts[key] + more)

    def _del(self, key):
        self.texts.pop(key, None)
        self._dev("DELETE", f"configuration/{CONFIGURATION}/{quote(key, safe='')}")

    def _rename(self, key, other):
        text = self.texts[key]
        self._del(key)
        self._set(other, text)

    def _expire(self, key, seconds):
        # Long after the recording, so all that shows is that the key is told again.
        assert int(seconds) >= 1000
        self._set(key, self.texts[key])

    def _hset(self, key, *fields):
        """A value of another type is none to the component, and nobody is told of it."""

    _rpush = _hset

    def _keys(self, pattern):
        found = []
        for answer in self._dev("GET", "locks"):
            found += [lock["key"] for lock in json.loads(answer)]
        return sorted(key for key in found if fnmatch.fnmatchcase(key, pattern))

    def _config(self, verb, name, flags):
        assert (verb, name) == ("set", "notify-keyspace-events")
        self._dev("PUT", f"configuration/{CONFIGURATION}?notify=true")

    # Outages

    def stop(self):
        for component in (CONFIGURATION, "lockstore"):
            self._dev("PUT", f"outages/{component}")

    def start(self):
        """Redis is back, empty, and does not notify."""
        self._dev("PUT", f"configuration/{CONFIGURATION}?notify=false")
        for key in list(self.texts):
            self._del(key)
        self.end_outage()

    def end_outage(self):
        for component in (CONFIGURATION, "lockstore"):
            self._dev("DELETE", f"outages/{component}")
