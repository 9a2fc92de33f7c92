"""JSON and protobuf, both ways, as google.protobuf.json_format has them: random messages of
Tests/Fixtures/protobuf through the gateway, to and from an app that sees their bytes."""

import json
import random
import string
import subprocess
from concurrent import futures

import grpc
import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from blackbox.problems import problem
from blackbox.processes import REPOSITORY, Gateway, Sidecar

FOLDER = REPOSITORY / "Tests/Fixtures/protobuf"
SET = FileDescriptorSet.FromString((FOLDER / "kinds.pb").read_bytes())
POOL = descriptor_pool.DescriptorPool()
for each in SET.file:
    POOL.Add(each)
EVERYTHING, OLD = (
    message_factory.GetMessageClass(POOL.FindMessageTypeByName(name))
    for name in ("kinds.Everything", "kinds.Old"))


class App:
    """Keeps the bytes that it gets, and answers those that it is told to."""

    def __init__(self):
        self.received, self.answers = None, []
        self.server = grpc.server(futures.ThreadPoolExecutor(4))
        one = grpc.unary_unary_rpc_method_handler(self.echo)
        many = grpc.unary_stream_rpc_method_handler(self.repeat)
        self.server.add_generic_rpc_handlers((
            grpc.method_handlers_generic_handler("kinds.Kinds", {"Echo": one, "Repeat": many}),
            grpc.method_handlers_generic_handler("kinds.OldKinds", {"Echo": one}),
        ))
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def echo(self, request, context):
        self.received = request
        return self.answers[0]

    def repeat(self, request, context):
        self.received = request
        yield from self.answers


@pytest.fixture(scope="module")
def app():
    made = App()
    yield made
    made.server.stop(0)


@pytest.fixture(scope="module")
def gateway(app):
    sidecar = Sidecar("--app", f"kinds=grpc://127.0.0.1:{app.port}")
    process = Gateway(sidecar, "auto", {"grpc": {"descriptorSets": [str(FOLDER / "kinds.pb")]}})
    yield process
    assert process.stop() == 0, process.report()
    sidecar.stop()


def test_the_fixture_is_made_of_the_files_beside_it(tmp_path):
    out = tmp_path / "kinds.pb"
    subprocess.run(["protoc", "--include_imports", f"--descriptor_set_out={out}", "kinds.proto", "old.proto"],
                   cwd=FOLDER, check=True)
    assert FileDescriptorSet.FromString(out.read_bytes()) == SET


class Maker:
    """Random messages that have a JSON form."""

    def __init__(self, seed, has_maps=True):
        self.random = random.Random(seed)
        self.has_maps = has_maps

    def text(self):
        characters = string.ascii_letters + "\"\\/\n\t\0 <é€😀\u2028"
        return "".join(self.random.choices(characters, k=self.random.randrange(8)))

    def integer(self, bits, signed):
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        return self.random.choice([low, high, 0, 1, self.random.randint(low, high)])

    def double(self):
        special = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1e-320, 1.7976931348623157e308]
        return self.random.choice(special + [self.random.uniform(-1e9, 1e9), self.random.gauss(0, 1)])

    def number(self):
        return self.random.choice([0.0, 1.0, -2.5, 1e300, self.random.uniform(-9, 9)])

    def scalar(self, field):
        kind = field.type
        if kind == field.TYPE_DOUBLE:
            return self.double()
        if kind == field.TYPE_FLOAT:
            return self.random.choice([0.0, -0.0, 0.1, 3.4e38, 1.5e-38, float("nan"),
                                       float("-inf"), self.random.uniform(-1e6, 1e6)])
        if kind == field.TYPE_BOOL:
            return self.random.random() < 0.5
        if kind == field.TYPE_STRING:
            return self.text()
        if kind == field.TYPE_BYTES:
            return self.random.randbytes(self.random.randrange(6))
        if kind == field.TYPE_ENUM:
            numbers = [value.number for value in field.enum_type.values]
            return self.random.choice(numbers if field.enum_type.is_closed else numbers + [
                17, -(1 << 31)] if field.enum_type.name != "NullValue" else [0])
        bits = 64 if "64" in {field.TYPE_INT64: "64", field.TYPE_UINT64: "64", field.TYPE_SINT64: "64",
                              field.TYPE_FIXED64: "64", field.TYPE_SFIXED64: "64"}.get(kind, "") else 32
        unsigned = kind in (field.TYPE_UINT32, field.TYPE_UINT64, field.TYPE_FIXED32, field.TYPE_FIXED64)
        return self.integer(bits, not unsigned)

    def plain(self, depth=0):
        """What a google.protobuf.Value may be."""
        kind = self.random.randrange(4 if depth > 2 else 6)
        if kind == 4:
            return [self.plain(depth + 1) for _ in range(self.random.randrange(3))]
        if kind == 5:
            return {self.text(): self.plain(depth + 1) for _ in range(self.random.randrange(3))}
        return [None, self.number(), self.text(), True][kind]

    def fill(self, message, depth=0):
        name = message.DESCRIPTOR.full_name
        special = getattr(self, name.rpartition(".")[2].lower() + "_of", None)
        if name.startswith("google.protobuf.") and special:
            return special(message)
        fields = [field for field in message.DESCRIPTOR.fields if self.has_maps or not holds_map(field)]
        for field in self.random.sample(fields, min(len(fields), self.random.randrange(9 if depth else 16))):
            self.set(message, field, depth)
        for field in fields:
            if field.is_required and not message.HasField(field.name):
                self.set(message, field, depth)
        return message

    def set(self, message, field, depth):
        is_message = field.message_type is not None
        if is_message and depth > 3 and not field.message_type.full_name.startswith("google."):
            return
        if is_message and field.message_type.GetOptions().map_entry:
            entries = getattr(message, field.name)
            key, value = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
            for _ in range(self.random.randrange(4)):
                if value.message_type:
                    self.fill(entries[self.scalar(key)], depth + 1)
                else:
                    entries[self.scalar(key)] = self.scalar(value)
        elif field.is_repeated:
            for _ in range(self.random.randrange(4)):
                if is_message:
                    self.fill(getattr(message, field.name).add(), depth + 1)
                else:
                    getattr(message, field.name).append(self.scalar(field))
        elif is_message:
            inner = getattr(message, field.name)
            inner.SetInParent()
            self.fill(inner, depth + 1)
        else:
            setattr(message, field.name, self.scalar(field))

    def timestamp_of(self, message):
        message.seconds = self.random.choice(
            [-62135596800, 253402300799, 0, -1, self.random.randint(-62135596800, 253402300799)])
        message.nanos = self.random.choice([0, 999999999, 500000000, 1000, self.random.randrange(10**9)])

    def duration_of(self, message):
        sign = self.random.choice([1, -1])
        message.seconds = sign * self.random.choice([0, 315575999999, self.random.randrange(10**6)])
        message.nanos = sign * self.random.choice([0, 999999999, 1000, self.random.randrange(10**9)])

    def fieldmask_of(self, message):
        message.paths.extend(self.random.sample(["a", "a_b", "c.d_e", "foo_bar_baz", "x1"], k=2))

    def struct_of(self, message):
        json_format.ParseDict({self.text(): self.plain() for _ in range(3)}, message)

    def value_of(self, message):
        json_format.ParseDict(self.plain(), message)

    def listvalue_of(self, message):
        json_format.ParseDict([self.plain() for _ in range(3)], message)

    def any_of(self, message):
        name = self.random.choice(["kinds.Everything", "kinds.Old", "google.protobuf.Duration",
                                   "google.protobuf.Value", "google.protobuf.Int64Value", None])
        if name:
            inner = message_factory.GetMessageClass(POOL.FindMessageTypeByName(name))()
            message.Pack(self.fill(inner, 4) or inner)


def holds_map(field):
    kind = field.message_type
    return kind is not None and (kind.GetOptions().map_entry or kind.full_name in (
        "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue",
        "google.protobuf.Any"))


def exactly(message):
    return message.SerializeToString(deterministic=True)


@pytest.mark.parametrize("kind, path", [
    (EVERYTHING, "/v1/grpc/kinds/kinds.Kinds/Echo"), (OLD, "/v1/grpc/kinds/kinds.OldKinds/Echo")],
    ids=["proto3", "proto2"])
@pytest.mark.parametrize("seed", range(4))
def test_random_messages(gateway, app, kind, path, seed):
    maker = Maker(seed)
    with gateway.connect() as connection:
        for _ in range(60):
            request, answer = maker.fill(kind()), maker.fill(kind())
            sent = json_format.MessageToJson(
                request, descriptor_pool=POOL, indent=None,
                preserving_proto_field_name=maker.random.random() < 0.5)
            app.answers = [answer.SerializeToString()]
            response = connection.request("POST", path, {}, sent.encode())
            assert response.status == 200, (response.text, sent)
            assert exactly(kind.FromString(app.received)) == exactly(request), sent
            read = json_format.Parse(response.text, kind(), descriptor_pool=POOL)
            assert exactly(read) == exactly(answer), response.text
            # Not only the same message, but the same text, apart from order and spelling of numbers.
            theirs = json_format.MessageToJson(answer, descriptor_pool=POOL)
            assert comparable(response.text) == comparable(theirs)


def comparable(text):
    return json.dumps(json.loads(text, parse_int=float), sort_keys=True)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_messages(gateway, app, seed):
    """Where one refuses a message, so does the other, and where both take it, it is the same. Without
    maps: Python's reader (upb) alone drops entries that have unknown fields."""
    maker, refused = Maker(seed, has_maps=False), 0
    with gateway.connect() as connection:
        for _ in range(100):
            data = bytearray(maker.fill(EVERYTHING()).SerializeToString() or b"\0")
            for _ in range(maker.random.randrange(1, 4)):
                data[maker.random.randrange(len(data))] = maker.random.randrange(256)
            app.answers = [bytes(data)]
            response = connection.request("POST", "/v1/grpc/kinds/kinds.Kinds/Echo", {}, b"{}")
            try:
                theirs = comparable(json_format.MessageToJson(
                    EVERYTHING.FromString(bytes(data)), descriptor_pool=POOL))
            except Exception:  # noqa: BLE001: DecodeError, or whatever a form cannot express
                refused += 1
                problem(response, 502, "malformed-answer")
            else:
                assert response.status == 200, (response.text, data.hex())
                assert comparable(response.text) == theirs, data.hex()
    assert 10 < refused < 100


def test_lines(gateway, app):
    maker = Maker(9)
    answers = [maker.fill(EVERYTHING()) for _ in range(50)]
    app.answers = [answer.SerializeToString() for answer in answers]
    response = gateway.post("/v1/grpc/kinds/kinds.Kinds/Repeat", b"{}")
    assert response.media_type == "application/x-ndjson"
    read = [json_format.Parse(line, EVERYTHING(), descriptor_pool=POOL)
            for line in response.text.split("\n")[:-1]]
    assert [exactly(message) for message in read] == [exactly(answer) for answer in answers]
