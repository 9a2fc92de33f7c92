/// The `:path` of a request while it is put together; every part is percent-encoded strictly.
///
/// The sidecar decodes path segments like query text, where `+` is a blank, so all but unreserved
/// characters (RFC 3986 section 2.3) are encoded.
struct RequestPath {
    private(set) var bytes: [UInt8]
    private var hasQuery = false
    /// Whether a segment is empty: it would vanish, and the path mean something else.
    private(set) var hasEmptySegment = false

    /// A path below `/v1.0`, or the prefix of an API that is not yet stable, such as `v1.0-alpha1`.
    init(version: String = "v1.0", _ segments: String...) {
        bytes = Array("/\(version)".utf8)
        for segment in segments {
            bytes.append(UInt8(ascii: "/"))
            switch segment {
            case "": hasEmptySegment = true
            // Else they would be resolved away.
            case ".": bytes.append(contentsOf: "%2E".utf8)
            case "..": bytes.append(contentsOf: "%2E%2E".utf8)
            default: append(encoding: segment)
            }
        }
    }

    /// A whole path that is encoded already.
    init(encoded path: String) {
        bytes = Array(path.utf8)
    }

    /// Adds a segment that is encoded already.
    mutating func append(raw text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Adds a query parameter.
    mutating func append(query name: String, _ value: String) {
        bytes.append(hasQuery ? UInt8(ascii: "&") : UInt8(ascii: "?"))
        hasQuery = true
        append(encoding: name)
        bytes.append(UInt8(ascii: "="))
        append(encoding: value)
    }

    /// Adds metadata for the component.
    mutating func append(metadata: [String: String]) {
        for (name, value) in metadata { append(query: "metadata." + name, value) }
    }

    private mutating func append(encoding text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(Self.digit(byte >> 4))
                bytes.append(Self.digit(byte & 15))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
