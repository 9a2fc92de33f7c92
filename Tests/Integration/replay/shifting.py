"""Texts of a user under other names: each ASCII letter becomes the next one."""

import json
import re

from matching import PLACEHOLDER

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHIFT = str.maketrans(
    LETTERS + LETTERS.upper(), LETTERS[1:] + LETTERS[0] + LETTERS[1:].upper() + LETTERS[0].upper()
)
# What is no letter of the user's, though written in letters.
PROTECTED = re.compile(rf"{PLACEHOLDER.pattern}|%(?:25)*..")
GO_ESCAPE = re.compile(rf"\\x[0-9a-f]{{2}}|\\.|{PROTECTED.pattern}")
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
JSON_ESCAPE = re.compile(rf'\\u[0-9a-fA-F]{{4}}|\\.|{PLACEHOLDER.pattern}', re.DOTALL)


def plain_shift(text):
    return text.translate(SHIFT)


def shift(text):
    """A text of the user under its other name."""
    return outside(PROTECTED, text, plain_shift)


def shift_bytes(data):
    return data.decode("latin-1").translate(SHIFT).encode("latin-1")


def outside(pattern, text, change):
    """`change` applied to what lies between the finds of a pattern."""
    result, end = [], 0
    for found in pattern.finditer(text):
        result += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join(result) + change(text[end:])


def shift_json_strings(text):
    """JSON with each string changed, field names too; the text around them stays as it is."""
    return JSON_STRING.sub(lambda found: outside(JSON_ESCAPE, found[0], plain_shift), text)


def shift_value(text):
    """A value of the user: JSON keeps true, null, numbers and escapes."""
    try:
        json.loads(text)
    except ValueError:
        return shift(text)
    return shift_json_strings(text)


def shift_fields(text, is_user):
    """JSON in which only some strings are the user's: those at paths for which `is_user` holds.

    A path is a tuple of field names, with `*` for the items of a list; it ends in `.` for a field
    name itself.
    """
    result, end = [], 0
    for start, stop, path in json_strings(text):
        if is_user(path):
            result += [text[end:start], shift_json_strings(text[start:stop])]
            end = stop
    return "".join(result) + text[end:]


def json_strings(text):
    """Start, end and path of each string in a JSON text, which may be broken."""
    stack, at = [], 0
    while at < len(text):
        character = text[at]
        if character in "{[":
            stack.append([character, None, True])
        elif character in "}]":
            if stack:
                stack.pop()
        elif character == ",":
            if stack:
                stack[-1][2] = True
        elif character == '"':
            found = JSON_STRING.match(text, at)
            if not found:
                return
            is_name = bool(stack) and stack[-1][0] == "{" and stack[-1][2]
            if is_name:
                stack[-1][1] = found[0][1:-1]
                stack[-1][2] = False
            path = tuple("*" if kind == "[" else name for kind, name, _ in stack)
            yield at, found.end(), path + (".",) if is_name else path
            at = found.end()
            continue
        at += 1


def under(*prefixes):
    """Whether a path is at or below one of these fields (but not the name of the field itself).

    The case of names is ignored, as Go does.
    """
    prefixes = [tuple(name.lower() for name in one) for one in prefixes]

    def holds(path):
        path = tuple(name.lower() for name in path)
        return any(path[: len(one)] == one and path != one + (".",) for one in prefixes)

    return holds
