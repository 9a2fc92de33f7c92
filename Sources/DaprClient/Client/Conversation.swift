extension DaprClient {
    /// The conversation component of this name.
    public func conversation(_ component: String) -> Conversation {
        Conversation(name: component, api: api)
    }
}

/// A language model behind a sidecar.
public struct Conversation: Sendable {
    /// The name of the component.
    public let name: String
    private let api: any ConversationAPI

    /// A model on any implementation of the API, such as a test's.
    public init(name: String, api: any ConversationAPI) {
        self.name = name
        self.api = api
    }

    /// Asks the model; nothing is sent twice, since answers cost money.
    public func converse(
        _ request: ConversationRequest, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> ConversationResponse {
        try await api.converse(with: name, request, options: options)
    }

    /// Asks the model with messages.
    public func converse(
        _ messages: [ConversationMessage], contextID: String? = nil, temperature: Double? = nil,
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> ConversationResponse {
        try await converse(
            ConversationRequest(
                [.init(messages)], contextID: contextID, temperature: temperature),
            options: options)
    }

    /// Asks the model with one text; gives its answer's text.
    public func converse(
        _ text: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> String {
        try await converse([.user(text)], options: options).text
    }
}
