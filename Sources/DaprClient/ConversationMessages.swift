import DaprProtos
import EventLoop
import SwiftProtobuf

// Conversations as both APIs have them: as messages, which over HTTP are in JSON.
extension ConversationRequest {
    typealias Message = Dapr_Proto_Runtime_V1_ConversationRequestAlpha2

    func message() throws(DaprError) -> Message {
        var message = Message()
        if let contextID { message.contextID = contextID }
        message.inputs = inputs.map { input in
            var message = Dapr_Proto_Runtime_V1_ConversationInputAlpha2()
            message.messages = input.messages.map(\.message)
            if input.scrubsPersonalData { message.scrubPii = true }
            return message
        }
        message.metadata = metadata
        if scrubsPersonalData { message.scrubPii = true }
        if let temperature { message.temperature = temperature }
        for tool in tools { message.tools.append(try tool.message()) }
        if let toolChoice { message.toolChoice = toolChoice }
        if !responseFormat.isEmpty {
            message.responseFormat = try Self.schema(responseFormat, "response format")
        }
        if let promptCacheRetention {
            let nanoseconds = promptCacheRetention.nanosecondsClamped
            message.promptCacheRetention = Google_Protobuf_Duration(
                seconds: nanoseconds / 1_000_000_000,
                nanos: Int32(nanoseconds % 1_000_000_000))
        }
        for (name, value) in parameters { message.parameters[name] = try value.packed() }
        return message
    }

    /// Reads a JSON Schema.
    static func schema(
        _ text: [UInt8], _ what: String
    ) throws(DaprError) -> Google_Protobuf_Struct {
        do {
            return try Google_Protobuf_Struct(jsonUTF8Bytes: text)
        } catch {
            throw DaprError(
                .invalidArgument, "the \(what) is no JSON object: \(error)", isUnprocessed: true)
        }
    }
}

extension ConversationMessage {
    fileprivate var message: Dapr_Proto_Runtime_V1_ConversationMessage {
        func content(_ text: String) -> [Dapr_Proto_Runtime_V1_ConversationMessageContent] {
            var content = Dapr_Proto_Runtime_V1_ConversationMessageContent()
            content.text = text
            return [content]
        }
        var message = Dapr_Proto_Runtime_V1_ConversationMessage()
        switch self {
        case .developer(let text, let name):
            message.ofDeveloper.content = content(text)
            if let name { message.ofDeveloper.name = name }
        case .system(let text, let name):
            message.ofSystem.content = content(text)
            if let name { message.ofSystem.name = name }
        case .user(let text, let name):
            message.ofUser.content = content(text)
            if let name { message.ofUser.name = name }
        case .assistant(let text, let name, let toolCalls):
            message.ofAssistant.content = content(text)
            if let name { message.ofAssistant.name = name }
            message.ofAssistant.toolCalls = toolCalls.map(\.message)
        case .tool(let text, let callID, let name):
            message.ofTool.content = content(text)
            if let callID { message.ofTool.toolID = callID }
            message.ofTool.name = name
        }
        return message
    }
}

extension ConversationMessage.ToolCall {
    fileprivate var message: Dapr_Proto_Runtime_V1_ConversationToolCalls {
        var message = Dapr_Proto_Runtime_V1_ConversationToolCalls()
        if let id { message.id = id }
        message.function.name = name
        message.function.arguments = arguments
        return message
    }

    fileprivate init(_ message: Dapr_Proto_Runtime_V1_ConversationToolCalls) {
        self.init(
            id: message.hasID ? message.id : nil, name: message.function.name,
            arguments: message.function.arguments)
    }
}

extension ConversationTool {
    fileprivate func message() throws(DaprError) -> Dapr_Proto_Runtime_V1_ConversationTools {
        var message = Dapr_Proto_Runtime_V1_ConversationTools()
        message.function.name = name
        if let description { message.function.description_p = description }
        if !parameters.isEmpty {
            message.function.parameters = try ConversationRequest.schema(
                parameters, "schema of tool '\(name)'")
        }
        return message
    }
}

extension ConversationParameter {
    fileprivate func packed() throws(DaprError) -> Google_Protobuf_Any {
        do {
            switch self {
            case .text(let value):
                return try Google_Protobuf_Any(message: Google_Protobuf_StringValue(value))
            case .integer(let value):
                return try Google_Protobuf_Any(message: Google_Protobuf_Int64Value(value))
            case .number(let value):
                return try Google_Protobuf_Any(message: Google_Protobuf_DoubleValue(value))
            case .bool(let value):
                return try Google_Protobuf_Any(message: Google_Protobuf_BoolValue(value))
            }
        } catch {
            throw DaprError(
                .invalidArgument, "a parameter cannot be sent: \(error)", isUnprocessed: true)
        }
    }
}

extension ConversationResponse {
    init(_ message: Dapr_Proto_Runtime_V1_ConversationResponseAlpha2) {
        self.init(
            contextID: message.hasContextID ? message.contextID : nil,
            outputs: message.outputs.map { output in
                Output(
                    choices: output.choices.map { choice in
                        Choice(
                            text: choice.message.content,
                            toolCalls: choice.message.toolCalls.map { .init($0) },
                            finishReason: choice.finishReason, index: Int(choice.index))
                    },
                    model: output.hasModel ? output.model : nil,
                    usage: output.hasUsage ? Usage(output.usage) : nil)
            })
    }
}

extension ConversationResponse.Usage {
    fileprivate init(_ message: Dapr_Proto_Runtime_V1_ConversationResultAlpha2CompletionUsage) {
        self.init(
            promptTokens: message.promptTokens, completionTokens: message.completionTokens,
            totalTokens: message.totalTokens,
            reasoningTokens: message.completionTokensDetails.reasoningTokens,
            cachedPromptTokens: message.promptTokensDetails.cachedTokens)
    }
}
