import DaprProtos

extension RPCs {
    static let converse = RPC<
        Dapr_Proto_Runtime_V1_ConversationRequestAlpha2,
        Dapr_Proto_Runtime_V1_ConversationResponseAlpha2
    >("ConverseAlpha2")
}

extension GRPCTransport {
    func converse(
        with component: String, _ request: ConversationRequest, options: CallOptions
    ) async throws(DaprError) -> ConversationResponse {
        try check(component, "conversation component")
        var message = try request.message()
        message.name = component
        return ConversationResponse(
            try await call(RPCs.converse, message, in: .conversation, options))
    }
}
