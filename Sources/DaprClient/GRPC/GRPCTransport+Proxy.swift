import HTTP2

extension GRPCTransport {
    func callApp(
        _ appID: String, path: String, message: [UInt8], metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> GRPCResponse<[UInt8]> {
        try settings.check(message: message.count)
        let extra = try proxyFields(appID, metadata, isStreamed: false)
        let timeout = options.timeout ?? settings.timeout
        let request = ExchangeRequest(
            head: try head(Self.path(path), timeout: timeout, options.trace, extra: extra),
            content: .bytes(MessageFraming.frame(message)),
            reception: .messages(limit: settings.maxMessageSize), timeout: timeout,
            allowsRetry: options.allowsRetry, waitsForSidecar: settings.waits(options))
        let response = try await pool.perform(request).get()
        guard GRPCStatus.isOK(response) else {
            throw DaprError(GRPCStatus(response), in: .invoke)
        }
        guard response.messageCount == 1 else {
            throw DaprError(
                .malformedResponse, "the answer has \(response.messageCount) messages, not one")
        }
        return GRPCResponse(
            message: response.body, initialMetadata: GRPCMetadata(response.head),
            trailingMetadata: response.trailers.map { GRPCMetadata($0) } ?? [:])
    }

    func openAppCall(
        _ appID: String, path: String, message: [UInt8]?, metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> any AppCall {
        if let message { try settings.check(message: message.count) }
        return try await open(
            path: Self.path(path), first: message.map(MessageFraming.frame) ?? [],
            isComplete: message != nil,
            extra: try proxyFields(appID, metadata, isStreamed: true), in: .invoke, options
        ).proxied
    }

    private static func path(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
    }

    /// What the sidecar and the app are told besides (grpc-api.md section 19.8).
    private func proxyFields(
        _ appID: String, _ metadata: GRPCMetadata, isStreamed: Bool
    ) throws(DaprError) -> HeaderBlock {
        guard !appID.isEmpty else {
            throw DaprError(.invalidArgument, "the app id is empty", isUnprocessed: true)
        }
        var fields = HeaderBlock(capacity: 128)
        do throws(HeaderFieldError) {
            try fields.append("dapr-app-id", appID)
            if isStreamed { try fields.append("dapr-stream", "true") }
        } catch {
            throw DaprError(error)
        }
        try metadata.append(to: &fields)
        return fields
    }
}

/// A call through the sidecar, its messages without their frames.
private struct ProxiedCall: AppCall {
    let call: GRPCCall

    func send(_ message: [UInt8]) async throws(DaprError) {
        try await call.send(MessageFraming.frame(message))
    }

    func finishSending() async {
        await call.finishSending()
    }

    func next() async throws(DaprError) -> [UInt8]? {
        try await call.next()
    }

    func initialMetadata() async throws(DaprError) -> GRPCMetadata {
        GRPCMetadata(try await call.head())
    }

    func trailingMetadata() async -> GRPCMetadata? {
        await call.trailers.map { GRPCMetadata($0) }
    }

    func cancel() {
        call.cancel()
    }
}

extension GRPCCall {
    fileprivate nonisolated var proxied: any AppCall { ProxiedCall(call: self) }
}

extension MessageFraming {
    /// A message with its prefix.
    static func frame(_ message: [UInt8]) -> [UInt8] {
        var bytes = begin(capacity: message.count)
        bytes.append(contentsOf: message)
        finish(&bytes)
        return bytes
    }
}
