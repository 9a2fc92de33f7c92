import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import Measure
import Messages

// usage: grpc-swift-bench PORT CONCURRENCY SECONDS
// What a generated client does, written out.

struct WrongAnswer: Error {}

let plan = Plan()
let transport = try HTTP2ClientTransport.Posix(
    target: .ipv4(address: "127.0.0.1", port: plan.port), transportSecurity: .plaintext)
let getState = MethodDescriptor(
    fullyQualifiedService: "dapr.proto.runtime.v1.Dapr", method: "GetState")

try await withGRPCClient(transport: transport) { client in
    try await plan.run {
        var message = Dapr_Proto_Runtime_V1_GetStateRequest()
        message.storeName = "statestore"
        message.key = "benchmark"
        try await client.unary(
            request: ClientRequest(message: message), descriptor: getState,
            serializer: ProtobufSerializer<Dapr_Proto_Runtime_V1_GetStateRequest>(),
            deserializer: ProtobufDeserializer<Dapr_Proto_Runtime_V1_GetStateResponse>(),
            options: .defaults
        ) { response in
            guard try response.message.data.count == 75 else { throw WrongAnswer() }
        }
    }
}
