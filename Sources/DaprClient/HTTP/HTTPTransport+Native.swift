// The API as it is: only the client's own token, limits and deadlines are added.
extension HTTPTransport {
    func callNative(
        _ request: NativeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        try Self.checkEncoding(of: request.path, query: request.query)
        var path = RequestPath(encoded: request.path)
        if let query = request.query { path.append(raw: "?" + query) }
        let response = try await pass(
            request.verb, path, request.fields, request.body, isRead: request.isRead, options)
        return try await answer(response, to: request.verb) { body, status throws(DaprError) in
            guard HTTPErrorBody.isRefusedToken(body, status: status) else { return }
            throw DaprError(
                httpStatus: status, code: nil, message: HTTPErrorBody(body, status: status).message,
                in: .metadata)
        }
    }
}

extension GRPCTransport {
    func callNative(
        _ request: NativeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        throw DaprError(
            .notSupported, "the sidecar's HTTP API is not used here (sidecar.protocol: grpc)",
            isUnprocessed: true)
    }
}

extension AutoTransport {
    func callNative(
        _ request: NativeRequest, options: CallOptions
    ) async throws(DaprError) -> InvokeResponse {
        try await http.callNative(request, options: options)
    }
}
