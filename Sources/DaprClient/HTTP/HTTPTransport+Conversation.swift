import DaprProtos

extension HTTPTransport {
    func converse(
        with component: String, _ request: ConversationRequest, options: CallOptions
    ) async throws(DaprError) -> ConversationResponse {
        let body = try ProtoJSON.body(request.message())
        try settings.check(body: body.count)
        let path = RequestPath(version: "v1.0-alpha2", "conversation", component, "converse")
        let response = try await call(
            "POST", path, body: body, contentType: "application/json", in: .conversation, options)
        return ConversationResponse(
            try ProtoJSON.read(
                Dapr_Proto_Runtime_V1_ConversationResponseAlpha2.self, response))
    }
}
