import EventLoop
import HTTP2

// Calls of gRPC services that the sidecar does not have: it passes them on to the app of the
// metadata `dapr-app-id`, messages as they are (grpc-api.md section 19.8).
extension InvokeBlock {
    var grpcFallback: GRPCHandler? {
        let box = LoopBound(self, on: context.loop)
        return .streaming { call in await box.value.proxy(call) }
    }

    private func proxy(_ call: GRPCStreamCall) async -> GRPCReply {
        let head = call.metadata
        guard let id = head["dapr-callee-app-id"] ?? head["dapr-app-id"] else {
            return GRPCReply(status: GRPCService.noMethod(call.method))
        }
        let found: Found
        do throws(InvokeFailure) {
            found = try find(id)
        } catch {
            guard id == context.appID else {
                return GRPCReply(status: .early(GRPCStatus.unknown, error.text))
            }
            return Self.unreachable(port: 0)
        }
        let metadata = proxied(call, found)
        switch found.app {
        case .grpc(let app): return await app.serve(call, metadata: metadata)
        case .grpcServer(let app): return await app.serve(call, metadata: metadata)
        case .absent(let port): return Self.unreachable(port: port)
        case .http:
            return Self.unavailable("error reading server preface: http2: frame too large")
        }
    }

    /// What the app gets of the caller's metadata, and what the sidecars add.
    private func proxied(_ call: GRPCStreamCall, _ found: Found) -> [AppField] {
        let dropped: Set<String> = [
            "te", "content-type", "user-agent", "dapr-app-id", "dapr-callee-app-id", "traceparent",
        ]
        let hasToken = context.configuration.apiToken != nil
        var fields: [AppField] = []
        for field in call.metadata {
            let name = String(decoding: field.name, as: UTF8.self)
            guard !dropped.contains(name), !name.hasPrefix(":"), !name.hasPrefix("grpc-"),
                !hasToken || name != "dapr-api-token"
            else { continue }
            let value = String(decoding: field.value, as: UTF8.self)
            fields.append(AppField(name: name, value: value))
        }
        if let id = found.remoteID {
            fields.append(AppField(name: "dapr-callee-app-id", value: id))
            fields.append(AppField(name: "dapr-caller-app-id", value: context.appID))
        }
        fields.append(AppField(name: "traceparent", value: call.trace.traceparent))
        fields.append(AppField(name: "user-agent", value: "grpc-go/1.82.1"))
        return fields
    }

    static func unreachable(port: UInt16) -> GRPCReply {
        unavailable(
            "transport: Error while dialing: dial tcp 127.0.0.1:\(port):"
                + " connect: connection refused")
    }

    private static func unavailable(_ reason: String) -> GRPCReply {
        GRPCReply(
            status: .early(GRPCStatus.unavailable, "connection error: desc = \"\(reason)\""))
    }
}

/// An app whose gRPC services can be called.
protocol ServingApp: AnyObject {
    /// Answers a call.
    ///
    /// - Parameter metadata: what the app is told; names in lower case, values as on the wire.
    func serve(_ call: GRPCStreamCall, metadata: [AppField]) async -> GRPCReply
}
