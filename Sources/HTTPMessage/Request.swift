public import HTTPTypes

/// A request as a server received it.
///
/// The head is shared by all copies: on its way through a gateway a request is copied often and
/// hardly ever changed.
public struct Request: Sendable {
    private var head: Head
    /// The content.
    public var body: Body

    /// Puts a request together.
    public init(
        method: HTTPRequest.Method, target: RequestTarget, version: HTTPVersion = .http11,
        fields: FieldBlock = FieldBlock(), body: Body = .empty, peer: Peer = Peer()
    ) {
        head = Head(
            method: method, target: target, version: version, fields: fields, peer: peer)
        self.body = body
    }

    /// The method, case-sensitive.
    public var method: HTTPRequest.Method {
        get { head.method }
        set {
            head = Head(
                method: newValue, target: target, version: version, fields: fields, peer: peer)
        }
    }

    /// The request target exactly as it was sent; nothing in it is decoded.
    public var target: RequestTarget {
        get { head.target }
        set {
            head = Head(
                method: method, target: newValue, version: version, fields: fields, peer: peer)
        }
    }

    /// The version of the request.
    public var version: HTTPVersion { head.version }

    /// The header fields as they came; lent, not copied, because they are looked at often.
    public var fields: FieldBlock {
        _read { yield head.fields }
    }

    /// Who is at the other end.
    public var peer: Peer { head.peer }
}

/// What never changes in a request while it is handled.
private final class Head: Sendable {
    let method: HTTPRequest.Method
    let target: RequestTarget
    let version: HTTPVersion
    let fields: FieldBlock
    let peer: Peer

    init(
        method: HTTPRequest.Method, target: RequestTarget, version: HTTPVersion,
        fields: FieldBlock, peer: Peer
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
        self.peer = peer
    }
}

/// The versions of HTTP that a legacy client speaks.
public enum HTTPVersion: Sendable, Hashable {
    /// HTTP/1.0.
    case http10
    /// HTTP/1.1.
    case http11
    /// HTTP/2.
    case http2
}

/// The other end of a connection.
public struct Peer: Sendable, Hashable {
    /// The address, as `ADDRESS:PORT` or `unix:`.
    public var address: String
    /// The uid of the process, on a unix socket.
    public var uid: UInt32?

    /// Describes a peer.
    public init(address: String = "", uid: UInt32? = nil) {
        self.address = address
        self.uid = uid
    }
}

/// The raw target of a request in origin form (RFC 9112, section 3.2.1), split at the first `?`.
public struct RequestTarget: Sendable, Hashable, CustomStringConvertible {
    /// All bytes, as sent.
    public let bytes: [UInt8]
    private let pathEnd: Int

    /// Splits a target.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        pathEnd = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.count
    }

    /// Splits a target.
    public init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// What stands before the first `?`, still percent-encoded.
    public var path: ArraySlice<UInt8> { bytes[..<pathEnd] }

    /// What stands after the first `?`; nil when there is none.
    public var query: ArraySlice<UInt8>? {
        pathEnd < bytes.count ? bytes[(pathEnd + 1)...] : nil
    }

    /// The target as text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
