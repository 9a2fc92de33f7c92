import DaprProtos
import SwiftProtobuf

/// The conversation API with the component `conversation.echo`, whose model says what it was told.
final class ConversationBlock: BuildingBlock {
    private typealias Request1 = Dapr_Proto_Runtime_V1_ConversationRequest
    private typealias Response1 = Dapr_Proto_Runtime_V1_ConversationResponse
    private typealias Request2 = Dapr_Proto_Runtime_V1_ConversationRequestAlpha2
    private typealias Response2 = Dapr_Proto_Runtime_V1_ConversationResponseAlpha2
    private typealias Tool = Dapr_Proto_Runtime_V1_ConversationTools
    private typealias ToolCall = Dapr_Proto_Runtime_V1_ConversationToolCalls

    private let models: Set<String>

    init(_ context: SidecarContext) {
        models = Set(
            context.components(of: "conversation").filter { $0.type == "conversation.echo" }
                .map(\.name))
    }

    var httpRoutes: [HTTPRoute] {
        [
            .failing(["POST"], "/v1.0-alpha1/conversation/{name}/converse") {
                [self] request throws(SidecarError) in
                var message: Request1 = try ProtoJSONMessage.read(request)
                message.name = request.parameters[0]
                return try ProtoJSONMessage.response(converse(message))
            },
            .failing(["POST"], "/v1.0-alpha2/conversation/{name}/converse") {
                [self] request throws(SidecarError) in
                var message: Request2 = try ProtoJSONMessage.read(request)
                message.name = request.parameters[0]
                return try ProtoJSONMessage.response(converse(message))
            },
        ]
    }

    var grpcMethods: [GRPCMethod] {
        [
            .failing("ConverseAlpha1") { [self] (request: Request1) throws(SidecarError) in
                try converse(request)
            },
            .failing("ConverseAlpha2") { [self] (request: Request2) throws(SidecarError) in
                try converse(request)
            },
        ]
    }

    // MARK: - The first version

    private func converse(_ request: Request1) throws(SidecarError) -> Response1 {
        try check(request.name, hasInputs: !request.inputs.isEmpty)
        let texts = request.inputs.map { input in
            input.scrubPii ? PersonalData.scrubbed(input.content) : input.content
        }
        var result = Dapr_Proto_Runtime_V1_ConversationResult()
        result.result = texts.joined(separator: "\n")
        if request.scrubPii { result.result = PersonalData.scrubbed(result.result) }
        var response = Response1()
        if request.hasContextID { response.contextID = request.contextID }
        response.outputs = [result]
        return response
    }

    private func check(_ name: String, hasInputs: Bool) throws(SidecarError) {
        guard models.contains(name) else {
            throw SidecarError(
                httpStatus: 400, grpcCode: GRPCStatus.invalidArgument,
                code: "ERR_CONVERSATION_NOT_FOUND",
                message: "failed finding conversation component \(name)")
        }
        guard hasInputs else {
            throw SidecarError(
                httpStatus: 400, grpcCode: GRPCStatus.invalidArgument,
                code: "ERR_CONVERSATION_MISSING_INPUTS",
                message: "failed conversing with component \(name): missing inputs in request")
        }
    }

    // MARK: - The second version

    private func converse(_ request: Request2) throws(SidecarError) -> Response2 {
        try check(request.name, hasInputs: !request.inputs.isEmpty)
        var lines: [String] = []
        var calls: [ToolCall] = []
        for input in request.inputs {
            for message in input.messages {
                guard let said = Self.said(message) else {
                    throw Self.invalid(request.name, "message type is not supported")
                }
                lines += input.scrubPii ? said.lines.map(PersonalData.scrubbed) : said.lines
                calls += said.calls
            }
        }
        calls += try Self.calls(request)
        var text = lines.joined(separator: "\n")
        if request.scrubPii { text = PersonalData.scrubbed(text) }

        var choice = Dapr_Proto_Runtime_V1_ConversationResultChoices()
        choice.finishReason = calls.isEmpty ? "stop" : "tool_calls"
        choice.message.content = text
        choice.message.toolCalls = calls
        var result = Dapr_Proto_Runtime_V1_ConversationResultAlpha2()
        result.choices = [choice]
        // A word is a token.
        let count = UInt64(text.split(whereSeparator: \.isWhitespace).count)
        result.usage.promptTokens = count
        result.usage.completionTokens = count
        result.usage.totalTokens = 2 * count
        var response = Response2()
        if request.hasContextID { response.contextID = request.contextID }
        response.outputs = [result]
        return response
    }

    /// What a message says, and which tools it calls; nil for a message of no kind.
    private static func said(
        _ message: Dapr_Proto_Runtime_V1_ConversationMessage
    ) -> (lines: [String], calls: [ToolCall])? {
        switch message.messageTypes {
        case .ofDeveloper(let message): (message.content.map(\.text), [])
        case .ofSystem(let message): (message.content.map(\.text), [])
        case .ofUser(let message): (message.content.map(\.text), [])
        case .ofAssistant(let message): (message.content.map(\.text), message.toolCalls)
        case .ofTool(let message):
            (
                message.content.map {
                    "Tool Response for tool ID '\(message.toolID)' with name "
                        + "'\(message.name)': \($0.text)"
                }, []
            )
        case nil: nil
        }
    }

    /// The calls of the tools that are offered, with the names of their parameters as arguments.
    private static func calls(_ request: Request2) throws(SidecarError) -> [ToolCall] {
        let functions = request.tools.map(\.function)
        let called: [Dapr_Proto_Runtime_V1_ConversationToolsFunction]
        switch request.toolChoice {
        case "none": called = []
        case "", "auto", "required": called = functions
        case let name:
            called = functions.filter { $0.name == name }
            guard !called.isEmpty else {
                throw invalid(
                    request.name,
                    "tool choice selected was not found. Must be 'auto', 'none', 'required', or a "
                        + "specific tool name matching the tools available to be used")
            }
        }
        return called.enumerated().map { index, function in
            var call = ToolCall()
            call.id = String(index)
            call.function.name = function.name
            let properties = function.parameters.fields["properties"]?.structValue.fields ?? [:]
            call.function.arguments = properties.keys.sorted().joined(separator: ",")
            return call
        }
    }

    /// With the artefact of a formatter that was given too much.
    private static func invalid(_ name: String, _ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.invalidArgument,
            code: "ERR_CONVERSATION_INVALID_PARMS",
            message: "failed conversing with component \(name): invalid params"
                + "%!(EXTRA string=\(reason))")
    }
}
