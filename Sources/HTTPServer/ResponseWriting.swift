import CMicrohttpd
import Glibc
import HTTPMessage
import HTTPTypes

extension Response {
    /// Whether nobody needs the rest of the upload.
    var endsUpload: Bool { isInMemory || status.code >= 400 }

    /// Whether it is sent although the client has not finished its upload.
    var interruptsUpload: Bool { isInMemory && status.code >= 400 }

    /// Whether it can be written past libmicrohttpd.
    var isInMemory: Bool {
        if case .stream = body { false } else { true }
    }

    /// Lends this response in libmicrohttpd's form.
    ///
    /// - Parameters:
    ///   - transaction: which exchange a streamed body is for.
    ///   - closing: whether the connection ends with it.
    ///   - use: gets a response that is released afterwards.
    func withLibraryResponse(
        for transaction: Transaction, closing: Bool, _ use: (OpaquePointer) -> MHD_Result
    ) -> MHD_Result {
        guard let response = unsafe makeLibraryResponse(for: transaction) else { return .NO }
        defer { unsafe MHD_destroy_response(response) }
        for field in fields where !field.isServersBusiness {
            // Refused are only empty values, which libmicrohttpd cannot send, and out of memory.
            // `withCString` lends the string's own bytes, where the implicit conversion would copy.
            unsafe field.name.rawName.withCString { name in
                unsafe field.value.withCString { value in
                    _ = unsafe MHD_add_response_header(response, name, value)
                }
            }
        }
        unsafe prepared.bytes.withUnsafeBytes { unsafe Self.add($0, to: response) }
        if closing { _ = unsafe MHD_add_response_header(response, "Connection", "close") }
        return unsafe use(response)
    }

    /// Adds fields of the form `name NUL value NUL`.
    private static func add(_ fields: UnsafeRawBufferPointer, to response: OpaquePointer) {
        var rest = unsafe fields
        while let name = unsafe nextText(&rest), let value = unsafe nextText(&rest) {
            _ = unsafe MHD_add_response_header(response, name, value)
        }
    }

    /// The text at the beginning, which ends inside the buffer.
    private static func nextText(_ rest: inout UnsafeRawBufferPointer) -> UnsafePointer<CChar>? {
        guard let start = rest.baseAddress, let end = unsafe memchr(start, 0, rest.count) else {
            return nil
        }
        // The NUL lies inside of `rest`, so what follows it does too, or is empty.
        let next = unsafe UnsafeRawPointer(end) + 1
        unsafe rest = UnsafeRawBufferPointer(start: next, count: rest.count - (next - start))
        return unsafe start.assumingMemoryBound(to: CChar.self)
    }

    private func makeLibraryResponse(for transaction: Transaction) -> OpaquePointer? {
        // RFC 9110, section 6.4.1: these have no content, whatever the handler says.
        let isBodiless = status.code == 204 || status.code == 304
        switch body {
        case .bytes(let bytes) where !isBodiless:
            if transaction.request.method != .head { transaction.bodyBytes = bytes.count }
            // MUST_COPY: the library does not write to the buffer and keeps no pointer to it.
            return unsafe bytes.withUnsafeBytes { raw in
                unsafe MHD_create_response_from_buffer(
                    raw.count, UnsafeMutableRawPointer(mutating: raw.baseAddress),
                    .RESPMEM_MUST_COPY)
            }
        case .stream(let stream) where !isBodiless:
            let reader = ResponseBodyReader(stream, for: transaction)
            // Chunks are made in the connection's own memory: with them the block stays unused.
            let isChunked = stream.length == nil && transaction.request.version != .http10
            // UInt64.max is MHD_SIZE_UNKNOWN. Retained here, released in `onBodyFree`.
            return unsafe MHD_create_response_from_callback(
                stream.length.map { UInt64($0) } ?? .max, isChunked ? 1024 : 16 * 1024, onBodyRead,
                Unmanaged.passRetained(reader).toOpaque(), onBodyFree)
        default:
            return unsafe MHD_create_response_from_buffer(0, nil, .RESPMEM_PERSISTENT)
        }
    }

    /// The response as it goes over the wire, for the few that libmicrohttpd cannot send.
    ///
    /// - Parameter method: the method it responds to.
    func wholeMessage(for method: HTTPRequest.Method) -> [UInt8] {
        var content: [UInt8] = []
        if case .bytes(let bytes) = body { content = bytes }
        var head = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\nConnection: close\r\n"
        head += "Content-Length: \(content.count)\r\n"
        for field in fields where !field.isServersBusiness {
            head += "\(field.name.rawName): \(field.value)\r\n"
        }
        for field in prepared.fields { head += "\(field.name): \(field.value)\r\n" }
        head += "\r\n"
        return Array(head.utf8) + (method == .head ? [] : content)
    }
}

extension HTTPField {
    /// Whether the server writes this field itself.
    fileprivate var isServersBusiness: Bool {
        // By length first, because most fields are none of these.
        switch name.canonicalName.utf8.count {
        case 4: name == .date
        case 10: name == .connection
        case 14: name == .contentLength
        case 17: name == .transferEncoding
        default: false
        }
    }
}

/// Copies the next piece of a streamed body; an `MHD_ContentReaderCallback`.
private func onBodyRead(
    context: UnsafeMutableRawPointer?, position: UInt64, buffer: UnsafeMutablePointer<CChar>?,
    capacity: Int
) -> Int {
    guard let context = unsafe context else { return -2 }
    let reader = unsafe Unmanaged<ResponseBodyReader>.fromOpaque(context).takeUnretainedValue()
    return unsafe reader.read(
        into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
}

/// Gives back the reference of `makeLibraryResponse`; an `MHD_ContentReaderFreeCallback`.
private func onBodyFree(context: UnsafeMutableRawPointer?) {
    guard let context = unsafe context else { return }
    unsafe Unmanaged<ResponseBodyReader>.fromOpaque(context).takeRetainedValue().close()
}
