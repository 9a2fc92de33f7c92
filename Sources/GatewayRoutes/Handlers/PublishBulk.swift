import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

// `/v1/publish/{pubsub}/{topic...}` with `application/x-ndjson`: one event a line.
extension PublishRoutes {
    static let linesType = "application/x-ndjson"

    /// Whether a body has an event on each line.
    static func isBulk(_ request: Request) -> Bool {
        request.fields[.contentType].map(ContentType.essence) == linesType
    }

    static func publishLines(
        _ context: RequestContext, to pubsub: String, _ topic: String
    ) async throws(GatewayError) -> Response {
        let type = try context.query.value("contentType")
        let metadata = try metadata(context)
        guard metadata["cloudevent.id"] == nil else {
            throw GatewayError(.invalidHeader, "'ce-id' cannot be the id of several events")
        }
        let entries = try entries(
            context.content, contentType: type.flatMap { $0.isEmpty ? nil : $0 },
            metadata: metadata)
        // What concerns an event stands with it, except for this.
        let ofCall = context.query.metadata.merging(metadata.filter { $0.key == "rawPayload" }) {
            $1
        }
        let result = try await context.call { dapr, options throws(DaprError) in
            try await dapr.bulkPublish(
                pubsub: pubsub, topic: topic, entries: entries, metadata: ofCall, options: options)
        }
        return try report(result)
    }

    /// An entry for each line that is not empty, named by its number, from 1.
    private static func entries(
        _ content: [UInt8], contentType: String?, metadata: [String: String]
    ) throws(GatewayError) -> [BulkPublishEntry] {
        var entries: [BulkPublishEntry] = []
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
            let data = Array(line)
            guard contentType != nil || isValidJSON(data) else {
                throw GatewayError(
                    .invalidBody, "line \(index + 1) is no JSON; nothing is published")
            }
            entries.append(
                BulkPublishEntry(
                    id: "\(index + 1)", data: data, contentType: contentType ?? ContentType.json,
                    metadata: metadata))
        }
        guard !entries.isEmpty else {
            throw GatewayError(.invalidBody, "the body has no line with an event")
        }
        return entries
    }

    private static func report(_ result: BulkPublishResult) throws(GatewayError) -> Response {
        if result.isComplete { return Response(.noContent) }
        var failures: [(line: String, detail: String)] = []
        for entry in result.entries {
            switch entry.outcome {
            case .published: break
            case .failed(let reason): failures.append((entry.id, reason))
            case .unknown:
                let said = result.error.map { ": \($0.message)" } ?? ""
                throw GatewayError(
                    .componentFailed, "which events the broker has is not known\(said)",
                    cause: result.error)
            }
        }
        guard failures.count < result.entries.count else {
            throw GatewayError(
                .componentFailed,
                "the broker took no event; line \(failures[0].line): "
                    + failures[0].detail, cause: result.error)
        }
        var writer = JSONWriter()
        writer.failures(failures) { writer, failure in
            writer.key("line")
            // The number that it was named by.
            writer.raw(failure.line.utf8)
            writer.key("detail")
            writer.string(failure.detail)
        }
        return Response(
            .multiStatus, fields: [.contentType: ContentType.json], body: .bytes(writer.bytes))
    }
}
