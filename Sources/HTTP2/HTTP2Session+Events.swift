internal import CNghttp2

/// What libnghttp2 reports, in Swift's terms; called by the functions in `Callbacks.swift`.
extension HTTP2Session {
    func headersBegan(on id: Int32, isRequest: Bool) {
        if isRequest { streams.insert(HTTP2Stream(id: id, session: self, handler: nil)) }
        receiving = streams[id]
        incoming = HeaderBlock(capacity: 256)
    }

    func headerReceived(
        name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, neverIndexed: Bool
    ) {
        guard let isReset = receiving?.resetRequested, !isReset else { return }
        unsafe incoming.appendUnchecked(name: name, value: value, neverIndexed: neverIndexed)
        guard incoming.listSize > configuration.maxHeaderListSize, let receiving else { return }
        if configuration.longHeaderListEndsConnection {
            self.receiving = nil
            hasRefusedHeaderList = true
            do throws(HTTP2Error) {
                try goAway(.compressionError, lastStreamID: receiving.id)
            } catch {
                receiving.reset(.frameSizeError)
            }
        } else {
            // The rest must still be decoded, for the compression state is the connection's.
            receiving.reset(.frameSizeError)
        }
    }

    func headersReceived(on id: Int32, isRequest: Bool, endStream: Bool) {
        let block = exchange(&incoming, with: HeaderBlock())
        guard let stream = receiving.take() else { return }
        if endStream { stream.remoteEnded = true }
        guard !stream.resetRequested else { return }
        if isRequest {
            stream.handler = delegate?.session(
                self, accept: stream, head: block, endStream: endStream)
            if stream.handler == nil { return stream.reset(.refusedStream) }
        } else {
            let kind: HeaderBlockKind =
                switch block.status {
                case .some(100..<200): .informational
                case .some: .head
                case nil: .trailers
                }
            stream.handler?.stream(stream, received: block, kind: kind, endStream: endStream)
        }
        if endStream { deliverEnd(of: stream) }
    }

    func dataReceived(_ data: UnsafeBufferPointer<UInt8>, on id: Int32) {
        guard let stream = streams[id], !stream.resetRequested, let handler = stream.handler else {
            _ = unsafe nghttp2_session_consume(handle, id, data.count)
            return
        }
        stream.unconsumed += data.count
        if !streamsShareWindow {
            _ = unsafe nghttp2_session_consume_connection(handle, data.count)
        }
        // libnghttp2 keeps the bytes for the callback, and the span cannot leave it.
        handler.stream(stream, received: unsafe Span(_unsafeElements: data))
    }

    func dataEnded(on id: Int32) {
        guard let stream = streams[id] else { return }
        stream.remoteEnded = true
        deliverEnd(of: stream)
    }

    private func deliverEnd(of stream: HTTP2Stream) {
        guard !stream.resetRequested else { return }
        stream.handler?.streamReceivedEnd(stream)
    }

    func settingsReceived() {
        hasReceivedSettings = true
        delegate?.sessionReceivedSettings(self)
    }

    func goAwayReceived(lastID: Int32, code: UInt32, debugData: [UInt8]) {
        receivedGoAwayLastID = lastID
        delegate?.session(
            self, receivedGoAway: HTTP2ErrorCode(rawValue: code), lastStreamID: lastID,
            debugData: debugData)
    }

    /// A GOAWAY has left. Unless we asked for it, libnghttp2 thereby gives the connection up.
    ///
    /// - Parameter reason: libnghttp2's own words.
    func goAwaySent(code: UInt32, reason: [UInt8]) {
        guard queuedGoAways == 0 else {
            queuedGoAways -= 1
            return
        }
        guard pendingClosure == nil else { return }
        let text =
            reason.isEmpty ? "the peer broke the protocol" : String(decoding: reason, as: UTF8.self)
        pendingClosure = HTTP2Error(
            peerIsNotHTTP2 ? .notHTTP2 : .protocolViolation, code: HTTP2ErrorCode(rawValue: code),
            text)
    }

    /// A frame with the end of our message has left.
    func endSent(on id: Int32) {
        guard let stream = streams[id] else { return }
        stream.localEnded = true
        // The answer is complete, so the rest of the request is not needed (RFC 9113 §8.1).
        if role == .server, !stream.remoteEnded { stream.reset(.noError) }
    }

    /// A request's head could not be sent: GOAWAY came first, or it was reset before.
    func requestNotSent(on id: Int32) {
        guard let stream = streams.remove(id) else { return }
        let (cause, code): (StreamClosure.Cause, HTTP2ErrorCode) =
            if let reset = stream.resetCode {
                (.resetLocally, reset)
            } else if let pendingClosure {
                // The GOAWAY was our own, so the connection is over for all streams alike.
                (.connection(pendingClosure), pendingClosure.code)
            } else {
                (.goAway, .refusedStream)
            }
        stream.finish(StreamClosure(cause: cause, code: code, isUnprocessed: true))
    }

    func streamClosed(_ id: Int32, code: UInt32) {
        guard let stream = streams.remove(id) else { return }
        if stream.unconsumed > 0, streamsShareWindow {
            _ = unsafe nghttp2_session_consume_connection(handle, stream.unconsumed)
        }
        let code = HTTP2ErrorCode(rawValue: code)
        let isAboveGoAway = receivedGoAwayLastID.map { role == .client && id > $0 } ?? false
        let isAnswered = role == .client ? stream.remoteEnded : stream.localEnded
        let cause: StreamClosure.Cause
        if code == .noError && isAnswered {
            cause = .finished
        } else if isAboveGoAway {
            cause = .goAway
        } else {
            cause = stream.resetByPeer ? .resetByPeer : .resetLocally
        }
        let isRefused = stream.resetByPeer && code == .refusedStream
        stream.finish(
            StreamClosure(
                cause: cause, code: code,
                isUnprocessed: role == .client
                    && (isRefused || isAboveGoAway || !stream.headWasSent)))
    }

    /// How much of a stream's body the next DATA frame takes, at most `limit` bytes.
    func bodyLength(on id: Int32, limit: Int, flags: inout UInt32) -> Int {
        guard let stream = streams[id], !stream.resetRequested else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        let length = min(limit, stream.outgoing.count)
        flags |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        guard length == stream.outgoing.count else { return length }
        switch stream.outgoing.ending {
        case .undecided:
            if length == 0 {
                stream.isDeferred = true
                return Int(NGHTTP2_ERR_DEFERRED.rawValue)
            }
        case .end:
            flags |= NGHTTP2_DATA_FLAG_EOF.rawValue
        case .trailers(let fields):
            flags |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            if submitTrailers(fields, on: stream) != 0 {
                return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
            }
        }
        return length
    }

    /// Writes the DATA frame that `bodyLength` announced. Says whether there is room for more.
    func writeBody(on id: Int32, frameHead: UnsafeBufferPointer<UInt8>, length: Int) -> Bool {
        guard let stream = streams[id] else {
            preconditionFailure("a stream vanished while its frame was being made")
        }
        unsafe output.append(contentsOf: frameHead)
        stream.outgoing.move(length, to: &output)
        if stream.wantsWritable, stream.outgoing.count <= sendBufferSize / 2 {
            stream.wantsWritable = false
            if case .undecided = stream.outgoing.ending {
                stream.handler?.streamBecameWritable(stream)
            }
        }
        return output.count < outputLimit
    }
}
