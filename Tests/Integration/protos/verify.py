"""Proves that protos/ is wire-compatible with Dapr.

Compiles our .proto files and compares every message, enumeration and RPC in them with the official
descriptors: those of the Python packages `dapr` and `googleapis-common-protos`. Every RPC of the
sidecar has to be there (but for NOT_FOR_CLIENTS), with all that its messages need; what is there has
to be complete and equal. Prints the differences; exit status 1 if there are any.
"""

import importlib
import importlib.metadata
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

import dapr.proto
from google.protobuf import descriptor, descriptor_pb2, descriptor_pool
from google.rpc import error_details_pb2, status_pb2

PROTOS = Path(__file__).resolve().parents[3] / "protos"

# An app that hosts actors calls it, and no other.
NOT_FOR_CLIENTS = {"/dapr.proto.runtime.v1.Dapr/SubscribeActorEventsAlpha1"}

Field = descriptor.FieldDescriptor
TYPE_NAMES = {
    getattr(Field, name): name.removeprefix("TYPE_").lower()
    for name in dir(Field)
    if name.startswith("TYPE_")
}


def compile_protos():
    """Our files as protoc understands them: a pool, and the names of the files."""
    names = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    with tempfile.NamedTemporaryFile() as output:
        command = ["protoc", f"--proto_path={PROTOS}", "--include_imports", "-o", output.name]
        if subprocess.run(command + names).returncode != 0:
            sys.exit("check-protos: protos/ does not compile")
        files = descriptor_pb2.FileDescriptorSet.FromString(Path(output.name).read_bytes()).file
    pool = descriptor_pool.DescriptorPool()
    for file in files:
        pool.Add(file)
    return pool, names


def official_pool():
    """The pool in which the installed packages register their descriptors."""
    for module in pkgutil.walk_packages(dapr.proto.__path__, "dapr.proto."):
        if module.name.endswith("_pb2"):
            importlib.import_module(module.name)
    assert error_details_pb2.DESCRIPTOR.pool is status_pb2.DESCRIPTOR.pool
    return status_pb2.DESCRIPTOR.pool


def type_of(field):
    """The type as .proto files spell it, with full names."""
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        key, value = message.fields_by_name["key"], message.fields_by_name["value"]
        return f"map<{type_of(key)}, {type_of(value)}>"
    if message is not None:
        return message.full_name
    if field.enum_type is not None:
        return field.enum_type.full_name
    return TYPE_NAMES[field.type]


def label_of(field):
    if field.is_repeated:
        return "packed" if field.is_packed else "repeated"
    if field.is_required:
        return "required"
    return "optional" if field.has_presence else "implicit"


def oneof_of(field):
    """The oneof, the synthetic one of a proto3 `optional` included."""
    return field.containing_oneof and field.containing_oneof.name


def fields_of(message):
    return {
        field.name: {
            "number": field.number,
            "type": type_of(field),
            "label": label_of(field),
            "oneof": oneof_of(field),
            "JSON name": field.json_name,
        }
        for field in message.fields
    }


def values_of(enum):
    return {value.name: {"number": value.number} for value in enum.values}


def rpcs_of(service):
    return {
        method.name: {
            "request": method.input_type.full_name,
            "response": method.output_type.full_name,
            "client streaming": method.client_streaming,
            "server streaming": method.server_streaming,
        }
        for method in service.methods
    }


class Comparison:
    """Walks our descriptors and collects where the official ones differ."""

    def __init__(self, official):
        self.official = official
        self.differences = []
        self.counts = dict.fromkeys(("messages", "fields", "enums", "values", "RPCs"), 0)

    def compare_file(self, file):
        for message in file.message_types_by_name.values():
            self.compare_message(message)
        for enum in file.enum_types_by_name.values():
            self.compare_enum(enum)
        for service in file.services_by_name.values():
            self.compare_service(service)

    def compare_message(self, message):
        theirs = self.find(self.official.FindMessageTypeByName, message.full_name)
        if theirs is None:
            return
        self.count("messages", 1)
        self.count("fields", len(message.fields))
        self.compare_tables(message.full_name, fields_of(message), fields_of(theirs))
        for nested in message.nested_types:
            # The entry of a map is part of the type of its field.
            if not nested.GetOptions().map_entry:
                self.compare_message(nested)
        for enum in message.enum_types:
            self.compare_enum(enum)

    def compare_enum(self, enum):
        theirs = self.find(self.official.FindEnumTypeByName, enum.full_name)
        if theirs is None:
            return
        self.count("enums", 1)
        self.count("values", len(enum.values))
        self.compare_tables(enum.full_name, values_of(enum), values_of(theirs))

    def compare_service(self, service):
        theirs = self.find(self.official.FindServiceByName, service.full_name)
        if theirs is None:
            return
        self.count("RPCs", len(service.methods))
        self.compare_tables("/" + service.full_name, rpcs_of(service), rpcs_of(theirs))

    def compare_tables(self, owner, ours, theirs):
        """Rows by name; each official row must be there too."""
        for name, row in ours.items():
            if name not in theirs:
                self.differences.append(f"{owner}/{name}: not in the official definitions")
                continue
            for property, value in row.items():
                if value != theirs[name][property]:
                    self.differences.append(
                        f"{owner}/{name}: {property} is {value}, official {theirs[name][property]}"
                    )
        missing = {f"{owner}/{name}" for name in theirs.keys() - ours.keys()}
        self.differences += [f"{row}: missing" for row in missing - NOT_FOR_CLIENTS]

    def find(self, lookup, name):
        try:
            return lookup(name)
        except KeyError:
            self.differences.append(f"{name}: not in the official definitions")
            return None

    def count(self, kind, number):
        self.counts[kind] += number


def main():
    version = (PROTOS / "VERSION").read_text().strip()
    installed = importlib.metadata.version("dapr")
    if installed != version:
        sys.exit(f"check-protos: protos/VERSION is {version}, but dapr {installed} is installed")

    pool, names = compile_protos()
    comparison = Comparison(official_pool())
    for name in names:
        comparison.compare_file(pool.FindFileByName(name))

    for difference in sorted(comparison.differences):
        print(f"check-protos: {difference}")
    if comparison.differences:
        sys.exit(1)
    counts = ", ".join(f"{number} {kind}" for kind, number in comparison.counts.items())
    print(f"check-protos: equal to Dapr {version} ({counts})")


if __name__ == "__main__":
    main()
