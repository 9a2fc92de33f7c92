/// Writes HTTP/1 responses as Go's `net/http` does, down to the order of the fields.
enum HTTP1Response {
    /// Content that Go still gives a length when the handler is done; more is sent in chunks.
    private static let lengthLimit = 2048

    /// Appends a whole response.
    ///
    /// - Parameters:
    ///   - isHead: the request was HEAD, so the content is not sent.
    ///   - isHTTP10: the client speaks HTTP/1.0, which knows no chunks.
    ///   - closes: the connection is closed afterwards.
    ///   - date: the value of `Date`.
    static func append(
        _ response: SidecarResponse, to output: inout [UInt8], isHead: Bool, isHTTP10: Bool,
        closes: Bool, date: [UInt8]
    ) {
        output.reserveCapacity(output.count + 256 + response.body.count)
        output.append(contentsOf: (isHTTP10 ? "HTTP/1.0 " : "HTTP/1.1 ").utf8)
        output.append(contentsOf: String(response.status).utf8)
        output.append(UInt8(ascii: " "))
        output.append(contentsOf: reason(response.status).utf8)
        output.append(contentsOf: "\r\n".utf8)
        let fields =
            response.fields.count > 1
            ? response.fields.sorted { $0.name < $1.name } : response.fields
        for field in fields { append(field, to: &output) }
        output.append(contentsOf: "Date: ".utf8)
        output.append(contentsOf: date)
        output.append(contentsOf: "\r\n".utf8)
        let hasContent = response.status != 204 && response.status != 304
        let isChunked =
            hasContent && !isHead && !isHTTP10
            && (response.isStreamed || response.body.count > lengthLimit)
        if hasContent, !isChunked, !response.isStreamed {
            output.append(contentsOf: "Content-Length: \(response.body.count)\r\n".utf8)
        }
        if closes, !isHTTP10 { output.append(contentsOf: "Connection: close\r\n".utf8) }
        if isChunked { output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8) }
        output.append(contentsOf: "\r\n".utf8)
        guard hasContent, !isHead else { return }
        if isChunked {
            append(response.body, to: &output, isLast: response.fillerCount == 0)
        } else {
            output.append(contentsOf: response.body)
        }
    }

    /// Appends a piece of content.
    ///
    /// - Parameters:
    ///   - isChunked: as a chunk (RFC 9112, section 7.1).
    ///   - isLast: nothing follows.
    static func append(
        _ piece: [UInt8], to output: inout [UInt8], isChunked: Bool = true, isLast: Bool
    ) {
        guard isChunked else { return output.append(contentsOf: piece) }
        output.append(contentsOf: (String(piece.count, radix: 16) + "\r\n").utf8)
        output.append(contentsOf: piece)
        output.append(contentsOf: "\r\n".utf8)
        if isLast { output.append(contentsOf: "0\r\n\r\n".utf8) }
    }

    private static func append(_ field: SidecarResponse.Field, to output: inout [UInt8]) {
        var isStart = true
        for byte in field.name.utf8 {
            let isLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            output.append(isStart && isLower ? byte & 0xDF : byte)
            isStart = byte == UInt8(ascii: "-")
        }
        output.append(contentsOf: ": ".utf8)
        // What an application sent must not end the line.
        for byte in field.value.utf8 { output.append(byte == 0x0A || byte == 0x0D ? 0x20 : byte) }
        output.append(contentsOf: "\r\n".utf8)
    }

    /// The reason phrase of a status (RFC 9110, section 15).
    static func reason(_ status: Int) -> String {
        reasons[status] ?? "status code \(status)"
    }

    private static let reasons: [Int: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
        204: "No Content", 205: "Reset Content", 206: "Partial Content",
        300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
        304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
        404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
        408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
        412: "Precondition Failed", 413: "Request Entity Too Large",
        414: "Request URI Too Long", 415: "Unsupported Media Type",
        417: "Expectation Failed", 418: "I'm a teapot", 422: "Unprocessable Entity",
        423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required",
        428: "Precondition Required", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
        507: "Insufficient Storage", 511: "Network Authentication Required",
    ]
}
