import DaprProtos
import EventLoop
import FoundationEssentials
import HTTP2
import JSON
import SwiftProtobuf

/// The API of output bindings.
final class BindingsBlock: BuildingBlock {
    private let context: SidecarContext
    private var bindings: [String: any OutputBinding] = [:]

    /// - Throws: why a folder cannot be had.
    init(_ context: SidecarContext, apps: AppDirectory) throws(SystemError) {
        self.context = context
        for component in context.components(of: "bindings") {
            switch component.type {
            case "bindings.localstorage":
                bindings[component.name] = try LocalStorageBinding(
                    path: component.metadata["rootPath"])
            case "bindings.http":
                bindings[component.name] = HTTPBinding(component, apps: apps, on: context.loop)
            case "bindings.redis":
                bindings[component.name] = RedisBinding(clock: context.clock)
            case "bindings.echo": bindings[component.name] = EchoBinding()
            default: break
            }
        }
    }

    func stop() {
        for binding in bindings.values { binding.stop() }
    }

    private func invoke(
        _ name: String, _ request: BindingRequest
    ) async throws(BindingFailure) -> BindingResponse? {
        guard !request.operation.isEmpty else {
            throw BindingFailure("operation field is missing from request")
        }
        guard let binding = bindings[name] else {
            throw BindingFailure("couldn't find output binding \(name)")
        }
        if let operations = binding.operations, !operations.contains(request.operation) {
            throw BindingFailure(
                "binding \(name) does not support operation \(request.operation). "
                    + "supported operations:\(operations.joined(separator: " "))")
        }
        return try await binding.invoke(request)
    }

    private static func error(_ failure: BindingFailure, of name: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_INVOKE_OUTPUT_BINDING",
            message: "error invoking output binding \(name): \(failure.text)",
            grpcDetails: [.errorInfo("ERR_INVOKE_OUTPUT_BINDING")])
    }

    // MARK: - HTTP

    var httpRoutes: [HTTPRoute] {
        let block = LoopBound(self, on: context.loop)
        return [
            HTTPRoute(
                ["POST", "PUT"], "/v1.0/bindings/{name}", readsBody: true,
                .suspending { request in await block.value.answer(request) })
        ]
    }

    private func answer(_ request: SidecarRequest) async -> SidecarResponse {
        let name = request.parameters[0]
        let asked: BindingRequest
        do throws(GoJSONFault) {
            asked = try Self.read(request)
        } catch {
            return SidecarError.malformed("failed deserializing HTTP body: " + error.text).response
        }
        var response: SidecarResponse
        do throws(BindingFailure) {
            guard let answer = try await invoke(name, asked) else { return .noContent }
            response = .json(answer.data)
            response.fields += Self.fields(of: answer.metadata)
        } catch {
            response = Self.error(error, of: name).response
            response.fields += Self.fields(of: error.metadata)
        }
        return response
    }

    private static func read(_ request: SidecarRequest) throws(GoJSONFault) -> BindingRequest {
        let body = try GoStruct(
            try GoJSONBody(request).value, name: "OutputBindingRequest",
            fullName: "http.OutputBindingRequest")
        let given = try body.stringMap("metadata")
        let data: [UInt8]
        do throws(GoNumberRangeError) {
            data = try (body.value("data") ?? .null).asGoDecoded.serialized(options: .go)
        } catch {
            throw GoJSONFault(text: error.description)
        }
        return BindingRequest(
            operation: try body.string("operation") ?? "", data: data, given: given,
            metadata: given.merging(request.trace.metadata) { $1 })
    }

    private static func fields(of metadata: [String: String]) -> [SidecarResponse.Field] {
        metadata.map { name, value in
            SidecarResponse.Field(name: "metadata." + name.lowercased(), value: value)
        }
    }

    // MARK: - gRPC

    var grpcMethods: [GRPCMethod] {
        let block = LoopBound(self, on: context.loop)
        return [
            .dapr("InvokeBinding", .suspending { request in await block.value.answer(request) })
        ]
    }

    private func answer(_ request: GRPCRequest) async -> GRPCReply {
        do throws(GRPCStatus) {
            let message: Dapr_Proto_Runtime_V1_InvokeBindingRequest = try GRPCMethod.decode(
                request.message)
            let metadata = message.metadata
                .merging(Self.metadata(of: request.metadata)) { given, _ in given }
                .merging(request.trace.metadata) { $1 }
            let asked = BindingRequest(
                operation: message.operation, data: Array(message.data), given: message.metadata,
                metadata: metadata)
            let answer: BindingResponse
            do throws(BindingFailure) {
                answer = try await invoke(message.name, asked) ?? BindingResponse()
            } catch {
                var reply = Self.error(error, of: message.name).reply
                reply.headers = Self.headers(of: error.metadata)
                return reply
            }
            var response = Dapr_Proto_Runtime_V1_InvokeBindingResponse()
            response.data = Data(answer.data)
            response.metadata = answer.metadata
            var reply = try GRPCMethod.encode(response)
            reply.headers = Self.headers(of: answer.metadata)
            return reply
        } catch {
            return GRPCReply(status: error)
        }
    }

    /// What a call's own metadata become: the names that HTTP/2 and gRPC reserve get a prefix.
    private static func metadata(of head: HeaderBlock) -> [String: String] {
        var metadata: [String: String] = [:]
        for field in head {
            var name = String(decoding: field.name, as: UTF8.self)
            if name == ":authority" { name = "dapr-authority" }
            if name.hasPrefix(":") { continue }
            if name.hasPrefix("grpc-") { name = "dapr-" + name }
            metadata[name] = String(decoding: field.value, as: UTF8.self)
        }
        return metadata
    }

    private static func headers(
        of metadata: [String: String]
    ) -> [(name: String, value: String)] {
        metadata.map { ("metadata." + $0.lowercased(), $1) }
    }
}

extension TraceContext {
    /// What a binding is told of the trace.
    fileprivate var metadata: [String: String] {
        var metadata = ["traceparent": traceparent]
        if !tracestate.isEmpty { metadata["tracestate"] = tracestate }
        if !baggage.isEmpty { metadata["baggage"] = baggage }
        return metadata
    }
}
