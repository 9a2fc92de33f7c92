import DaprClient

/// The content of a gRPC-Web answer: each message as it comes, then the trailers. It is pulled, so the
/// app can send on only as the client reads.
actor GRPCWebAnswer {
    private let call: any AppCall
    private let form: GRPCWeb
    private var first: [UInt8]?
    private var isOver = false

    /// - Parameter first: the message that was read already.
    init(_ call: any AppCall, first: [UInt8], form: GRPCWeb) {
        self.call = call
        self.form = form
        self.first = first
    }

    /// The next frame; nil after the trailers.
    ///
    /// - Throws: `CancellationError` when nobody reads any more.
    func next() async throws -> [UInt8]? {
        if let message = first.take() { return form.frame(message) }
        guard !isOver else { return nil }
        do throws(DaprError) {
            if let message = try await call.next() { return form.frame(message) }
            isOver = true
            return form.trailers(.ok, "", await call.trailingMetadata() ?? [:])
        } catch {
            guard error.kind != .cancelled || !Task.isCancelled else { throw CancellationError() }
            isOver = true
            return form.trailers(
                GRPCStatusCode(error), error.message, await call.trailingMetadata() ?? [:])
        }
    }
}
