import HTTP2

/// A request in the form of HTTP/1.1 (RFC 9112), made from the fields of HTTP/2.
struct HTTP1Request {
    /// How the end of the content is told.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunks
    }

    /// The request line and the fields, up to the empty line.
    private(set) var head: [UInt8] = []
    private(set) var framing = Framing.none
    private(set) var isHead = false

    /// Writes the head; nil when it could be read as something else than what it was made from.
    ///
    /// - Parameter hasContent: whether content follows.
    init?(_ fields: HeaderBlock, hasContent: Bool) {
        guard let method = fields.bytes(of: ":method"), let path = fields.bytes(of: ":path"),
            let authority = fields.bytes(of: ":authority"),
            !method.isEmpty, method.allSatisfy(Self.isVisible),
            path.first == UInt8(ascii: "/"), path.allSatisfy(Self.isVisible)
        else { return nil }
        isHead = method.elementsEqual("HEAD".utf8)
        head.reserveCapacity(fields.listSize)
        head.append(contentsOf: method)
        head.append(UInt8(ascii: " "))
        head.append(contentsOf: path)
        head.append(contentsOf: " HTTP/1.1\r\nhost: ".utf8)
        head.append(contentsOf: authority)
        head.append(contentsOf: "\r\n".utf8)
        var length: Int?
        for field in fields where field.name.first != UInt8(ascii: ":") {
            switch String(decoding: field.name, as: UTF8.self) {
            case "content-length":
                guard length == nil, field.value.allSatisfy({ (0x30...0x39).contains($0) }),
                    let number = Int(String(decoding: field.value, as: UTF8.self))
                else { return nil }
                length = number
            case let name where Self.perConnection.contains(name): return nil
            default: break
            }
            head.append(contentsOf: field.name)
            head.append(contentsOf: ": ".utf8)
            head.append(contentsOf: field.value)
            head.append(contentsOf: "\r\n".utf8)
        }
        if let length {
            // Without content only a length of 0 can be kept.
            guard hasContent || length == 0 || isHead else { return nil }
            framing = .length(length)
        } else if hasContent {
            framing = .chunks
            head.append(contentsOf: "transfer-encoding: chunked\r\n".utf8)
        } else if ["POST", "PUT", "PATCH"].contains(where: { method.elementsEqual($0.utf8) }) {
            head.append(contentsOf: "content-length: 0\r\n".utf8)
        }
        head.append(contentsOf: "\r\n".utf8)
    }

    /// Fields that only concern one connection (RFC 9110 section 7.6.1); HTTP/2 has none of them.
    static let perConnection: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade", "host",
    ]

    private static func isVisible(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f }
}
