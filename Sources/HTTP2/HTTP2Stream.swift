/// One request and its response on a connection.
///
/// It stays usable after it was closed: every call is then without effect.
public final class HTTP2Stream {
    /// The stream's number; odd for streams of the client (RFC 9113 §5.1.1).
    public let id: Int32
    /// Whether the stream is not closed yet.
    public internal(set) var isOpen = true

    // The session outlives its open streams: its deinit closes them. So this is only used while
    // the stream is open.
    unowned let session: HTTP2Session
    var handler: (any HTTP2StreamHandler)?
    var outgoing = OutgoingBody()
    /// libnghttp2 found nothing to send and waits until it is told to ask again.
    var isDeferred = false
    var wantsWritable = false
    /// The head has left the session; before that the peer cannot have done anything.
    var headWasSent = false
    /// A final head was handed to libnghttp2.
    var headIsSubmitted = false
    var localEnded = false
    var remoteEnded = false
    /// Why this side gave the stream up, if it did.
    var resetCode: HTTP2ErrorCode?
    var resetRequested: Bool { resetCode != nil }
    var resetByPeer = false
    /// Body bytes handed to the handler and not yet consumed.
    var unconsumed = 0

    init(id: Int32, session: HTTP2Session, handler: (any HTTP2StreamHandler)?) {
        self.id = id
        self.session = session
        self.handler = handler
    }

    /// Bytes given to ``send(_:end:)`` that have not been drained yet.
    public var pendingBytes: Int { outgoing.count }

    /// Whether less than the send buffer waits. More can be sent all the same; a producer that
    /// stops here is called by `streamBecameWritable` when half of it is gone.
    public var isWritable: Bool { isOpen && outgoing.count < session.sendBufferSize }

    /// Queues a piece of the body. The array is kept, not copied.
    ///
    /// - Parameter end: this completes the message.
    public func send(_ bytes: [UInt8], end: Bool = false) {
        guard canSend else { return }
        queue(bytes)
        if end { outgoing.ending = .end }
        session.resume(self)
    }

    /// Completes the message with fields after the body.
    public func sendTrailers(_ fields: HeaderBlock) throws(HTTP2Error) {
        guard canSend else { return }
        try session.checkSize(of: fields)
        outgoing.ending = .trailers(fields)
        session.resume(self)
    }

    /// Sends an interim response, 1xx, before the final one (server).
    public func inform(_ head: HeaderBlock) throws(HTTP2Error) {
        guard isOpen, !resetRequested, !headIsSubmitted else { return }
        try session.submitInformational(head, on: self)
    }

    /// Sends the head of the response (server).
    ///
    /// - Parameter end: the response has no body, or for gRPC is "trailers only".
    public func respond(_ head: HeaderBlock, end: Bool = false) throws(HTTP2Error) {
        guard isOpen, !resetRequested else { return }
        precondition(!headIsSubmitted, "a stream is answered once")
        try session.submitResponse(head, end: end, on: self)
        headIsSubmitted = true
        if end { outgoing.ending = .end }
    }

    /// Gives the stream up: nothing is sent or received any more, and `closed` follows when the
    /// reset has been drained.
    public func reset(_ code: HTTP2ErrorCode) {
        guard isOpen, !resetRequested else { return }
        consume(unconsumed)
        resetCode = code
        outgoing.removeAll()
        session.submitReset(code, on: self)
    }

    /// Hands `count` bytes of received body back to the windows, so that the peer may send more.
    /// What a stream had not consumed when it is reset or closes is handed back by itself.
    public func consume(_ count: Int) {
        guard isOpen, !resetRequested, count > 0 else { return }
        precondition(count <= unconsumed, "more was consumed than was received")
        unconsumed -= count
        session.consume(count, on: self)
    }

    /// Adds to the body, and remembers that the producer may wait for room.
    func queue(_ bytes: [UInt8]) {
        outgoing.append(bytes)
        if outgoing.count >= session.sendBufferSize { wantsWritable = true }
    }

    private var canSend: Bool {
        guard isOpen, !resetRequested else { return false }
        precondition(headIsSubmitted, "the head comes before the body")
        guard case .undecided = outgoing.ending else {
            preconditionFailure("nothing can be sent after the end of a message")
        }
        return true
    }

    /// Tells the handler that the stream is over.
    func finish(_ closure: StreamClosure) {
        isOpen = false
        if outgoing.count > 0 { outgoing.removeAll() }
        handler.take()?.stream(self, closed: closure)
    }
}
