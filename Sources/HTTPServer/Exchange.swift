public import HTTPMessage

/// One request that waits for its response. Belongs to the loop's thread.
///
/// The handler keeps it until it responds; one that is dropped without a response is a bug, which
/// the client sees as a 500.
public final class Exchange {
    private let transaction: Transaction

    /// A number of the handler's choice, which `ExchangeSummary` gives back.
    public var tag: Int? {
        get { transaction.tag }
        set { transaction.tag = newValue }
    }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    deinit {
        if !isAnswered, !isCancelled { transaction.respondToBeingDropped() }
    }

    /// The request.
    public var request: Request { transaction.request }

    /// Whether `respond` was called.
    public var isAnswered: Bool { transaction.isAnswered }

    /// Whether there is nobody to respond to any more. Responding is then harmless.
    public var isCancelled: Bool { transaction.isOver }

    /// Called once, before there was a response, when the client hangs up or the server shuts down.
    public var onCancel: (() -> Void)? {
        get { transaction.onCancel }
        set { transaction.onCancel = newValue }
    }

    /// Sends the response; exactly once.
    ///
    /// While the body of the request is still arriving, a response from 400 upwards with its content
    /// in memory ends the upload and the connection; any other waits for the end of the upload,
    /// because HTTP/1 clients read only then. Of that upload no more can be read, unless the response
    /// is a stream with a status below 400: that may be made of what arrives.
    ///
    /// - Parameter response: a streamed body is pulled on the loop, as fast as the client reads; its
    ///   task is cancelled when the client hangs up.
    public func respond(_ response: Response) {
        transaction.respond(response)
    }
}
