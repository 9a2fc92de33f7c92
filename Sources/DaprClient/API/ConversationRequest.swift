/// What somebody says in a conversation; who, is its case.
public enum ConversationMessage: Sendable, Hashable {
    case developer(String, name: String? = nil)
    case system(String, name: String? = nil)
    case user(String, name: String? = nil)
    /// What the model said, and which tools it called.
    case assistant(String, name: String? = nil, toolCalls: [ToolCall] = [])
    /// What a tool answered to a call.
    case tool(String, callID: String?, name: String)

    /// A call of a tool.
    public struct ToolCall: Sendable, Hashable {
        /// What the tool's answer refers to.
        public var id: String?
        /// The tool.
        public var name: String
        /// A JSON document.
        public var arguments: String

        /// Describes a call.
        public init(id: String? = nil, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }
}

/// A tool that the model may call.
public struct ConversationTool: Sendable, Hashable {
    /// What the model calls it by.
    public var name: String
    /// For the model: what it does.
    public var description: String?
    /// A JSON Schema of the arguments, as JSON; empty for none.
    public var parameters: [UInt8]

    /// Describes a tool.
    public init(name: String, description: String? = nil, parameters: [UInt8] = []) {
        self.name = name
        self.description = description
        self.parameters = parameters
    }
}

/// A value of a setting of the model.
public enum ConversationParameter: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case bool(Bool)
}

/// What a model is asked.
public struct ConversationRequest: Sendable, Hashable {
    /// Messages that belong together.
    public struct Input: Sendable, Hashable {
        /// In the order in which they were said.
        public var messages: [ConversationMessage]
        /// Whether personal data is removed before the model sees it.
        public var scrubsPersonalData: Bool

        /// Describes an input.
        public init(_ messages: [ConversationMessage], scrubsPersonalData: Bool = false) {
            self.messages = messages
            self.scrubsPersonalData = scrubsPersonalData
        }
    }

    /// What is said, in order.
    public var inputs: [Input]
    /// Continues an earlier conversation.
    public var contextID: String?
    /// How inventive the model is, usually from 0 to 1.
    public var temperature: Double?
    /// What the model may call.
    public var tools: [ConversationTool] = []
    /// `none`, `auto`, `required` or the name of a tool; nil is `auto`.
    public var toolChoice: String?
    /// A JSON Schema of the answer, as JSON; empty for none.
    public var responseFormat: [UInt8] = []
    /// How long the model's provider may keep the prompt.
    public var promptCacheRetention: Duration?
    /// Whether personal data is removed from the answer.
    public var scrubsPersonalData = false
    /// Settings of the model.
    public var parameters: [String: ConversationParameter] = [:]
    /// For the component.
    public var metadata: [String: String] = [:]

    /// Describes a request.
    public init(_ inputs: [Input], contextID: String? = nil, temperature: Double? = nil) {
        self.inputs = inputs
        self.contextID = contextID
        self.temperature = temperature
    }
}

/// What a model answered.
public struct ConversationResponse: Sendable, Hashable {
    /// One of the answers to choose from.
    public struct Choice: Sendable, Hashable {
        /// What the model says.
        public var text: String
        /// What the model wants to be called.
        public var toolCalls: [ConversationMessage.ToolCall]
        /// `stop`, `length`, `tool_calls` or `content_filter`.
        public var finishReason: String
        /// Its place among the choices.
        public var index: Int
    }

    /// How many tokens were used.
    public struct Usage: Sendable, Hashable {
        /// Of the request.
        public var promptTokens: UInt64
        /// Of the answer.
        public var completionTokens: UInt64
        /// Of both.
        public var totalTokens: UInt64
        /// Of the completion: what the model thought.
        public var reasoningTokens: UInt64
        /// Of the prompt: what the provider had kept.
        public var cachedPromptTokens: UInt64
    }

    /// One result.
    public struct Output: Sendable, Hashable {
        /// The best first.
        public var choices: [Choice]
        /// The model that answered; nil when the component does not say.
        public var model: String?
        /// Nil when the component does not say.
        public var usage: Usage?
    }

    /// Continues this conversation, given to the next request.
    public var contextID: String?
    /// The results.
    public var outputs: [Output]

    /// The text of the first choice; empty for none.
    public var text: String { outputs.first?.choices.first?.text ?? "" }

    /// The calls of the first choice.
    public var toolCalls: [ConversationMessage.ToolCall] {
        outputs.first?.choices.first?.toolCalls ?? []
    }
}
