"""Unary gRPC calls with raw bytes, and their messages as the JSON of the recording."""

import base64
import importlib
import pkgutil
import re

import dapr.proto
import grpc
from google.protobuf import any_pb2, descriptor, descriptor_pool, json_format, message_factory
from google.protobuf import struct_pb2
from google.rpc import error_details_pb2, status_pb2  # registers the types of details

for module in pkgutil.walk_packages(dapr.proto.__path__, "dapr.proto."):
    if module.name.endswith("_pb2"):
        importlib.import_module(module.name)

POOL = descriptor_pool.Default()
Field = descriptor.FieldDescriptor
# Metadata that every answer carries and that the recording leaves out.
UNRECORDED = {"grpc-trace-bin", "content-type", "date", "grpc-accept-encoding"}
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def method_types(method):
    """The classes of request and response of a full method name; nothing if it is unknown."""
    service, _, name = method.strip("/").rpartition("/")
    try:
        found = POOL.FindServiceByName(service).methods_by_name[name]
    except KeyError:
        return None
    return tuple(map(message_factory.GetMessageClass, (found.input_type, found.output_type)))


def client_streams(method):
    """Whether the client may send many messages."""
    service, _, name = method.strip("/").rpartition("/")
    try:
        return POOL.FindServiceByName(service).methods_by_name[name].client_streaming
    except KeyError:
        # Nobody knows of a proxied method, and its client half-closes by itself.
        return True


def metadata_pairs(metadata):
    """Recorded metadata as the pairs that grpc wants."""
    return [
        (name, base64.b64decode(value[7:]) if value.startswith("base64:") else value)
        for name, values in metadata.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def recorded_metadata(pairs):
    """Metadata of an answer as the recording shows it."""
    result = {}
    for name, value in pairs or ():
        if name in UNRECORDED:
            continue
        if isinstance(value, bytes):
            value = "base64:" + base64.b64encode(value).decode()
        if name in result:
            before = result[name] if isinstance(result[name], list) else [result[name]]
            value = before + [value]
        result[name] = value
    return result


def call(channel, method, data, metadata, timeout):
    """One unary call: the recorded form of the answer, with the message as bytes."""
    stub = channel.unary_unary(method)
    try:
        answer, finished = stub.with_call(data, timeout=timeout, metadata=metadata_pairs(metadata))
    except grpc.RpcError as problem:
        answer, finished = None, problem
    trailers = recorded_metadata(finished.trailing_metadata())
    trailers.pop("grpc-status-details-bin", None)
    response = {
        "initialMetadata": recorded_metadata(finished.initial_metadata()),
        "trailers": trailers,
    }
    if answer is not None:
        response["messages"] = [answer]
    return response | status_of(finished)


def status_of(finished):
    """How a call ended, as the recording shows it."""
    code = finished.code()
    response = {"grpcStatus": code.value[0]}
    if code is grpc.StatusCode.OK:
        return response
    response["grpcStatusName"], response["grpcMessage"] = code.name, finished.details()
    details = dict(finished.trailing_metadata() or ()).get("grpc-status-details-bin")
    if details:
        status = status_pb2.Status.FromString(details)
        response["details"] = [_detail(one) for one in status.details]
    return response


def _detail(packed):
    """A detail as the recording shows it: with @type and the field names of the definition."""
    name = packed.type_url.rpartition("/")[2]
    kind = message_factory.GetMessageClass(POOL.FindMessageTypeByName(name))
    return {"@type": packed.type_url} | to_json(kind.FromString(packed.value), snake_case=True)


def raw(message):
    """A message of a proxied method, as the recording shows it; long ones by their length."""
    if len(message) > 4096:
        return {"bytesLength": len(message)}
    return {"text": message.decode()}


def to_json(message, snake_case=False):
    """A message as protobuf JSON, with defaults left out; an Any as type URL, value, text."""
    if isinstance(message, any_pb2.Any):
        return _any_to_json(message)
    if isinstance(message, struct_pb2.Struct):
        return json_format.MessageToDict(message)
    result = {}
    for field, value in message.ListFields():
        name = field.name if snake_case else field.json_name
        if _is_map(field):
            entry = field.message_type.fields_by_name["value"]
            keys = value.keys()
            result[name] = {str(key): _to_json(entry, value[key], snake_case) for key in keys}
        elif field.is_repeated:
            result[name] = [_to_json(field, item, snake_case) for item in value]
        else:
            result[name] = _to_json(field, value, snake_case)
    return result


def _to_json(field, value, snake_case):
    if field.message_type is not None:
        return to_json(value, snake_case)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    # Protobuf JSON writes 64-bit integers as texts.
    wide = field.cpp_type in (Field.CPPTYPE_INT64, Field.CPPTYPE_UINT64)
    return str(value) if wide else value


def _any_to_json(packed):
    shown = {"typeUrl": packed.type_url, "value": base64.b64encode(packed.value).decode()}
    try:
        shown["valueText"] = packed.value.decode()
    except UnicodeDecodeError:
        pass
    return shown


def _is_map(field):
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def from_json(kind, shown):
    """The message of a class that to_json shows like this."""
    message = kind()
    if isinstance(message, any_pb2.Any):
        message.type_url = shown["typeUrl"]
        message.value = base64.b64decode(shown["value"])
        return message
    fields = {field.json_name: field for field in message.DESCRIPTOR.fields}
    for name, value in shown.items():
        field = fields[name]
        target = getattr(message, field.name)
        if _is_map(field):
            entry = field.message_type.fields_by_name["value"]
            for key, item in value.items():
                if entry.message_type is not None:
                    target[key].CopyFrom(_from_json(entry, item))
                else:
                    target[key] = _from_json(entry, item)
        elif isinstance(value, list):
            target.extend(_from_json(field, item) for item in value)
        elif field.message_type is not None:
            target.CopyFrom(_from_json(field, value))
            target.SetInParent()
        else:
            setattr(message, field.name, _from_json(field, value))
    return message


def _from_json(field, value):
    if field.message_type is not None:
        return from_json(message_factory.GetMessageClass(field.message_type), value)
    if field.enum_type is not None:
        return field.enum_type.values_by_name[value].number if isinstance(value, str) else value
    if field.type == Field.TYPE_BYTES:
        times = re.fullmatch(r"(\d+) times (\w)", value)
        return times[2].encode() * int(times[1]) if times else base64.b64decode(value)
    return int(value) if field.cpp_type in (Field.CPPTYPE_INT64, Field.CPPTYPE_UINT64) else value
