import EventLoop
import HTTP2
import HTTPMessage
import JSON

/// The gRPC API: which method is answered by whom, and what holds for all of them.
final class GRPCService {
    let context: SidecarContext
    let gate: Gate?
    private var methods: [String: GRPCHandler] = [:]
    private let fallback: GRPCHandler
    /// How many streamed calls are open.
    var openStreams = 0

    init(context: SidecarContext, blocks: [any BuildingBlock], gate: Gate?) {
        self.context = context
        self.gate = gate
        for method in blocks.flatMap(\.grpcMethods) { methods[method.path] = method.handler }
        fallback =
            blocks.lazy.compactMap(\.grpcFallback).first
            ?? .immediate { GRPCReply(status: Self.noMethod($0.method)) }
    }

    func handler(for method: String) -> GRPCHandler {
        methods[method] ?? fallback
    }

    /// Makes the engine of a connection.
    func engine(for connection: Connection) -> (any ConnectionEngine)? {
        // The settings of grpc-go.
        var configuration = HTTP2Configuration()
        configuration.streamWindowSize = 65535
        configuration.connectionWindowSize = 65535
        configuration.maxHeaderListSize = 4 << 20
        // It also serves requests that HTTP/2 forbids.
        configuration.enforcesMessageRules = false
        let keepAlive = KeepAlive(loop: context.loop)
        do throws(HTTP2Error) {
            return try HTTP2Engine(
                connection, configuration: configuration, keepAlive: keepAlive
            ) { [self] stream, head, _ in
                GRPCServerStream(stream, head: head, service: self, keepAlive: keepAlive)
            }
        } catch {
            connection.close()
            return nil
        }
    }

    /// What a sidecar says about a method that it would have to proxy, but to whom?
    static func noMethod(_ method: String) -> GRPCStatus {
        method.hasPrefix("/dapr.proto.")
            ? .early(
                GRPCStatus.unknown,
                "failed to proxy request: required metadata dapr-callee-app-id or dapr-app-id"
                    + " not found")
            : .early(
                GRPCStatus.unknown,
                "cannot proxy request: missing dapr-callee-app-id or dapr-app-id metadata")
    }

    // MARK: - What holds for every call

    /// Refuses a call whose head is no gRPC; the HTTP status goes with it.
    func refusal(of head: HeaderBlock) -> (httpStatus: Int, status: GRPCStatus)? {
        if let method = head[":method"], method != "POST" {
            return (
                405,
                GRPCStatus(
                    GRPCStatus.internalError,
                    "Received a HEADERS frame with :method \"\(method)\" which should be POST")
            )
        }
        let contentType = head["content-type"] ?? ""
        guard Self.isGRPC(contentType) else {
            return (
                415,
                GRPCStatus(
                    GRPCStatus.invalidArgument,
                    "invalid gRPC request content-type \"\(contentType)\"")
            )
        }
        if let text = head["grpc-timeout"] {
            do throws(GRPCTimeoutError) {
                guard try GRPCTimeout.parse(text) > .zero else {
                    return (200, .deadlineExpired)
                }
            } catch {
                return (
                    400,
                    GRPCStatus(GRPCStatus.internalError, "malformed grpc-timeout: \(error.text)")
                )
            }
        }
        return binaryFault(in: head).map { (400, $0) }
    }

    private static func isGRPC(_ contentType: String) -> Bool {
        let name = "application/grpc"
        guard contentType.lowercased().hasPrefix(name) else { return false }
        let rest = contentType.utf8.dropFirst(name.utf8.count).first
        return rest == nil || rest == UInt8(ascii: "+") || rest == UInt8(ascii: ";")
    }

    private func binaryFault(in head: HeaderBlock) -> GRPCStatus? {
        for field in head where field.name.suffix(4).elementsEqual("-bin".utf8) {
            if Base64.decode(field.value) == nil {
                let name = String(decoding: field.name, as: UTF8.self)
                let value = String(decoding: field.value, as: UTF8.self)
                return GRPCStatus(
                    GRPCStatus.internalError,
                    "malformed binary metadata \"\(value)\" in header \"\(name)\":"
                        + " illegal base64 data at input byte 0")
            }
        }
        return nil
    }

    /// Checks the API token.
    func authorize(_ head: HeaderBlock) -> GRPCStatus? {
        guard let expected = context.configuration.apiToken else { return nil }
        let token = head["dapr-api-token"]
        guard token != expected else { return nil }
        let reason =
            token == nil
            ? "missing api token in request metadata"
            : "authentication error: api token mismatch"
        return GRPCStatus(
            GRPCStatus.unauthenticated, "Unauthorized",
            details: [
                .errorInfo(
                    reason: "Unauthorized",
                    metadata: ["http.code": "401", "http.error_message": reason])
            ])
    }

    /// Reads the trace and the baggage.
    func trace(_ head: HeaderBlock) throws(BaggageError) -> TraceContext {
        var trace = context.tracer.context(
            traceparent: head["traceparent"], tracestate: { head["tracestate"] })
        if let baggage = head["baggage"] {
            try Baggage.check(baggage)
            trace.baggage = baggage
        }
        return trace
    }
}

extension GRPCStatus {
    static let deadlineExpired = GRPCStatus(
        GRPCStatus.deadlineExceeded, "context deadline exceeded")
}
