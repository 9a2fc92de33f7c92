import Compression
public import HTTPMessage
import HTTPTypes

extension Response {
    /// Fits a response to what its client accepts; does next to nothing for clients that do not say.
    ///
    /// What passes through is left alone: what the client accepts was told to whoever answered.
    ///
    /// - Parameters:
    ///   - request: what it answers.
    ///   - route: the route that made it; nil when none did.
    ///   - id: the name of the request.
    public mutating func negotiate(for request: Request, route: Route?, id: String) {
        if let route, route.passesThrough { return }
        // A write was done, so what tells of it is sent in any case.
        if request.method == .get || request.method == .head, status == .ok,
            request.fields.contains(.accept)
        {
            checkType(for: request, id: id)
        }
        compress(for: request)
    }

    // MARK: - Accept

    private mutating func checkType(for request: Request, id: String) {
        let values = request.fields.values(of: .accept)
        guard values != ["*/*"], let type = value(of: .contentType) else { return }
        guard !Acceptance(values).allows(type: ContentType.essence(type)) else { return }
        let error = GatewayError(
            .notAcceptable, "the answer is '\(type)', which 'Accept' leaves out",
            fields: [.vary: HTTPField.Name.accept.rawName])
        self = Response(error, instance: id)
    }

    // MARK: - Accept-Encoding

    /// Content shorter than this is sent as it is: it goes into one packet either way.
    private static let leastCompressed = 1024
    /// Content longer than this is compressed while it is sent, so that no other request waits.
    private static let mostAtOnce = 128 << 10

    private mutating func compress(for request: Request) {
        if status == .notModified { return adaptNotModified(for: request) }
        guard case .bytes(let content) = body, content.count >= Self.leastCompressed,
            let type = value(of: .contentType), ContentType.isText(type),
            value(of: .contentEncoding) == nil
        else { return }
        addVary()
        guard request.fields.contains(.acceptEncoding),
            Acceptance(request.fields.values(of: .acceptEncoding)).prefersGzip
        else { return }
        if content.count <= Self.mostAtOnce {
            guard let compressed = GzipCompressor.compress(content) else { return }
            body = .bytes(compressed)
        } else {
            let stream = GzipStream(of: content)
            body = .stream(BodyStream { try await stream.next() })
        }
        fields[.contentEncoding] = "gzip"
        if let tag = value(of: .eTag) { replaceETag(by: EntityTag.compressed(tag)) }
    }

    /// 304 has the tag that 200 would have had (RFC 9110, section 15.4.5), which the client knows.
    private mutating func adaptNotModified(for request: Request) {
        addVary()
        guard let tag = value(of: .eTag), request.fields.contains(.acceptEncoding) else { return }
        let compressed = EntityTag.compressed(tag)
        let known = listElements(request.fields.values(of: .ifNoneMatch))
        if known.contains(where: { $0 == compressed }) { replaceETag(by: compressed) }
    }

    private mutating func addVary() {
        let others = value(of: .vary).map { $0 + ", " } ?? ""
        prepared.remove(HTTPField.Name.vary.rawName)
        fields[.vary] = others + HTTPField.Name.acceptEncoding.rawName
    }

    // MARK: - Fields

    private func value(of name: HTTPField.Name) -> String? {
        fields[name] ?? prepared.value(of: name.rawName)
    }

    private mutating func replaceETag(by tag: String) {
        prepared.remove(HTTPField.Name.eTag.rawName)
        fields[.eTag] = tag
    }
}

/// Content that is compressed a piece at a time, as it is asked for.
private actor GzipStream {
    private static let pieceBytes = 64 << 10

    private let content: [UInt8]
    private var offset = 0
    private var compressor: GzipCompressor?

    init(of content: [UInt8]) {
        self.content = content
    }

    func next() async throws(CompressionFailure) -> [UInt8]? {
        // Not before: the answer to HEAD is never read.
        compressor = compressor ?? GzipCompressor()
        guard let compressor else { throw CompressionFailure() }
        while offset < content.count {
            // What else happens on the thread comes between two pieces.
            if offset > 0 { await Task.yield() }
            let end = min(offset + Self.pieceBytes, content.count)
            let output = compressor.compress(content[offset..<end], isLast: end == content.count)
            offset = end
            if !output.isEmpty { return output }
        }
        return nil
    }
}

/// There was no memory to compress with; the response ends early, so that nobody takes it for whole.
private struct CompressionFailure: Error {}
