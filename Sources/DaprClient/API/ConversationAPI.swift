/// Conversation with language models, as both APIs offer it.
public protocol ConversationAPI: Sendable {
    /// Asks a model (`ConverseAlpha2`).
    ///
    /// - Parameter component: the conversation component.
    /// - Throws: `.noSuchComponent` for an unknown component; `.invalidArgument` for a request without
    ///   messages; `.componentFailed` when the model fails.
    func converse(
        with component: String, _ request: ConversationRequest, options: CallOptions
    ) async throws(DaprError) -> ConversationResponse
}
