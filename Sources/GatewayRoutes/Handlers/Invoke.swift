import DaprClient
import HTTPMessage
import HTTPTypes
import Synchronization

/// `/v1/invoke/{app}/{path...}`: service invocation, passed through in both directions.
enum InvokeRoutes {
    static let routes = [
        Route(
            .any, "/v1/invoke/{app}/{path...}", query: .passedOn, body: .stream,
            summary: "calls another app; method, query, headers and body pass through",
            example: "-d hello URL/v1/invoke/echo/some/path?x=1", handler: .deferred(invoke))
    ]

    @Sendable
    private static func invoke(_ context: RequestContext) async throws(GatewayError) -> Response {
        let app = try context.parameter("app")
        // What is no name could be a URL, and the sidecar would call it.
        try Names.checkComponent(app, of: "app")
        let request = context.request
        let forwarded = ForwardedFields(request.fields, requestID: context.id)
        context.droppedFields = forwarded.dropped
        let upload = Upload(limit: context.settings.bodyLimit)
        let call = InvokeRequest(
            appID: app, verb: request.method, method: try path(context),
            query: request.target.query.map { String(decoding: $0, as: UTF8.self) },
            fields: forwarded.fields, body: upload.limited(request.body))
        do throws(DaprError) {
            let answer = try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.invoke(call, options: options)
            }
            var fields = answer.fields
            // Every response has these from us.
            fields[.xRequestID] = nil
            fields[.xContentTypeOptions] = nil
            return Response(answer.status, fields: fields, body: Body(answer.body))
        } catch {
            guard !upload.isTooLong else {
                throw GatewayError(
                    .bodyTooLarge,
                    "the body is larger than \(ByteCount(upload.limit)) (limits.body)")
            }
            throw explain(error, calling: app, context)
        }
    }

    /// The path for the app, still encoded as it came; refused where the sidecar would resolve or
    /// misread what it stands for.
    private static func path(_ context: RequestContext) throws(GatewayError) -> String {
        let decoded = try context.parameter("path")
        try Names.checkSegments(decoded, .invalidPath, "the path")
        let isForbidden = decoded.utf8.contains { byte in
            byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
        }
        guard !isForbidden else {
            throw GatewayError(
                .invalidPath, "the path has a control character, '?' or '#', which no sidecar takes"
            )
        }
        return String(decoding: context.rawParameter("path"), as: UTF8.self)
    }

    private static func explain(
        _ error: DaprError, calling app: String, _ context: RequestContext
    ) -> GatewayError {
        switch error.kind {
        case .noSuchComponent, .notFound:
            GatewayError(.noSuchApp, "the sidecar knows no app '\(app)'", cause: error)
        case .componentFailed, .unknown:
            GatewayError(.appUnreachable, error.message, cause: error)
        default: context.failure(error)
        }
    }
}

/// The body of an invocation on its way to the sidecar, which silently cuts one that is a byte over
/// its limit; so an upload of unknown length is counted here and broken off.
private final class Upload: Sendable {
    struct TooLong: Error {}

    let limit: Int
    private let count = Atomic(0)

    init(limit: Int) {
        self.limit = limit
    }

    var isTooLong: Bool { count.load(ordering: .relaxed) > limit }

    func limited(_ body: Body) -> DaprBody {
        switch body {
        case .empty: return .empty
        case .bytes(let bytes): return .bytes(bytes)
        case .stream(let stream):
            return .stream(length: stream.length) {
                guard let chunk = try await stream.next() else { return nil }
                self.count.add(chunk.count, ordering: .relaxed)
                if self.isTooLong { throw TooLong() }
                return chunk
            }
        }
    }
}

extension Body {
    fileprivate init(_ body: DaprBody) {
        switch body {
        case .empty: self = .empty
        case .bytes(let bytes): self = .bytes(bytes)
        case .stream(let length, let next): self = .stream(BodyStream(length: length, read: next))
        }
    }
}
