import HTTPMessage

/// The head of an HTTP/1 request.
struct HTTP1Head {
    /// How the content is delimited.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    var method = ""
    var target = RequestTarget("/")
    var isHTTP10 = false
    var fields = FieldBlock()
    var framing = Framing.none
    /// The client waits for `100 Continue` before it sends the content.
    var expectsContinue = false
    /// `Connection` asks to close, or for HTTP/1.0 does not ask to stay open.
    var closes = false
    /// `OPTIONS *`, which the server itself answers.
    var isServerWide = false
}

/// Why a head is refused, as Go's `net/http` words it.
struct HTTP1Refusal: Error, Equatable {
    var status: Int
    /// What follows the reason phrase.
    var reason = ""

    static let badRequest = HTTP1Refusal(status: 400)
    static let headTooLarge = HTTP1Refusal(status: 431)
    static let badVersion = HTTP1Refusal(status: 505, reason: "unsupported protocol version")
    static let badEncoding = HTTP1Refusal(status: 501, reason: "Unsupported transfer encoding")

    /// The whole answer; the connection is closed after it.
    var bytes: [UInt8] {
        let line =
            "\(status) " + HTTP1Response.reason(status) + (reason.isEmpty ? "" : ": " + reason)
        return Array(
            ("HTTP/1.1 \(line)\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Connection: close\r\n\r\n\(line)").utf8)
    }
}

/// Reads request heads (RFC 9112), as tolerant as Go's `net/http`.
struct HTTP1HeadParser {
    /// daprd's limit for a head: 4 KiB, and what Go adds to it.
    static let limit = 8192

    private let bytes: [UInt8]
    private var position: Int
    private let start: Int
    private var head = HTTP1Head()
    private var hosts = 0
    private var contentLength: Int?
    private var connectionTokens: [Substring] = []

    private init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        self.start = start
        position = start
    }

    /// Reads a head.
    ///
    /// - Returns: the head and where its content begins; nil if it is not complete yet.
    static func parse(
        _ bytes: [UInt8], from start: Int
    ) throws(HTTP1Refusal) -> (head: HTTP1Head, end: Int)? {
        var parser = HTTP1HeadParser(bytes, from: start)
        guard try parser.parse() else {
            guard bytes.count - start <= limit else { throw .headTooLarge }
            return nil
        }
        return (parser.head, parser.position)
    }

    private mutating func parse() throws(HTTP1Refusal) -> Bool {
        guard let end = headEnd() else { return false }
        guard end - start <= Self.limit else { throw .headTooLarge }
        guard let requestLine = nextLine() else { return false }
        try readRequestLine(requestLine)
        while let line = nextLine() {
            guard !line.isEmpty else {
                try finish()
                return true
            }
            try readField(line)
        }
        return false
    }

    /// Where the empty line ends.
    private func headEnd() -> Int? {
        var lineStart = start
        var index = start
        while index < bytes.count {
            if bytes[index] == lineFeed {
                let length = index - lineStart
                let isEmpty = length == 0 || (length == 1 && bytes[lineStart] == carriageReturn)
                if isEmpty, lineStart > start { return index + 1 }
                lineStart = index + 1
            }
            index += 1
        }
        return nil
    }

    private mutating func nextLine() -> Range<Int>? {
        guard let end = bytes[position...].firstIndex(of: lineFeed) else { return nil }
        let line = position..<(end > position && bytes[end - 1] == carriageReturn ? end - 1 : end)
        position = end + 1
        return line
    }

    // MARK: - Request line

    private mutating func readRequestLine(_ line: Range<Int>) throws(HTTP1Refusal) {
        let text = bytes[line]
        guard let first = text.firstIndex(of: space), let last = text.lastIndex(of: space),
            first < last
        else { throw .badRequest }
        let version = text[(last + 1)...]
        guard version.count == 8, version.starts(with: "HTTP/".utf8),
            version[version.startIndex + 6] == UInt8(ascii: ".")
        else { throw .badRequest }
        let method = text[..<first]
        guard !method.isEmpty, method.allSatisfy(Self.isTokenByte) else { throw .badRequest }
        head.method = String(decoding: method, as: UTF8.self)
        head.isHTTP10 = version.elementsEqual("HTTP/1.0".utf8)
        try readTarget(text[(first + 1)..<last])
        guard version[version.startIndex + 5] == UInt8(ascii: "1") else { throw .badVersion }
    }

    private mutating func readTarget(_ raw: ArraySlice<UInt8>) throws(HTTP1Refusal) {
        var raw = raw
        if head.method == "OPTIONS", raw.elementsEqual("*".utf8) {
            head.isServerWide = true
        } else if head.method == "CONNECT", raw.first != slash {
            // An authority, which no route has.
        } else if raw.first != slash {
            // The absolute form: what stands before the path names this server.
            guard let scheme = raw.firstIndex(of: UInt8(ascii: ":")),
                raw[(scheme + 1)...].starts(with: "//".utf8)
            else { throw .badRequest }
            raw = raw[(scheme + 3)...].drop { $0 != slash }
            if raw.isEmpty { raw = [slash] }
        }
        head.target = RequestTarget(Array(raw))
        guard PathEscaping.isWellFormed(head.target.path) else { throw .badRequest }
    }

    // MARK: - Fields

    private mutating func readField(_ line: Range<Int>) throws(HTTP1Refusal) {
        guard bytes[line.lowerBound] != space, bytes[line.lowerBound] != tab,
            let colon = bytes[line].firstIndex(of: UInt8(ascii: ":")), colon > line.lowerBound,
            bytes[line.lowerBound..<colon].allSatisfy(Self.isTokenByte)
        else { throw .badRequest }
        let name = line.lowerBound..<colon
        let value = trimmed(colon + 1..<line.upperBound)
        if position < bytes.count, bytes[position] == space || bytes[position] == tab {
            try append(name, unfolded(value))
        } else {
            try append(name, Array(bytes[value]))
        }
    }

    /// A value that goes on in lines that begin with white space.
    private mutating func unfolded(_ first: Range<Int>) -> [UInt8] {
        var value = Array(bytes[first])
        while position < bytes.count, bytes[position] == space || bytes[position] == tab,
            let line = nextLine()
        {
            value.append(space)
            value.append(contentsOf: bytes[trimmed(line)])
        }
        return value
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, bytes[start] == space || bytes[start] == tab { start += 1 }
        while end > start, bytes[end - 1] == space || bytes[end - 1] == tab { end -= 1 }
        return start..<end
    }

    private mutating func append(_ name: Range<Int>, _ value: [UInt8]) throws(HTTP1Refusal) {
        guard !value.contains(where: { $0 < space && $0 != tab || $0 == 0x7F }) else {
            throw .badRequest
        }
        let bytes = bytes
        head.fields.append(name: bytes.span.extracting(name), value: value.span)
        switch name.count {
        case 4 where named(name, "host"): hosts += 1
        case 6 where named(name, "expect"):
            head.expectsContinue = text(value).lowercased() == "100-continue"
        case 10 where named(name, "connection"):
            connectionTokens += text(value).lowercased().split { $0 == "," || $0 == " " }
        case 14 where named(name, "content-length"): try readLength(value)
        case 17 where named(name, "transfer-encoding"):
            guard text(value).lowercased() == "chunked", head.framing == .none else {
                throw .badEncoding
            }
            head.framing = .chunked
        default: break
        }
    }

    private mutating func readLength(_ value: [UInt8]) throws(HTTP1Refusal) {
        guard !value.isEmpty, value.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let length = Int(text(value)), contentLength == nil || contentLength == length
        else { throw .badRequest }
        contentLength = length
    }

    private mutating func finish() throws(HTTP1Refusal) {
        if head.framing != .chunked, let contentLength, contentLength > 0 {
            head.framing = .length(contentLength)
        }
        head.closes =
            connectionTokens.contains("close")
            || (head.isHTTP10 && !connectionTokens.contains("keep-alive"))
        if hosts == 0, !head.isHTTP10 {
            throw HTTP1Refusal(status: 400, reason: "missing required Host header")
        }
        if hosts > 1 { throw HTTP1Refusal(status: 400, reason: "too many Host headers") }
    }

    private func named(_ name: Range<Int>, _ expected: String) -> Bool {
        bytes[name].elementsEqual(expected.utf8) {
            ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1
        }
    }

    private func text(_ value: [UInt8]) -> String { String(decoding: value, as: UTF8.self) }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private var lineFeed: UInt8 { 0x0A }
    private var carriageReturn: UInt8 { 0x0D }
    private var space: UInt8 { 0x20 }
    private var tab: UInt8 { 0x09 }
    private var slash: UInt8 { UInt8(ascii: "/") }
}
