import HTTPMessage
import HTTPTypes
import JSON

/// The header fields of a caller that an app may see: built from scratch, never passed on wholesale.
struct ForwardedFields {
    /// The fields for the app.
    private(set) var fields = HTTPFields()
    /// How many were left out because their names cannot be forwarded as they are.
    private(set) var dropped = 0

    /// - Parameters:
    ///   - received: the caller's fields.
    ///   - requestID: the name of the request.
    ///   - known: names beginning with `dapr-` that are parameters of what is called.
    init(_ received: FieldBlock, requestID: String, allowing known: Set<String> = []) {
        let connection = listElements(received.values(of: .connection)).map { $0.lowercased() }
        for position in received.indices {
            guard let name = Self.lowercasedName(received.nameBytes(at: position)) else {
                dropped += 1
                continue
            }
            guard !Self.isOurs(name) || known.contains(name), !connection.contains(name),
                let fieldName = HTTPField.Name(name)
            else { continue }
            let value = received[position].value
            if name == "authorization", Self.namesAnApp(value) { continue }
            fields.append(HTTPField(name: fieldName, value: value))
        }
        fields[.xRequestID] = requestID
    }

    /// The name in lower case; nil when it is outside `[a-z0-9-]`, where servers disagree about what
    /// is the same name.
    private static func lowercasedName(_ bytes: ArraySlice<UInt8>) -> String? {
        var lowercased: [UInt8] = []
        lowercased.reserveCapacity(bytes.count)
        for byte in bytes {
            let lower = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
            guard
                lower &- UInt8(ascii: "a") < 26 || lower &- UInt8(ascii: "0") < 10
                    || lower == UInt8(ascii: "-")
            else { return nil }
            lowercased.append(lower)
        }
        return String(decoding: lowercased, as: UTF8.self)
    }

    /// Fields of this connection (RFC 9110, section 7.6.1), those that steer the sidecar or speak for
    /// it, and those that travel in another way.
    private static func isOurs(_ name: String) -> Bool {
        switch name {
        case "connection", "keep-alive", "proxy-connection", "proxy-authenticate",
            "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "host",
            "content-length", "expect", "forwarded", "destination-app-id",
            "x-http-method-override", "x-request-id", "traceparent", "tracestate", "baggage":
            true
        default:
            name.hasPrefix("dapr-") || name.hasPrefix("grpc-") || name.hasPrefix("x-forwarded-")
        }
    }

    /// Whether the credentials are Basic with the user `dapr-app-id`, which makes the sidecar call
    /// the app that the password names.
    private static func namesAnApp(_ credentials: String) -> Bool {
        let text = trimmed(credentials[...])
        guard text.prefix(5).lowercased() == "basic" else { return false }
        guard let decoded = Base64.decode(trimmed(text.dropFirst(5)).utf8) else {
            // The sidecar may be more lenient than we are.
            return true
        }
        return decoded.starts(with: "dapr-app-id:".utf8)
    }
}
