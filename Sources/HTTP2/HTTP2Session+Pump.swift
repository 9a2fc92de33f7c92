internal import CNghttp2

extension HTTP2Session {
    /// Feeds bytes that arrived; handlers are called for what is complete.
    ///
    /// - Throws: when the connection is over; every stream has then been closed.
    public func receive(_ bytes: Span<UInt8>) throws(HTTP2Error) {
        guard unsafe handle != nil else { throw closedError }
        precondition(!isPumping, "receive was called inside a callback")
        isPumping = true
        // libnghttp2 reads the bytes during the call only; handlers get spans of them.
        let result = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe nghttp2_session_mem_recv(handle, buffer.baseAddress, buffer.count)
        }
        isPumping = false
        try settle(result)
    }

    /// Feeds bytes that arrived, from an array.
    public func receive(_ bytes: [UInt8]) throws(HTTP2Error) {
        try receive(bytes.span)
    }

    /// Appends what is to be sent, until there is no more or `output` holds `limit` bytes; it may
    /// exceed the limit by less than one frame.
    ///
    /// `output` is in exclusive use meanwhile, so handlers must not touch it.
    ///
    /// - Throws: when the connection is over. What is in `output` may still be written.
    public func drain(into output: inout [UInt8], limit: Int = 64 << 10) throws(HTTP2Error) {
        guard unsafe handle != nil else { throw closedError }
        precondition(!isPumping, "drain was called inside a callback")
        isPumping = true
        outputLimit = limit
        // Callbacks append DATA frames directly, so the buffer moves here for the time being.
        swap(&output, &self.output)
        var result = 0
        while self.output.count < limit {
            var frame: UnsafePointer<UInt8>?
            result = unsafe nghttp2_session_mem_send(handle, &frame)
            guard result > 0, let frame = unsafe frame else { break }
            // The frame is valid until the next call of the library and is copied at once.
            unsafe self.output.append(
                contentsOf: UnsafeBufferPointer(start: frame, count: result))
        }
        swap(&output, &self.output)
        isPumping = false
        outputIsAnnounced = false
        try settle(result)
    }

    /// Looks, when nothing can be sent any more, whether the peer had broken the protocol before:
    /// libnghttp2 only tells so as it makes its GOAWAY (client).
    ///
    /// - Throws: the violation; every stream has then been closed. Otherwise nothing has changed, and
    ///   the owner closes the session.
    public func transportWasLost() throws(HTTP2Error) {
        guard role == .client, !isPumping, let handle = unsafe handle,
            // Where a request would still go out, there is no GOAWAY, and they stay unsent.
            unsafe nghttp2_session_check_request_allowed(handle) == 0
        else { return }
        var unsent: [UInt8] = []
        try drain(into: &unsent, limit: .max)
    }

    private var closedError: HTTP2Error {
        failure ?? HTTP2Error(.closed, "the session is closed")
    }

    /// Acts on what a pump left behind, now that the C session may be freed.
    private func settle(_ result: Int) throws(HTTP2Error) {
        var ending = pendingClosure
        if result < 0 && ending == nil {
            ending = failure(of: Int32(truncatingIfNeeded: result))
        }
        guard let ending else { return }
        pendingClosure = nil
        close(ending)
        throw ending
    }

    private func failure(of result: Int32) -> HTTP2Error {
        let (kind, code): (HTTP2Error.Kind, HTTP2ErrorCode) =
            switch result {
            case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: (.notHTTP2, .protocolError)
            case NGHTTP2_ERR_FLOODED.rawValue: (.protocolViolation, .enhanceYourCalm)
            default: (.library, .internalError)
            }
        return HTTP2Error(kind, code: code, Self.message(result))
    }

    /// Tells the owner that it has something to drain, once until it does.
    func announceOutput() {
        guard !isPumping, !outputIsAnnounced else { return }
        outputIsAnnounced = true
        delegate?.sessionHasOutput(self)
    }
}
