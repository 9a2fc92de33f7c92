import CMicrohttpd
import HTTPMessage
import HTTPTypes

/// Copies the head of a request out of libmicrohttpd's memory, and checks what libmicrohttpd does not.
///
/// One per server, reused for every request, so that the list of fields is allocated once.
@safe final class RequestHeadReader {
    /// Where one field lies in the connection's memory; valid during the callback only.
    @unsafe private struct Field {
        var name: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
    }

    struct Head {
        var method: HTTPRequest.Method
        var version: HTTPVersion
        var contentLength: Int?
        var isChunked = false
        var refusal: ServerRefusal?

        var hasBody: Bool { isChunked || (contentLength ?? 0) > 0 }
    }

    private let limit: Int
    private var fields = unsafe [Field]()
    private var byteCount = 0
    /// Where the line of the latest field ends in the connection's memory.
    private var lineEnd: UnsafeRawPointer?
    private var hasGap = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Reads the head of the request that `connection` is handling.
    func read(
        _ connection: OpaquePointer, method: UnsafePointer<CChar>, version: UnsafePointer<CChar>
    ) -> Head {
        unsafe fields.removeAll(keepingCapacity: true)
        byteCount = 0
        unsafe lineEnd = nil
        hasGap = false
        // libmicrohttpd calls back synchronously, so an unretained reference lives long enough.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe MHD_get_connection_values_n(connection, .HEADER_KIND, onField, context)

        let name = unsafe UnsafeRawBufferPointer(start: method, count: length(of: method))
        let knownMethod = unsafe HTTPRequest.Method(bytes: name)
        // "HTTP/1.0" or "HTTP/1.1": libmicrohttpd refuses other versions itself.
        let minor = unsafe length(of: version) == 8 ? version[7] : 0
        var head = Head(
            method: knownMethod ?? .get, version: minor == 0x30 ? .http10 : .http11)
        guard byteCount <= limit else {
            head.refusal = .headersTooLarge(limit: limit)
            readFraming(into: &head)
            return head
        }
        readFraming(into: &head)
        if knownMethod == nil { head.refusal = .malformed(.method) }
        // Compares addresses only; the head begins with the method.
        let end = unsafe UnsafeRawPointer(method) + cmhd_head_size(connection)
        if let lineEnd = unsafe lineEnd, !(2...4).contains(unsafe end - lineEnd) { hasGap = true }
        if hasGap, Self.needsGapCheck { head.refusal = .malformed(.fieldLine) }
        return head
    }

    /// Up to 0.9.76 libmicrohttpd takes a line that begins with a colon or NUL for the end of the
    /// head (and what follows for another request), cuts values at NUL, and joins folded lines. Each
    /// leaves more, or something else, between two fields than a line break.
    private static let needsGapCheck = MHD_VERSION < 0x0009_7700

    fileprivate func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        if let lineEnd = unsafe lineEnd, let start = name.baseAddress,
            !(1...2).contains(unsafe start - lineEnd)
        {
            hasGap = true
        }
        unsafe lineEnd = value.baseAddress.map { unsafe $0 + value.count }
        // RFC 9112, section 5.1: white space after a value is not part of it.
        var value = unsafe value
        while let last = unsafe value.last, last == 0x20 || last == 0x09 {
            unsafe value = UnsafeRawBufferPointer(rebasing: value.dropLast())
        }
        byteCount += name.count + value.count
        unsafe fields.append(Field(name: name, value: value))
    }

    /// The fields of the head that was read last, in the same callback; none if they are too long.
    func copyFields() -> FieldBlock {
        guard byteCount <= limit else { return FieldBlock() }
        var extents: [FieldBlock.Extent] = []
        unsafe extents.reserveCapacity(fields.count)
        // The sum of all lengths is the capacity, so every copy stays inside.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            for index in unsafe fields.indices {
                let field = unsafe fields[index]
                unsafe extents.append(
                    FieldBlock.Extent(
                        start: count, nameLength: field.name.count,
                        valueLength: field.value.count))
                unsafe copy(field.name, to: buffer, &count)
                unsafe copy(field.value, to: buffer, &count)
            }
        }
        return FieldBlock(bytes: bytes, extents: extents)
    }

    private func copy(
        _ source: UnsafeRawBufferPointer, to buffer: UnsafeMutableBufferPointer<UInt8>,
        _ count: inout Int
    ) {
        let target = UnsafeMutableRawBufferPointer(buffer)
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[count...]).copyMemory(from: source)
        count += source.count
    }

    /// RFC 9112, section 6.3, and the characters that fields may consist of.
    private func readFraming(into head: inout Head) {
        var hosts = 0
        for index in unsafe fields.indices {
            let field = unsafe fields[index]
            if unsafe !field.name.isToken { head.refusal = .malformed(.fieldName) }
            if unsafe field.value.hasControlCharacter { head.refusal = .malformed(.fieldValue) }
            if unsafe field.name.equals("content-length") {
                let length = unsafe field.value.decimal
                if length == nil || head.contentLength != nil {
                    head.refusal = .malformed(.contentLength)
                }
                head.contentLength = length ?? 0
            } else if unsafe field.name.equals("transfer-encoding") {
                let isKnown = unsafe !head.isChunked && field.value.equals("chunked")
                if !isKnown { head.refusal = .unsupportedTransferCoding }
                head.isChunked = true
            } else if unsafe field.name.equals("host") {
                hosts += 1
                if unsafe !field.value.isHost { head.refusal = .malformed(.host) }
            }
        }
        if hosts > 1 || (hosts == 0 && head.version != .http10) {
            head.refusal = .malformed(.host)
        }
        if head.isChunked, head.contentLength != nil {
            head.refusal = .malformed(.ambiguousLength)
        }
    }
}

/// Adds one field to the reader; an `MHD_KeyValueIteratorN`.
private func onField(
    context: UnsafeMutableRawPointer?, kind: MHD_ValueKind,
    name: UnsafePointer<CChar>?, nameLength: Int,
    value: UnsafePointer<CChar>?, valueLength: Int
) -> MHD_Result {
    guard let context = unsafe context else { return .NO }
    // Alive: the reader itself asked for this, and waits for it.
    unsafe Unmanaged<RequestHeadReader>.fromOpaque(context)._withUnsafeGuaranteedRef {
        unsafe $0.add(
            name: UnsafeRawBufferPointer(start: name, count: nameLength),
            value: UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueLength))
    }
    return .YES
}
