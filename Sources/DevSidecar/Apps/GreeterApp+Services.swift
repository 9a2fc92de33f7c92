import DaprProtos
import JSON
import SwiftProtobuf

// Server reflection, and any other service by the names of its methods: `Stream` echoes message by
// message, `Server` has three answers for one message, `GreetMany` echoes it three times, `Fail` and
// `NoMsg` fail, `Md` lists the metadata, `Slow` takes five seconds; what is left echoes one message.
extension GreeterApp: ServingApp {
    func serve(_ call: GRPCStreamCall, metadata: [AppField]) async -> GRPCReply {
        let name = call.method.split(separator: "/").last.map(String.init) ?? ""
        guard !call.method.hasPrefix("/dapr."), name != "Missing" else {
            return GRPCReply(status: .early(GRPCStatus.unimplemented, "Method not found!"))
        }
        do {
            if GreeterReflection.serves(call.method) {
                while let question = try await call.next() {
                    try await send(try GreeterReflection.answer(question), to: call)
                }
                return GRPCReply()
            }
            switch name {
            case "Stream":
                while let message = try await call.next() {
                    try await send(Array("echo:".utf8) + message, to: call)
                }
                return GRPCReply()
            case "Server":
                let message = try await request(of: call)
                for index in 0..<3 {
                    try await send(Array("\(index):".utf8) + message, to: call)
                }
                return GRPCReply()
            case "GreetMany":
                let message = try await request(of: call)
                for _ in 0..<3 { try await send(Array("echo:".utf8) + message, to: call) }
                return GRPCReply()
            case "NoMsg":
                return GRPCReply(status: GRPCStatus(11, "none é"), trailers: Self.trailers)
            case "Fail": return try Self.failure()
            default:
                let message = try await request(of: call)
                if name == "Slow" { try await Task.sleep(for: .seconds(5)) }
                let text = name == "Md" ? Self.listed(metadata) : Array("echo:".utf8) + message
                try await send(text, to: call, headers: [("x-init", "1")])
                return GRPCReply(trailers: Self.trailers)
            }
        } catch let status as GRPCStatus {
            return GRPCReply(status: status)
        } catch {
            return GRPCReply(status: GRPCStatus(1, "the call was cancelled"))
        }
    }

    private static let trailers = [(name: "x-trail", value: "2")]

    private func request(of call: GRPCStreamCall) async throws -> [UInt8] {
        guard let message = try await call.next() else {
            throw GRPCStatus(GRPCStatus.internalError, "a message is missing")
        }
        return message
    }

    /// Sends a message, and the metadata before it, unless the sidecar would not take it.
    private func send(
        _ message: [UInt8], to call: GRPCStreamCall,
        headers: [(name: String, value: String)] = []
    ) async throws {
        guard message.count <= call.limit else {
            throw GRPCStatus.tooLong(message.count, call.limit)
        }
        await call.sendHeaders(headers)
        await call.send(message)
    }

    private static func failure() throws -> GRPCReply {
        var info = Google_Rpc_ErrorInfo()
        info.reason = "WHY"
        info.domain = "app"
        info.metadata = ["a": "b"]
        var status = Google_Rpc_Status()
        status.code = Int32(GRPCStatus.failedPrecondition)
        status.message = "nope"
        status.details = [try Google_Protobuf_Any(message: info)]
        let bytes: [UInt8] = try status.serializedBytes()
        return GRPCReply(
            status: GRPCStatus(GRPCStatus.failedPrecondition, "nope"),
            trailers: [("grpc-status-details-bin", Base64.encode(bytes, padded: false))])
    }

    /// The metadata, sorted; bytes in hexadecimal digits.
    private static func listed(_ metadata: [AppField]) -> [UInt8] {
        let pairs = metadata.map { field in
            field.name.hasSuffix("-bin")
                ? (field.name, "hex:" + hexadecimal(Base64.decode(field.value) ?? []))
                : (field.name, field.value)
        }
        return PythonJSON.dump(
            .array(pairs.sorted { $0 < $1 }.map { .array([.string($0.0), .string($0.1)]) }))
    }
}

extension GRPCStatus {
    /// A message of an app that the sidecar does not take.
    static func tooLong(_ length: Int, _ limit: Int) -> GRPCStatus {
        GRPCStatus(
            resourceExhausted, "grpc: received message larger than max (\(length) vs. \(limit))")
    }
}
