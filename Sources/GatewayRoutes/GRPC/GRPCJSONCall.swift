import DaprClient
import HTTPMessage
import HTTPTypes
import ProtobufJSON

/// A call whose messages are JSON: one answer as one value, many as a line each.
struct GRPCJSONCall {
    private let target: GRPCTarget
    private let context: RequestContext
    private var transcoder: GRPCTranscoder

    init(_ target: GRPCTarget, _ context: RequestContext) async throws(GatewayError) {
        self.target = target
        self.context = context
        transcoder = try await GRPCTranscoder(target, context)
    }

    /// Makes the call.
    mutating func response() async throws(GatewayError) -> Response {
        guard !transcoder.method.isClientStreaming else {
            throw GatewayError(
                .notSupported,
                "'\(target.method)' takes a stream of messages, which is not possible here")
        }
        // Who sends nothing means a message without fields.
        let json = context.content.isEmpty ? Array("{}".utf8) : context.content
        let message = try await transcoder.message(fromJSON: json, context)
        let metadata = try GRPCMetadata(context)
        guard !transcoder.method.isServerStreaming else {
            return try await stream(message, metadata)
        }
        let answer = try await context.callApp(target, message, metadata: metadata)
        var fields: HTTPFields = [.contentType: ContentType.json]
        fields.append(answer.initialMetadata)
        fields.append(answer.trailingMetadata)
        let body = try await transcoder.json(fromMessage: answer.message, context)
        return Response(.ok, fields: fields, body: .bytes(body))
    }

    /// The first message is waited for, so that a call that fails at once is an HTTP error.
    private mutating func stream(
        _ message: [UInt8], _ metadata: GRPCMetadata
    ) async throws(GatewayError) -> Response {
        var fields: HTTPFields = [.contentType: ContentType.lines]
        let (call, first) = try await open(message, metadata, &fields)
        guard let first else { return Response(.ok, fields: fields) }
        let line = try await transcoder.json(fromMessage: first, context)
        let lines = GRPCJSONLines(call, first: line, transcoder: transcoder, id: context.id)
        return Response(
            .ok, fields: fields, body: .stream(BodyStream { try await lines.next() }))
    }

    private func open(
        _ message: [UInt8], _ metadata: GRPCMetadata, _ fields: inout HTTPFields
    ) async throws(GatewayError) -> (any AppCall, first: [UInt8]?) {
        do throws(DaprError) {
            let (call, first) = try await context.attempt { dapr, options throws(DaprError) in
                let call = try await dapr.openAppCall(
                    target.app, path: target.path, message: message, metadata: metadata,
                    options: options)
                return (call, try await call.next())
            }
            if first != nil { fields.append(try await call.initialMetadata()) }
            return (call, first)
        } catch {
            throw GatewayError(grpc: error, calling: target.app)
        }
    }
}

/// The messages of an answer, one JSON text a line. It is pulled, so the app can send on only as the
/// client reads.
actor GRPCJSONLines {
    private let call: any AppCall
    private let transcoder: GRPCTranscoder
    private let id: String
    private var first: [UInt8]?
    private var failure: GatewayError?

    /// - Parameters:
    ///   - first: the JSON of the message that was read already.
    ///   - id: the name of the request.
    init(_ call: any AppCall, first: [UInt8], transcoder: GRPCTranscoder, id: String) {
        self.call = call
        self.first = first
        self.transcoder = transcoder
        self.id = id
    }

    /// The next line; nil when the call ended well. After a failure the last line is its problem
    /// document.
    ///
    /// - Throws: after that line, so that the answer ends as one that is not complete.
    func next() async throws -> [UInt8]? {
        if let failure { throw failure }
        if let line = first.take() { return line + Self.newline }
        do throws(GatewayError) {
            return try await line()
        } catch {
            call.cancel()
            failure = error
            return error.problemDocument(instance: id) + Self.newline
        }
    }

    private func line() async throws(GatewayError) -> [UInt8]? {
        let message: [UInt8]?
        do throws(DaprError) {
            message = try await call.next()
        } catch {
            throw GatewayError(grpc: error, calling: transcoder.target.app)
        }
        guard let message else { return nil }
        return try transcoder.json(fromMessage: message) + Self.newline
    }

    private static let newline = [UInt8(ascii: "\n")]
}
