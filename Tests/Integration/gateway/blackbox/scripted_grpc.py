"""A sidecar's gRPC API on Python's own gRPC server, whose every answer a test writes."""

from concurrent import futures

import grpc
from dapr.proto.runtime.v1 import dapr_pb2_grpc, metadata_pb2
from google.protobuf.any_pb2 import Any
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

COMPONENTS = [
    ("statestore", "state.in-memory"), ("redis", "state.redis"), ("oddstore", "state.oddity"),
    ("pubsub", "pubsub.in-memory"), ("secretstore", "secretstores.local.file"),
    ("envsecrets", "secretstores.local.env"), ("vault", "secretstores.hashicorp.vault"),
]


class Fault(Exception):
    """What a call is to fail with; `reason` makes an ErrorInfo of it, as daprd sends it."""

    def __init__(self, code, message, reason=None):
        super().__init__(message)
        self.status = status_pb2.Status(code=code.value[0], message=message)
        if reason:
            info = Any()
            info.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="dapr.io"))
            self.status.details.append(info)


class ScriptedGRPC:
    """`handlers`: method name -> function of (request, context), which returns or raises `Fault`."""

    def __init__(self):
        self.handlers, self.calls = {}, []
        outer = self

        class Servicer(dapr_pb2_grpc.DaprServicer):
            pass

        def make(name):
            def method(_, request, context):
                outer.calls.append((name, request, dict(context.invocation_metadata())))
                try:
                    return outer.handlers[name](request, context)
                except Fault as fault:
                    context.abort_with_status(rpc_status.to_status(fault.status))
            return method

        for name in ("GetState", "SaveState", "DeleteState", "GetBulkState", "PublishEvent",
                     "ExecuteStateTransaction", "InvokeService", "GetSecret", "GetBulkSecret"):
            setattr(Servicer, name, make(name))
        Servicer.GetMetadata = lambda *_: metadata_pb2.GetMetadataResponse(
            id="scripted", runtime_version="1.18.3", registered_components=[
                metadata_pb2.RegisteredComponents(name=n, type=t, version="v1")
                for n, t in COMPONENTS])
        self.server = grpc.server(futures.ThreadPoolExecutor(16))
        dapr_pb2_grpc.add_DaprServicer_to_server(Servicer(), self.server)
        self.port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def named(self, name):
        return [request for called, request, _ in self.calls if called == name]

    def close(self):
        self.server.stop(0)
