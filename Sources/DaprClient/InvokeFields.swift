import HTTP2
import HTTPTypes

/// Which header fields travel with an invocation, and how they come back.
enum InvokeFields {
    /// Fields of one connection (RFC 9110 section 7.6.1), and those that this client sets itself.
    /// `dapr-app-id` would send the call elsewhere.
    private static let own: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te",
        "trailer", "http2-settings", "proxy-authorization", "proxy-authenticate", "host",
        "content-length", "dapr-api-token", "dapr-app-id",
    ]

    /// What gRPC uses for itself besides.
    private static let ownOfGRPC: Set<String> = [
        "content-type", "user-agent", "traceparent", "tracestate", "baggage",
    ]

    /// Names that the sidecar gives back with `dapr-` before them (grpc-api.md section 4).
    private static let prefixed: Set<String> = [
        "accept", "accept-charset", "accept-encoding", "accept-language", "accept-ranges",
        "cache-control", "content-type", "cookie", "date", "expect", "from", "if-match",
        "if-modified-since", "if-none-match", "if-schedule-tag-match", "if-unmodified-since",
        "max-forwards", "origin", "pragma", "referer", "via", "warning",
    ]

    static func isForwarded(_ name: HTTPField.Name) -> Bool {
        !own.contains(name.canonicalName)
    }

    static func isForwardedOverGRPC(_ name: HTTPField.Name) -> Bool {
        let text = name.canonicalName
        return isForwarded(name) && !ownOfGRPC.contains(text) && !text.hasPrefix("grpc-")
            && !text.hasSuffix("-bin")
    }

    /// The app's fields in an answer of the HTTP API.
    static func fromHTTP(_ head: HeaderBlock) -> HTTPFields {
        fields(head) { own.contains($0) ? nil : $0 }
    }

    /// The app's fields in an answer of the gRPC API.
    static func fromGRPC(_ head: HeaderBlock) -> HTTPFields {
        fields(head) { name in
            if name.hasPrefix("dapr-"), prefixed.contains(String(name.dropFirst(5))) {
                return String(name.dropFirst(5))
            }
            let isOurs =
                own.contains(name) || name.hasPrefix("grpc-") || name.hasSuffix("-bin")
                || name == "dapr-http-status" || name == "content-type"
            return isOurs ? nil : name
        }
    }

    private static func fields(
        _ head: HeaderBlock, rename: (String) -> String?
    ) -> HTTPFields {
        var fields = HTTPFields()
        for field in head where field.name.first != UInt8(ascii: ":") {
            let name = String(decoding: field.name, as: UTF8.self)
            guard let name = rename(name).flatMap({ HTTPField.Name($0) }) else { continue }
            fields.append(
                HTTPField(name: name, value: String(decoding: field.value, as: UTF8.self)))
        }
        return fields
    }
}
