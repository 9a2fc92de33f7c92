import GatewayRoutes
import HTTPMessage
import HTTPServer

/// Hands a server's questions to closures of the actor that owns it. The protocol's methods are not
/// isolated and an actor's are; closures that the actor makes for itself are the bridge.
final class ServerCallbacks: HTTPServerHandler {
    private let body: (Request) -> BodyDisposition
    private let received: (Exchange) -> Void
    private let refused: (ServerRefusal, Request?) -> Response
    private let finished: (ExchangeSummary) -> Void

    init(
        body: @escaping (Request) -> BodyDisposition, received: @escaping (Exchange) -> Void,
        refused: @escaping (ServerRefusal, Request?) -> Response,
        finished: @escaping (ExchangeSummary) -> Void
    ) {
        self.body = body
        self.received = received
        self.refused = refused
        self.finished = finished
    }

    func server(_ server: HTTPServer, bodyFor request: Request) -> BodyDisposition {
        body(request)
    }

    func server(_ server: HTTPServer, received exchange: Exchange) {
        received(exchange)
    }

    func server(
        _ server: HTTPServer, responseFor refusal: ServerRefusal, to request: Request?
    ) -> Response {
        refused(refusal, request)
    }

    func server(_ server: HTTPServer, finished summary: ExchangeSummary) {
        finished(summary)
    }
}

extension GatewayError {
    /// What a request that the server turned down gets to read.
    init(_ refusal: ServerRefusal) {
        switch refusal {
        case .targetTooLong(let limit):
            self.init(.targetTooLong, "the request target is longer than \(limit) bytes")
        case .headersTooLarge(let limit):
            self.init(
                .headersTooLarge,
                "the header fields are larger than \(ByteCount(limit)) (limits.headers)")
        case .bodyTooLarge(let limit):
            self.init(.bodyTooLarge, "the body is larger than \(ByteCount(limit)) (limits.body)")
        case .malformed(let defect):
            self.init(.malformedRequest, defect.sentence)
        case .unsupportedTransferCoding:
            self.init(.codingNotSupported, "'chunked' is the only transfer coding")
        case .tooManyConnections(let limit):
            self.init(
                .tooManyConnections, "all \(limit) connections are in use (limits.connections)")
        case .unanswered:
            self.init(.internalError, "the request was dropped without an answer")
        }
    }
}

extension HeadDefect {
    fileprivate var sentence: String {
        switch self {
        case .method: "the method is no token"
        case .fieldName: "the name of a header field is no token"
        case .fieldLine: "a line of the header has no name, is folded or contains NUL"
        case .fieldValue: "the value of a header field contains a control character"
        case .contentLength: "Content-Length is no number, or there are several"
        case .ambiguousLength: "Content-Length stands beside Transfer-Encoding"
        case .host: "Host is missing, is there twice, or is no host"
        }
    }
}
