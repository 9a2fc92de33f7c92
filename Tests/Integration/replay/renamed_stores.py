"""Lines on configuration and locks with other keys, values, versions, resources and owners."""

import json
import re

from renamed_lines import Line
from shifting import shift, shift_fields, under

# Names of commands, and the words among their arguments that are Redis's.
REDIS_WORDS = {"px", "config", "notify-keyspace-events", "KA"}
QUERY_KEY = re.compile(r"(?<=[?&]key=)[^&]*|(?<=[?&]keys=)[^&]*")
READ = re.compile(r"/configuration/[^/?]+(\?|$)")
PUSHED_KEY = re.compile(r"(?<=/configuration/configstore/)[^/]+$")
# Where the key of a failed read stands.
FAILED_KEY = re.compile(r"(?<=failed to get \[)\w+|(?<=redis key=)\w+")
HELD = under(("resourceId",), ("resource_id",), ("lockOwner",), ("lock_owner",))
HELD_PATTERN = re.compile(r"(?<=\*).+")


def _is_item(path, depth):
    """Whether a path is that of a key, or of the value or version of its item."""
    if path[-1] == ".":
        return len(path) == depth + 2
    return len(path) == depth + 2 and path[-1] in ("value", "version")


def _items(text, depth):
    return shift_fields(text, lambda path: _is_item(path, depth))


def rename_command(command):
    """A command to Redis: all but its name, its options and its numbers is the user's."""
    name, *rest = command
    if name == "keys":
        return [name, *(HELD_PATTERN.sub(lambda found: shift(found[0]), one) for one in rest)]
    if name == "config":
        return command
    return [name, *(one if one in REDIS_WORDS else shift(one) for one in rest)]


class StoreLine(Line):
    """A line of either file, whatever its protocol."""

    def rename(self):
        if "commands" in self.request:
            self.request["commands"] = list(map(rename_command, self.request["commands"]))
            outputs = self.response.get("outputs", [])
            self.response["outputs"] = [self._output(one) for one in outputs]
        for received in self.response.get("appReceived", []):
            received["path"] = PUSHED_KEY.sub(lambda found: shift(found[0]), received["path"])
            received["body"] = _items(received["body"], 1)
        if not self.fixed:
            self._http()
            self._grpc()
        for event in self.response.get("timeline", []):
            self._event(event)

    @staticmethod
    def _output(output):
        """The keys that Redis found: `lock||APP||RESOURCE`, of which apps are renamed later."""
        if not isinstance(output, list):
            return output
        return ["||".join([*key.split("||")[:2], shift(key.split("||")[2])]) for key in output]

    def _http(self):
        request, response = self.request, self.response
        if "path" in request:
            request["path"] = QUERY_KEY.sub(lambda found: shift(found[0]), request["path"])
        if "body" in request:
            request["body"] = shift_fields(request["body"], HELD)
        if "body" in response:
            response["body"] = self._failed(response["body"])
            if response["status"] == 200 and READ.search(request["path"]):
                response["body"] = _items(response["body"], 0)

    def _failed(self, text):
        text = FAILED_KEY.sub(lambda found: shift(found[0]), text)
        return re.sub(r"(?<=keyPrefix ')[^']*", lambda found: shift(found[0]), text)

    def _grpc(self):
        if "message" in self.request:
            self._message(self.request["message"])
        for message in self.response.get("messages", []):
            self._message(message)
        if "grpcMessage" in self.response:
            self.response["grpcMessage"] = self._failed(self.response["grpcMessage"])

    @staticmethod
    def _message(message):
        shown = message["json"]
        message.pop("hex", None)
        for name in ("resourceId", "lockOwner"):
            if name in shown:
                shown[name] = shift(shown[name])
        if "keys" in shown:
            shown["keys"] = list(map(shift, shown["keys"]))
        if "items" in shown:
            shown["items"] = json.loads(_items(json.dumps(shown["items"], ensure_ascii=False), 0))

    def _event(self, event):
        if "json" in event:
            self._message(event)
        what = event.get("meanwhile")
        if isinstance(what, dict):
            if "redis" in what:
                what["redis"] = rename_command(what["redis"])
            else:
                StoreLine(what).rename()
