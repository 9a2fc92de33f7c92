"""Comparing an answer with a recorded one in which volatile values are placeholders."""

import json
import re
import time
from datetime import datetime

PLACEHOLDER = re.compile(r"<(?:([a-z]+\d*):([\w-]+)|host|filesRoot|dir)>")
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PATTERNS = {
    "uuid": UUID,
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)",
    "traceparent": r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]",
    "port": r"\d+",
    "base64": r"[A-Za-z0-9+/]+=*",
    "ciphertext": r"[A-Za-z0-9+/]+=*",
}
# Times are compared by their distance to the first time of the same line; the replay of a line may
# itself take longer than its recording.
TIME_TOLERANCE_SECONDS = 2


class Bindings:
    """What the placeholders of one file turned out to stand for."""

    def __init__(self, observed=()):
        self.observed = dict(observed)
        self.values = {}
        self.start_line()

    def copy(self):
        other = Bindings(self.observed)
        other.values, other.shift = dict(self.values), self.shift
        other.started = self.started
        return other

    def adopt(self, other):
        self.values, self.shift = other.values, other.shift

    def start_line(self):
        self.shift, self.started = None, time.monotonic()

    def skip(self, seconds):
        """The replay does not wait as long as the recording did."""
        if self.shift is not None:
            self.shift -= seconds

    def substitute(self, text):
        """A text to send: with the values that were answered earlier."""
        return PLACEHOLDER.sub(lambda found: self._value(found[0]), text)

    def _value(self, name):
        if name not in self.values and name not in self.observed:
            raise AssertionError(f"{name} is sent before it was ever received")
        return self.values.get(name, self.observed.get(name))

    def match(self, expected, actual):
        """Whether two texts agree; binds the placeholders that are new."""
        if "<" not in expected or not PLACEHOLDER.search(expected):
            return expected == actual
        pattern, groups, end = "", {}, 0
        for found in PLACEHOLDER.finditer(expected):
            pattern += re.escape(expected[end : found.start()])
            end, name = found.end(), found[0]
            if name in groups:
                pattern += f"(?P={groups[name]})"
            else:
                groups[name] = f"p{len(groups)}"
                pattern += f"(?P<{groups[name]}>{self._pattern(name, found[1])})"
        found = re.fullmatch(pattern + re.escape(expected[end:]), actual, re.DOTALL)
        return found is not None and all(
            self._bind(name, found[group]) for name, group in groups.items()
        )

    def _pattern(self, name, kind):
        if kind != "time" and name in self.values:
            return re.escape(self.values[name])
        if kind == "etag" and re.fullmatch(UUID, self.observed.get(name, "")):
            return UUID
        return PATTERNS.get(kind, r"[^\s\";,|]+")

    def _bind(self, name, value):
        if name.startswith("<time:"):
            return self._plausible_time(name, value)
        if name.startswith(("<uuid:", "<etag:")) and name not in self.values:
            if value in self.values.values():
                return False  # two placeholders are two values
        self.values[name] = value
        return True

    def _plausible_time(self, name, value):
        if name not in self.observed:
            return True
        shift = (_time(value) - _time(self.observed[name])).total_seconds()
        if self.shift is None:
            self.shift = shift
        self.values[name] = value
        elapsed = time.monotonic() - self.started
        return abs(shift - self.shift) <= TIME_TOLERANCE_SECONDS + elapsed


def _time(text):
    # Python keeps microseconds only.
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    return datetime.fromisoformat(text)


def differences(expected, actual, bindings, unordered=lambda path: False, path=""):
    """Where two JSON values differ: texts for people, none if they agree."""
    if type(expected) is str and type(actual) is str:
        if bindings.match(expected, actual) or _match_joined(expected, actual, bindings):
            return []
        return [_differ(path, expected, actual)]
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = [f"{path}.{key}: missing" for key in expected.keys() - actual.keys()]
        found += [f"{path}.{key}: unexpected" for key in actual.keys() - expected.keys()]
        for key in [key for key in expected if key in actual]:
            found += differences(
                expected[key], actual[key], bindings, unordered, f"{path}.{key}"
            )
        return found
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return [_differ(path, expected, actual)]
        if unordered(path):
            return _unordered_differences(expected, actual, bindings, unordered, path)
        return [
            text
            for index, (one, other) in enumerate(zip(expected, actual))
            for text in differences(one, other, bindings, unordered, f"{path}[{index}]")
        ]
    # 1 and 1.0 and true are different texts in JSON.
    same = type(expected) is type(actual) and expected == actual
    return [] if same else [_differ(path, expected, actual)]


# Begins each text of an error that joins several.
JOINED = re.compile(r"possible etag mismatch\. error from state store: (?!possible)|\n")


def _match_joined(expected, actual, bindings):
    """Whether two errors join the same texts, in any order."""
    if "\n" not in expected or not JOINED.search(expected):
        return False
    parts = JOINED.split(expected), JOINED.split(actual)
    return len(parts[0]) == len(parts[1]) and not _unordered_differences(
        *parts, bindings, lambda path: False, ""
    )


def _unordered_differences(expected, actual, bindings, unordered, path):
    remaining = list(actual)
    for item in expected:
        for candidate in remaining:
            trial = bindings.copy()
            if not differences(item, candidate, trial, unordered, path):
                bindings.adopt(trial)
                remaining.remove(candidate)
                break
        else:
            return [f"{path}: nothing like {json.dumps(item)} in {json.dumps(remaining)}"]
    return []


def _differ(path, expected, actual):
    return f"{path or 'value'}:\n  - {json.dumps(expected)}\n  + {json.dumps(actual)}"


def parse_json(text):
    """The JSON value of a text, or None if it is none; numbers as they are written."""
    try:
        return json.loads(text, parse_float=_Number, parse_int=_Number)
    except (ValueError, RecursionError):
        return None


class _Number(str):
    """A number as it was written: 1.0 is not 1, and no digit is lost."""
