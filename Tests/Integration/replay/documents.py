"""Documents of the cryptography lines: keys to make them with, and recorded ones made anew."""

import base64
import copy
import subprocess
from pathlib import Path

from recording import FOLDER

# Placeholders whose values, one after the other, are a whole document that lines send in parts.
DOCUMENTS = [["<ciphertext:1>"], ["<ciphertext:8>", "<ciphertext:9>"]]
# A text that has this much in common with a document was made of it.
COMMON_BYTES = 200


def make_keys(folder, rename=lambda name: name):
    """A folder with the recorded keys, and an RSA key, which the recording does not have."""
    keys = Path(folder) / "keys"
    keys.mkdir()
    for file in (FOLDER / "keys").iterdir():
        (keys / rename(file.name)).write_bytes(file.read_bytes())
    key = keys / rename("rsa-key.pem")
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
    return keys


def made_anew(line, bindings):
    """A line in which parts of recorded documents are those of the ones that were answered now."""
    line = copy.deepcopy(line)
    places = [(line["request"], "bodyBase64")]
    for event in line["response"].get("timeline", []):
        if event.get("client") == "send" and "jsonPrefix" in event:
            # Too long to be recorded: so many times x, 4 bytes of framing twice, perhaps a number.
            number = event["bytesLength"] - 60008
            event["json"] = {"payload": {"data": base64.b64encode(b"x" * 60000).decode()}}
            if number:
                earlier = [one for one in line["response"]["timeline"] if "jsonPrefix" in one]
                event["json"]["payload"]["seq"] = str(earlier.index(event))
        if event.get("client") == "send":
            places.append((event.get("json", {}).get("payload", {}), "data"))
    for holder, name in places:
        if len(holder.get(name, "")) > COMMON_BYTES and "<" not in holder[name]:
            data = _part_anew(base64.b64decode(holder[name]), bindings)
            holder[name] = base64.b64encode(data).decode()
    return line


def _part_anew(part, bindings):
    for names in DOCUMENTS:
        if not all(name in bindings.values and name in bindings.observed for name in names):
            continue
        old = b"".join(base64.b64decode(bindings.observed[name]) for name in names)
        new = b"".join(base64.b64decode(bindings.values[name]) for name in names)
        at = old.find(part)
        if at >= 0:
            return new[at : at + len(part)]
        same = next((i for i, (a, b) in enumerate(zip(old, part)) if a != b), 0)
        if same > COMMON_BYTES:
            return new[:same] + part[same:]
    return part
