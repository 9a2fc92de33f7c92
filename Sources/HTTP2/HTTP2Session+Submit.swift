internal import CNghttp2

extension HTTP2Session {
    /// Starts a request (client).
    ///
    /// - Parameters:
    ///   - head: with `:method`, `:scheme`, `:path` and `:authority` first.
    ///   - body: the first piece of the body; the array is kept, not copied.
    ///   - end: the request is complete. Otherwise ``HTTP2Stream/send(_:end:)`` goes on.
    ///   - handler: is kept until the stream is closed.
    /// - Throws: when the stream cannot be opened; nothing was sent then.
    public func open(
        _ head: HeaderBlock, body: [UInt8] = [], end: Bool, handler: any HTTP2StreamHandler
    ) throws(HTTP2Error) -> HTTP2Stream {
        precondition(role == .client, "only a client opens streams")
        guard unsafe handle != nil else {
            throw failure ?? HTTP2Error(.closed, "the session is closed")
        }
        guard canOpenStream else {
            throw openStreamCount < remoteMaxConcurrentStreams
                ? HTTP2Error(.notAcceptingStreams, "the connection takes no new streams")
                : HTTP2Error(.streamLimitReached, "the peer's limit of streams is reached")
        }
        try checkSize(of: head)
        let hasBody = !body.isEmpty || !end
        let id = unsafe withFields(of: head) { fields, count in
            // libnghttp2 copies the provider.
            unsafe withUnsafePointer(to: bodyProvider) { provider in
                unsafe nghttp2_submit_request(
                    handle, nil, fields, count, hasBody ? provider : nil, nil)
            }
        }
        try Self.check(id)
        let stream = HTTP2Stream(id: id, session: self, handler: handler)
        stream.headIsSubmitted = true
        stream.queue(body)
        if end { stream.outgoing.ending = .end }
        streams.insert(stream)
        announceOutput()
        return stream
    }

    /// Asks the peer for a sign of life; it answers with the same number.
    public func ping(_ opaque: UInt64) throws(HTTP2Error) {
        guard unsafe handle != nil else { return }
        // The C function reads exactly eight bytes, in the order of the wire.
        let result = unsafe withUnsafeBytes(of: opaque.bigEndian) { bytes in
            unsafe nghttp2_submit_ping(
                handle, 0, bytes.bindMemory(to: UInt8.self).baseAddress)
        }
        try Self.check(result)
        announceOutput()
    }

    /// Takes no new streams; those that are open go on. When they are done, the session is
    /// finished.
    ///
    /// - Parameter lastStreamID: the last stream that is served; nil for the last that came. A
    ///   graceful end first announces 2^31-1 (RFC 9113 §6.8).
    public func goAway(
        _ code: HTTP2ErrorCode = .noError, lastStreamID: Int32? = nil, debugData: [UInt8] = []
    ) throws(HTTP2Error) {
        guard unsafe handle != nil else { return }
        let last = unsafe lastStreamID ?? nghttp2_session_get_last_proc_stream_id(handle)
        try Self.check(
            unsafe nghttp2_submit_goaway(
                handle, 0, last, code.rawValue, debugData, debugData.count))
        isGoingAway = true
        queuedGoAways += 1
        announceOutput()
    }

    /// Refuses a header list that the peer would reject, some peers together with the connection.
    func checkSize(of head: HeaderBlock) throws(HTTP2Error) {
        // libnghttp2 sends at most 64 KiB.
        guard head.listSize <= min(remoteMaxHeaderListSize, 64 << 10) else {
            throw HTTP2Error(.headerListTooLarge, "the header list has \(head.listSize) bytes")
        }
    }

    func submitInformational(_ head: HeaderBlock, on stream: HTTP2Stream) throws(HTTP2Error) {
        try checkSize(of: head)
        let result = unsafe withFields(of: head) { fields, count in
            unsafe nghttp2_submit_headers(handle, 0, stream.id, nil, fields, count, nil)
        }
        try Self.check(result)
        announceOutput()
    }

    func submitResponse(
        _ head: HeaderBlock, end: Bool, on stream: HTTP2Stream
    ) throws(HTTP2Error) {
        try checkSize(of: head)
        let result = unsafe withFields(of: head) { fields, count in
            // libnghttp2 copies the provider.
            unsafe withUnsafePointer(to: bodyProvider) { provider in
                unsafe nghttp2_submit_response(
                    handle, stream.id, fields, count, end ? nil : provider)
            }
        }
        try Self.check(result)
        announceOutput()
    }

    func submitTrailers(_ fields: HeaderBlock, on stream: HTTP2Stream) -> Int32 {
        unsafe withFields(of: fields) { fields, count in
            unsafe nghttp2_submit_trailer(handle, stream.id, fields, count)
        }
    }

    func submitReset(_ code: HTTP2ErrorCode, on stream: HTTP2Stream) {
        // It can only fail without memory, and then the session fails with its next call.
        _ = unsafe nghttp2_submit_rst_stream(handle, 0, stream.id, code.rawValue)
        announceOutput()
    }

    /// Lets libnghttp2 ask again for a stream's body.
    func resume(_ stream: HTTP2Stream) {
        if stream.isDeferred {
            stream.isDeferred = false
            _ = unsafe nghttp2_session_resume_data(handle, stream.id)
        }
        announceOutput()
    }

    func consume(_ count: Int, on stream: HTTP2Stream) {
        if streamsShareWindow {
            _ = unsafe nghttp2_session_consume(handle, stream.id, count)
        } else {
            _ = unsafe nghttp2_session_consume_stream(handle, stream.id, count)
        }
        if wantsWrite { announceOutput() }
    }

    /// Calls `body` with the fields as libnghttp2 takes them. It copies what it needs during the
    /// call, so the pointers into the block's buffer need not outlive it; it does not write to it.
    private func withFields(
        of block: HeaderBlock, _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Int32
    ) -> Int32 {
        unsafe block.storage.withUnsafeBufferPointer { bytes in
            unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: block.count) {
                fields in
                guard let start = bytes.baseAddress else { return body(nil, 0) }
                let base = unsafe UnsafeMutablePointer(mutating: start)
                var offset = 0
                for index in 0..<block.count {
                    let field = block.layout(at: offset)
                    let flags = field.neverIndexed ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE
                    unsafe fields.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: base + field.name.lowerBound,
                            value: base + field.value.lowerBound,
                            namelen: field.name.count, valuelen: field.value.count,
                            flags: UInt8(flags.rawValue)))
                    offset = field.value.upperBound
                }
                return unsafe body(fields.baseAddress, block.count)
            }
        }
    }
}
