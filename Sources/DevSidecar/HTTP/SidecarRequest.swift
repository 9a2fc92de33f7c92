import HTTPMessage
import HTTPTypes

/// A request to the HTTP API, after routing.
struct SidecarRequest: Sendable {
    /// As sent; case-sensitive.
    var method: String
    /// The raw path as it was routed: cleaned, unless it belongs to service invocation.
    var path: [UInt8]
    /// The raw text after the first `?`.
    var rawQuery: ArraySlice<UInt8>?
    var fields: FieldBlock
    /// The values of the placeholders of the route's pattern, in order, decoded. The value of `*`
    /// is the rest of the raw path, as it is.
    var parameters: [String] = []
    /// The content, cut off at the size limit; empty for a route that does not read it.
    var body: [UInt8] = []
    /// How many bytes of content followed `body` and were counted only.
    var unkept = 0
    /// Why the content ends where it does, if it was not the client's end: a size limit or a
    /// framing error, in the words of the sidecar.
    var bodyError: String?
    /// What the request says about tracing, and what the response repeats.
    var trace: TraceContext
    /// The address of the client, without the port.
    var clientAddress: String

    /// The parameters of the query, decoded, in order; malformed ones are left out.
    var query: [(name: String, value: String)] {
        guard let rawQuery else { return [] }
        return rawQuery.split(separator: UInt8(ascii: "&")).compactMap { pair in
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PathEscaping.decode(parts[0], plusIsSpace: true),
                let value = PathEscaping.decode(
                    parts.count > 1 ? parts[1] : [], plusIsSpace: true)
            else { return nil }
            return (name, value)
        }
    }

    /// The first parameter of that name in the query.
    func queryValue(_ name: String) -> String? {
        rawQuery == nil ? nil : query.first { $0.name == name }?.value
    }

    /// The parameters `metadata.NAME` of the query; of equal names the last counts.
    var queryMetadata: [String: String] {
        guard rawQuery != nil else { return [:] }
        var metadata: [String: String] = [:]
        for (name, value) in query where name.hasPrefix("metadata.") {
            metadata[String(name.dropFirst(9))] = value
        }
        return metadata
    }
}

/// An answer of the HTTP API.
struct SidecarResponse: Sendable {
    /// One header field.
    struct Field: Sendable {
        /// In lower case.
        var name: String
        var value: String
    }

    var status: Int
    /// Without `Content-Length`, `Date`, trace headers and what concerns the connection.
    var fields: [Field] = []
    var body: [UInt8] = []
    /// How many bytes of filler follow `body`: large answers are made while they are sent.
    var fillerCount = 0
    /// Whether the response carries the trace headers, as almost all do.
    var isTraced = true
    /// The handler left content unread, so that HTTP/1 closes the connection.
    var closes = false
    /// Whether the body goes out in chunks even if it is short, as what a sidecar passes on does.
    var isStreamed = false

    init(status: Int, fields: [Field] = [], body: [UInt8] = [], isTraced: Bool = true) {
        self.status = status
        self.fields = fields
        self.body = body
        self.isTraced = isTraced
    }

    static let noContent = SidecarResponse(status: 204)

    /// A JSON answer; Go's encoder ends it with a line feed in most places.
    static func json(_ body: [UInt8], status: Int = 200) -> SidecarResponse {
        SidecarResponse(
            status: status, fields: [Field(name: "content-type", value: "application/json")],
            body: body)
    }

    /// A text in the form of Go's `http.Error`.
    static func text(_ text: String, status: Int) -> SidecarResponse {
        SidecarResponse(
            status: status,
            fields: [
                Field(name: "content-type", value: "text/plain; charset=utf-8"),
                Field(name: "x-content-type-options", value: "nosniff"),
            ],
            body: Array((text + "\n").utf8))
    }
}
