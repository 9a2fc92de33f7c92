"""A gRPC app: the Greeter, with messages that have one text as field 1. Usage: greeter.py

Prints its port. `SayHello` greets once, `GreetMany` three times, `GreetAll` all names together,
`Chat` each name as it comes, `Drip` a second time when `go_on` is set, `Flood` as often as it can, with
much text. It serves reflection. It fails for the name "nobody" and sleeps for "sleeper". What it was
told in `x-note` and `x-note-bin` comes back, before the first message and after the last.
"""

import threading
import time
from concurrent import futures

import grpc
from dapr.proto import appcallback_service_v1, common_v1
from google.protobuf import descriptor_pool
from google.protobuf.any_pb2 import Any
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.wrappers_pb2 import StringValue
from google.rpc import error_details_pb2, status_pb2
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

#: Lets `Drip` go on.
go_on = threading.Event()


class Flood:
    """What is known of the last call of `Flood`."""

    sent = 0
    is_over = threading.Event()


def hello(name, context):
    if name == "nobody":
        detail = Any()
        detail.Pack(error_details_pb2.ErrorInfo(reason="NOBODY", domain="greeter"))
        status = status_pb2.Status(code=3, message="nobody is thére", details=[detail])
        context.abort_with_status(rpc_status.to_status(status))
    if name == "hurry":
        return StringValue(value="none" if context.time_remaining() is None else "some")
    if name == "sleeper":
        while context.is_active():
            time.sleep(0.02)
    return StringValue(value=f"Hello {name}")


def noted(context):
    notes = {name: value for name, value in context.invocation_metadata()}
    seen = notes.get("x-note", "none")
    binary = notes.get("x-note-bin", b"")
    context.send_initial_metadata((("x-before", seen), ("x-before-bin", binary)))
    context.set_trailing_metadata((("x-after", seen), ("x-after-bin", binary)))
    # Exactly what may come through: the id of the target is the sidecar's.
    assert "dapr-app-id" not in notes and notes["dapr-callee-app-id"] == "greeter", notes


def say_hello(request, context):
    noted(context)
    return hello(request.value, context)


def greet_many(request, context):
    noted(context)
    for index in range(3):
        yield hello(f"{request.value} {index}", context)


def greet_all(requests, context):
    noted(context)
    return hello(" and ".join(request.value for request in requests), context)


def chat(requests, context):
    noted(context)
    for request in requests:
        yield hello(request.value, context)


def drip(request, context):
    yield hello(request.value, context)
    go_on.wait(10)
    yield hello(request.value, context)


def flood(request, context):
    Flood.sent = 0
    Flood.is_over.clear()
    context.add_callback(Flood.is_over.set)
    while context.is_active():
        yield StringValue(value="x" * 65536)
        Flood.sent += 1


KINDS = {
    "SayHello": (grpc.unary_unary_rpc_method_handler, say_hello),
    "GreetMany": (grpc.unary_stream_rpc_method_handler, greet_many),
    "Drip": (grpc.unary_stream_rpc_method_handler, drip),
    "Flood": (grpc.unary_stream_rpc_method_handler, flood),
    "GreetAll": (grpc.stream_unary_rpc_method_handler, greet_all),
    "Chat": (grpc.stream_stream_rpc_method_handler, chat),
}


class Invoked(appcallback_service_v1.AppCallbackServicer):
    """What Dapr's own SDK calls: `OnInvoke`."""

    def OnInvoke(self, request, context):
        name = request.data.value.decode()
        value = hello(name, context).SerializeToString()
        return common_v1.InvokeResponse(data=Any(value=value), content_type="application/x-greeting")


def described():
    """The file that would define the service, with proper names; on the wire it is the same."""
    file = FileDescriptorProto(name="greeter.proto", package="helloworld", syntax="proto3")
    for message, field in (("HelloRequest", "name"), ("HelloReply", "message")):
        file.message_type.add(name=message).field.add(
            name=field, number=1, type=FieldDescriptorProto.TYPE_STRING,
            label=FieldDescriptorProto.LABEL_OPTIONAL)
    service = file.service.add(name="Greeter")
    for name, (kind, _) in KINDS.items():
        service.method.add(
            name=name, input_type=".helloworld.HelloRequest", output_type=".helloworld.HelloReply",
            client_streaming=kind in (
                grpc.stream_unary_rpc_method_handler, grpc.stream_stream_rpc_method_handler),
            server_streaming=kind in (
                grpc.unary_stream_rpc_method_handler, grpc.stream_stream_rpc_method_handler))
    return file


def server():
    """A running server and its port."""
    made = grpc.server(futures.ThreadPoolExecutor(16))
    methods = {
        name: kind(
            function,
            request_deserializer=StringValue.FromString,
            response_serializer=StringValue.SerializeToString,
        )
        for name, (kind, function) in KINDS.items()
    }
    made.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("helloworld.Greeter", methods),)
    )
    appcallback_service_v1.add_AppCallbackServicer_to_server(Invoked(), made)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(described())
    reflection.enable_server_reflection(["helloworld.Greeter"], made, pool=pool)
    port = made.add_insecure_port("127.0.0.1:0")
    made.start()
    return made, port
