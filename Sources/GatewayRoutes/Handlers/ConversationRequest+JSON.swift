import DaprClient
import JSON

extension ConversationRequest {
    /// Reads a request with the names of Dapr's API, but who says something is the `role` of a
    /// message.
    init(body: [UInt8]) throws(GatewayError) {
        var members = try BodyMembers(JSONNode(body: body), of: "the request")
        self.init([])
        let messages = try members.list("messages")
        let inputs = try members.list("inputs")
        switch (messages, inputs) {
        case (let messages?, nil): self.inputs = [Input(try Self.messages(messages))]
        case (nil, let inputs?):
            for (index, node) in inputs.enumerated() {
                self.inputs.append(try Self.input(node, number: index + 1))
            }
        default: throw members.invalid("has either 'messages' or 'inputs'")
        }
        contextID = try members.text("contextId")
        if let node = members.node("temperature") {
            guard let number = node.numberValue else {
                throw members.invalid("has a 'temperature' that is no number")
            }
            temperature = number.double
        }
        for (index, node) in (try members.list("tools") ?? []).enumerated() {
            tools.append(try Self.tool(node, number: index + 1))
        }
        toolChoice = try members.text("toolChoice")
        responseFormat = try members.object("responseFormat").map { Array($0.text) } ?? []
        promptCacheRetention = try members.duration("promptCacheRetention")
        scrubsPersonalData = try members.flag("scrubPii") ?? false
        metadata = try members.texts("metadata")
        if let node = try members.object("parameters") { parameters = try Self.parameters(node) }
        try members.finish()
        guard self.inputs.contains(where: { !$0.messages.isEmpty }) else {
            throw members.invalid("has no messages")
        }
    }

    private static func input(_ node: JSONNode, number: Int) throws(GatewayError) -> Input {
        var members = try BodyMembers(node, of: "input \(number)")
        guard let list = try members.list("messages") else {
            throw members.invalid("has no 'messages'")
        }
        let input = Input(
            try messages(list), scrubsPersonalData: try members.flag("scrubPii") ?? false)
        try members.finish()
        return input
    }

    private static func messages(
        _ nodes: [JSONNode]
    ) throws(GatewayError) -> [ConversationMessage] {
        var messages: [ConversationMessage] = []
        for node in nodes { messages.append(try message(node, number: messages.count + 1)) }
        return messages
    }

    private static func message(
        _ node: JSONNode, number: Int
    ) throws(GatewayError) -> ConversationMessage {
        var members = try BodyMembers(node, of: "message \(number)")
        let role = try members.requiredText("role")
        let name = try members.text("name")
        let message: ConversationMessage
        switch role {
        case "developer":
            message = .developer(try members.requiredText("content"), name: name)
        case "system": message = .system(try members.requiredText("content"), name: name)
        case "user": message = .user(try members.requiredText("content"), name: name)
        case "assistant":
            // One that only calls tools says nothing.
            let text = try members.text("content") ?? ""
            var calls: [ConversationMessage.ToolCall] = []
            for call in try members.list("toolCalls") ?? [] {
                calls.append(try toolCall(call, number: calls.count + 1))
            }
            message = .assistant(text, name: name, toolCalls: calls)
        case "tool":
            guard let name else { throw members.invalid("has no 'name'") }
            message = .tool(
                try members.requiredText("content"), callID: try members.text("toolId"), name: name)
        default:
            throw members.invalid(
                "has the 'role' '\(role)'; it is developer, system, user, assistant or tool")
        }
        try members.finish()
        return message
    }

    private static func toolCall(
        _ node: JSONNode, number: Int
    ) throws(GatewayError) -> ConversationMessage.ToolCall {
        var members = try BodyMembers(node, of: "tool call \(number)")
        let id = try members.text("id")
        guard let node = try members.object("function") else {
            throw members.invalid("has no 'function'")
        }
        try members.finish()
        var function = try BodyMembers(node, of: "the function of tool call \(number)")
        let call = ConversationMessage.ToolCall(
            id: id, name: try function.requiredText("name"),
            arguments: try function.text("arguments") ?? "")
        try function.finish()
        return call
    }

    private static func tool(
        _ node: JSONNode, number: Int
    ) throws(GatewayError) -> ConversationTool {
        var members = try BodyMembers(node, of: "tool \(number)")
        guard let node = try members.object("function") else {
            throw members.invalid("has no 'function'")
        }
        try members.finish()
        var function = try BodyMembers(node, of: "the function of tool \(number)")
        let tool = ConversationTool(
            name: try function.requiredText("name"),
            description: try function.text("description"),
            parameters: try function.object("parameters").map { Array($0.text) } ?? [])
        try function.finish()
        return tool
    }

    private static func parameters(
        _ node: JSONNode
    ) throws(GatewayError) -> [String: ConversationParameter] {
        var parameters: [String: ConversationParameter] = [:]
        for member in node.members {
            switch member.value.value {
            case .string(let text): parameters[member.key] = .text(text)
            case .bool(let flag): parameters[member.key] = .bool(flag)
            case .number(let number):
                parameters[member.key] =
                    number.int.map { .integer(Int64($0)) } ?? .number(number.double)
            default:
                throw GatewayError(
                    .invalidBody,
                    "the parameter '\(member.key)' is neither a text, a number, true nor false")
            }
        }
        return parameters
    }
}

extension JSONWriter {
    /// An answer with the names of Dapr's API; numbers are numbers.
    mutating func write(_ response: ConversationResponse) {
        beginObject()
        if let contextID = response.contextID { member("contextId", contextID) }
        key("outputs")
        beginArray()
        for output in response.outputs { write(output) }
        endArray()
        endObject()
    }

    private mutating func write(_ output: ConversationResponse.Output) {
        beginObject()
        key("choices")
        beginArray()
        for choice in output.choices { write(choice) }
        endArray()
        if let model = output.model { member("model", model) }
        if let usage = output.usage {
            key("usage")
            beginObject()
            let counts = [
                ("promptTokens", usage.promptTokens), ("completionTokens", usage.completionTokens),
                ("totalTokens", usage.totalTokens), ("reasoningTokens", usage.reasoningTokens),
                ("cachedPromptTokens", usage.cachedPromptTokens),
            ]
            for (name, count) in counts {
                key(name)
                int(count)
            }
            endObject()
        }
        endObject()
    }

    private mutating func write(_ choice: ConversationResponse.Choice) {
        beginObject()
        key("index")
        int(choice.index)
        member("finishReason", choice.finishReason)
        key("message")
        beginObject()
        member("content", choice.text)
        if !choice.toolCalls.isEmpty {
            key("toolCalls")
            beginArray()
            for call in choice.toolCalls { write(call) }
            endArray()
        }
        endObject()
        endObject()
    }

    private mutating func write(_ call: ConversationMessage.ToolCall) {
        beginObject()
        if let id = call.id { member("id", id) }
        key("function")
        beginObject()
        member("name", call.name)
        member("arguments", call.arguments)
        endObject()
        endObject()
    }

    private mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }
}
