"""The same recording with other names: every key, text value, topic, secret and app id.

Answers that were merely copied from the recording would pass a replay of it. Here what a user would
choose has each ASCII letter replaced by the next one (`gw-test` is `hx-uftu`), in requests and in
the answers that are expected; lengths stay. What belongs to the API (names of components, JSON
fields, options, texts of errors) and numbers stay as recorded.
"""

import base64
import copy
import re

import renamed_components
from documents import make_keys
from matching import PLACEHOLDER
from recording import FOLDER
from renamed_lines import GRPCLine, HTTPLine
from renamed_stores import StoreLine
from renamed_streams import TopicStreamLine
from shifting import outside, shift, shift_fields, shift_json_strings, shift_value, under

APP_IDS = ["gw-test", "echo-app", "grpc-app", "bare", "small", "cors", "noh2c", "nosuch"]
APP_ID = re.compile(rf"(?<![\w-])({'|'.join(APP_IDS)})(?![\w-])")


class NoRenaming:
    """The recording as it is."""

    name = "recorded"
    # Whether the sorted names of JSON stay in their order.
    keeps_order = True

    def line(self, line):
        return line

    def app_id(self, profile):
        return "gw-test" if profile in ("full", "token", "tracing") else profile

    def environment(self, variables):
        return variables

    def sidecar_options(self, folder):
        return ["--keys-folder", str(make_keys(folder))]


class Renaming(NoRenaming):
    """Another name for everything that a user would choose."""

    name = "renamed"
    keeps_order = False

    def app_id(self, profile):
        return shift(super().app_id(profile))

    def environment(self, variables):
        return {"DEMO_" + shift(name[5:]): shift(value) for name, value in variables.items()}

    def sidecar_options(self, folder):
        """The sidecar's own data under the other names."""
        secrets = folder / "secrets.json"
        secrets.write_text(shift_json_strings((FOLDER / "secrets.json").read_text()))
        subscriptions = folder / "subscriptions.json"
        topics = under(("*", "topic"), ("*", "deadLetterTopic"))
        text = (FOLDER / "subscriptions.json").read_text()
        subscriptions.write_text(shift_fields(text, topics))
        options = ["--secrets-file", str(secrets), "--subscriptions", str(subscriptions)]
        for app_id in ("echo-app", "grpc-app"):
            options += [f"--{app_id}-id", shift(app_id)]
        return options + ["--keys-folder", str(make_keys(folder, shift))]

    def line(self, line):
        line = copy.deepcopy(line)
        if renamed_components.is_about_components(line):
            renamed_components.rename(line)
        elif line["id"].startswith(("config-", "lock-")):
            StoreLine(line).rename()
        elif line["protocol"] == "http" and line["request"]["method"] != "RAW":
            HTTPLine(line).rename()
        elif line["protocol"] == "grpc":
            GRPCLine(line).rename()
        elif line["id"].startswith("substream-"):
            TopicStreamLine(line).rename()
        return _rename_app_ids(line)


def _rename_app_ids(value):
    """App ids are unmistakable words, so they are renamed wherever they stand."""
    if isinstance(value, str):
        return CREDENTIALS.sub(_rename_user, _rename_app_ids_in_text(value))
    if isinstance(value, list):
        return [_rename_app_ids(item) for item in value]
    if isinstance(value, dict):
        kept = ("id", "note", "observed", "sidecar", "hex", "listener", "dataHex")
        top = "protocol" in value
        return {
            key: item
            if key in kept[1:] or (top and key == "id")
            else _rename_app_ids(item)
            for key, item in value.items()
        }
    return value


def _rename_app_ids_in_text(text):
    return outside(PLACEHOLDER, text, lambda part: APP_ID.sub(lambda f: shift(f[0]), part))


# Basic authorization can name the app too.
CREDENTIALS = re.compile(r"(?<=Basic )[A-Za-z0-9+/]{8,}=*")


def _rename_user(found):
    text = _rename_app_ids_in_text(base64.b64decode(found[0]).decode())
    return base64.b64encode(text.encode()).decode()
