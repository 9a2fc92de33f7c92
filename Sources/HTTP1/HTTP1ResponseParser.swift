internal import CHTTPParser
public import HTTP2

/// Hears what a response consists of, from inside ``HTTP1ResponseParser/receive(_:)``.
public protocol HTTP1ResponseHandler: AnyObject {
    /// The head of the final response came; interim ones (1xx) are dropped.
    ///
    /// - Parameters:
    ///   - head: `:status`, then the fields as they came, names in lower case.
    ///   - hasContent: whether content can follow.
    func responseBegan(_ head: HeaderBlock, hasContent: Bool)

    /// A piece of the content, without the framing of chunks; valid during the call only.
    func responseReceived(_ content: Span<UInt8>)
}

/// Reads responses off an HTTP/1.1 connection, one for each request, on http-parser.
///
/// It is stricter than the library, so that nobody can smuggle one response into another: only
/// `chunked` is known as a transfer coding, it does not go with a length, and nothing may come that
/// was not asked for.
@safe
public final class HTTP1ResponseParser {
    /// What `receive` and `finish` found.
    public enum Progress: Hashable, Sendable {
        /// The response goes on.
        case incomplete
        /// The response is complete.
        ///
        /// - isReusable: another request may follow on the connection.
        case complete(isReusable: Bool)
    }

    // Allocated in init and freed in deinit; the library keeps no pointer to it between calls.
    private let parser: UnsafeMutablePointer<http_parser>
    private var settings = http_parser_settings()
    private weak var handler: (any HTTP1ResponseHandler)?

    private var isExpecting = false
    private var isHead = false
    private var isComplete = false
    private var isReusable = false
    private var isInContent = false
    private var failure: String?
    private var fields = HeaderBlock()
    private var name: [UInt8] = []
    private var value: [UInt8] = []
    private var valueBegan = false

    /// The longest head, in bytes as HTTP/2 counts them: as for HTTP/2.
    static let headLimit = 64 << 10

    /// A parser at the beginning of a connection.
    public init(handler: any HTTP1ResponseHandler) {
        self.handler = handler
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: http_parser())
        unsafe http_parser_init(parser, HTTP_RESPONSE)
        // Unretained: this object owns the parser and outlives every call of the library.
        unsafe parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        install(&settings)
    }

    deinit {
        unsafe parser.deallocate()
    }

    /// Says that a request was begun, whose response is awaited.
    ///
    /// - Parameter isHead: its method is HEAD, so that no content follows whatever the head says.
    public func expect(isHead: Bool) {
        isExpecting = true
        self.isHead = isHead
        isComplete = false
    }

    /// Feeds bytes that arrived.
    public func receive(_ bytes: Span<UInt8>) throws(HTTP1Error) -> Progress {
        // The library reads the bytes during the call only.
        try progress(
            unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
                    unsafe http_parser_execute(
                        parser, &settings, characters.baseAddress, characters.count)
                }
            }, of: bytes.count)
    }

    /// The connection ended, which also ends content that has no length.
    public func finish() throws(HTTP1Error) -> Progress {
        try progress(unsafe http_parser_execute(parser, &settings, nil, 0), of: 0)
    }

    private func progress(_ parsed: Int, of count: Int) throws(HTTP1Error) -> Progress {
        // Reads a bit field of the parser that we own.
        let code = unsafe http_errno(UInt32(parser.pointee.http_errno))
        if isComplete {
            isComplete = false
            return .complete(isReusable: isReusable && code == HPE_OK && parsed == count)
        }
        if let failure { throw HTTP1Error(failure) }
        guard code == HPE_OK, parsed == count else {
            // A constant of the library for each code.
            throw HTTP1Error(unsafe String(cString: http_errno_description(code)))
        }
        return .incomplete
    }

    // MARK: - What the library reports; false stops it

    func messageBegan() -> Bool {
        guard isExpecting else { return fail("an answer came that nothing asked for") }
        isExpecting = false
        fields = HeaderBlock(capacity: 512)
        isInContent = false
        valueBegan = false
        name = []
        value = []
        return true
    }

    func received(name bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // Trailers are read over: no API of the sidecar has any.
        guard !isInContent else { return true }
        if valueBegan, !addField() { return false }
        let start = name.count
        unsafe name.append(contentsOf: bytes)
        for index in start..<name.count where name[index] >= 0x41 && name[index] <= 0x5a {
            name[index] |= 0x20
        }
        return name.count < Self.headLimit ? true : fail("a field name is too long")
    }

    func received(value bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !isInContent else { return true }
        valueBegan = true
        unsafe value.append(contentsOf: bytes)
        return value.count < Self.headLimit ? true : fail("a field is too long")
    }

    /// Adds the field that is complete, and makes room for the next.
    private func addField() -> Bool {
        valueBegan = false
        // Out of the object, because no span may outlive what it looks into: the optimiser complains.
        let name = exchange(&self.name, with: [])
        var value = exchange(&self.value, with: [])
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        do throws(HeaderFieldError) {
            try fields.append(name.span, value.span)
        } catch {
            return fail("\(error)")
        }
        return fields.listSize < Self.headLimit ? true : fail("the header fields are too long")
    }

    /// The end of a head: 0 for content, 1 for none, -1 for an error.
    func headEnded() -> CInt {
        if valueBegan || !name.isEmpty, !addField() { return -1 }
        // Bit fields and numbers of the parser that we own.
        let status = unsafe Int(parser.pointee.status_code)
        let isHTTP1 = unsafe parser.pointee.http_major == 1
        guard isHTTP1, status >= 100, status != 101 else {
            return fail("a status line that makes no sense") ? 0 : -1
        }
        let coding = fields.bytes(of: "transfer-encoding")
        let codings = fields.count { $0.name.elementsEqual("transfer-encoding".utf8) }
        let length = fields.bytes(of: "content-length")
        let saysEmpty = length.map { $0.elementsEqual("0".utf8) } ?? false
        guard status >= 200 else {
            // It has none (RFC 9110 section 15.2); the library would read some all the same.
            guard coding == nil, length == nil || saysEmpty else {
                return fail("an interim answer has content") ? 0 : -1
            }
            return 0
        }
        if let coding {
            let text = String(decoding: coding, as: UTF8.self).lowercased()
            guard length == nil, codings == 1, text == "chunked" else {
                return fail("the length of the content is ambiguous") ? 0 : -1
            }
        }
        isInContent = true
        isReusable = unsafe http_should_keep_alive(parser) != 0
        let isBare = isHead || status == 204 || status == 304
        let isEmpty = isBare || saysEmpty
        var head = HeaderBlock(capacity: 512)
        do throws(HeaderFieldError) {
            try head.append(":status", "\(status)")
        } catch {
            return fail("\(error)") ? 0 : -1
        }
        head.append(contentsOf: fields)
        handler?.responseBegan(head, hasContent: !isEmpty)
        return isBare ? 1 : 0
    }

    func received(content: UnsafeBufferPointer<UInt8>) -> Bool {
        // The bytes are the caller's, for the call.
        handler?.responseReceived(unsafe Span(_unsafeElements: content))
        return true
    }

    func messageEnded() -> Bool {
        if isInContent { isComplete = true } else { isExpecting = true }
        isInContent = false
        return true
    }

    private func fail(_ text: String) -> Bool {
        failure = failure ?? text
        return false
    }
}
