/// Conversation with language models, as both APIs offer it.
public protocol ConversationAPI: Sendable {}
