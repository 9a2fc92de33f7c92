import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import DaprClient
@testable import GatewayRoutes

@Suite("Conversation")
struct ConversationTests {
    private let answered = ConversationResponse(
        contextID: "c",
        outputs: [
            .init(
                choices: [
                    .init(
                        text: "Hi!", toolCalls: [.init(id: "0", name: "f", arguments: "{}")],
                        finishReason: "tool_calls", index: 0)
                ], model: "m",
                usage: .init(
                    promptTokens: 1, completionTokens: 2, totalTokens: 3, reasoningTokens: 4,
                    cachedPromptTokens: 5))
        ])

    private static let document =
        #"{"contextId":"c","outputs":[{"choices":[{"index":0,"finishReason":"tool_calls","#
        + #""message":{"content":"Hi!","toolCalls":[{"id":"0","function":{"name":"f","#
        + #""arguments":"{}"}}]}}],"model":"m","usage":{"promptTokens":1,"completionTokens":2,"#
        + #""totalTokens":3,"reasoningTokens":4,"cachedPromptTokens":5}}]}"#

    @Test(
        "text in, text out, unless JSON is asked for",
        arguments: [
            (nil, nil, "Hi!"), ("text/plain; charset=utf-8", nil, "Hi!"),
            ("application/x-www-form-urlencoded", "*/*", "Hi!"),
            (nil, "application/json", ConversationTests.document),
        ] as [(String?, String?, String)])
    func text(type: String?, accept: String?, answer: String) async {
        let dapr = FakeDapr { $0.answers.conversation = answered }
        var fields: [(name: String, value: String)] = []
        if let type { fields.append(("Content-Type", type)) }
        if let accept { fields.append(("Accept", accept)) }
        let response = await dapr.send(
            .post, "/v1/conversation/llm?metadata.a=b", fields, body: "What is Dapr?")
        #expect(response.text == answer)
        #expect(
            response.fields[.contentType]
                == (answer == "Hi!" ? "text/plain; charset=utf-8" : "application/json"))
        var question = ConversationRequest([.init([.user("What is Dapr?")])])
        question.metadata = ["a": "b"]
        #expect(dapr.now.answers.question == question)
        #expect(dapr.calls == ["converse llm"])
    }

    @Test("a request with everything")
    func everything() async {
        let dapr = FakeDapr { $0.answers.conversation = answered }
        let response = await dapr.send(
            .post, "/v1/conversation/llm", [("Content-Type", "application/json")],
            body: #"""
                {"inputs":[{"messages":[
                    {"role":"developer","content":"d"},{"role":"system","content":"s","name":"n"},
                    {"role":"user","content":"u"},
                    {"role":"assistant","toolCalls":[
                        {"id":"0","function":{"name":"f","arguments":"{}"}}]},
                    {"role":"tool","content":"t","name":"f","toolId":"0"}],"scrubPii":true}],
                 "contextId":"c","temperature":0.5,"toolChoice":"auto","scrubPii":true,
                 "tools":[{"function":{"name":"f","description":"does","parameters":{"type":"object"}}}],
                 "responseFormat":{"type":"object"},"promptCacheRetention":"1h",
                 "parameters":{"t":"x","i":1,"n":1.5,"b":true},"metadata":{"k":"v"}}
                """#)
        #expect(response.short == "200 \(Self.document)")
        var question = ConversationRequest(
            [
                .init(
                    [
                        .developer("d"), .system("s", name: "n"), .user("u"),
                        .assistant("", toolCalls: [.init(id: "0", name: "f", arguments: "{}")]),
                        .tool("t", callID: "0", name: "f"),
                    ], scrubsPersonalData: true)
            ], contextID: "c", temperature: 0.5)
        question.toolChoice = "auto"
        question.scrubsPersonalData = true
        question.tools = [
            .init(
                name: "f", description: "does", parameters: Array(#"{"type":"object"}"#.utf8))
        ]
        question.responseFormat = Array(#"{"type":"object"}"#.utf8)
        question.promptCacheRetention = .seconds(3600)
        question.parameters = [
            "t": .text("x"), "i": .integer(1), "n": .number(1.5), "b": .bool(true),
        ]
        question.metadata = ["k": "v"]
        #expect(dapr.now.answers.question == question)
    }

    @Test("an object that nobody called JSON is a request, other JSON is a text")
    func sniffed() async {
        let dapr = FakeDapr()
        _ = await dapr.send(
            .post, "/v1/conversation/llm",
            [("Content-Type", "application/x-www-form-urlencoded")],
            body: #"{"messages":[{"role":"user","content":"a"}]}"#)
        #expect(dapr.now.answers.question == ConversationRequest([.init([.user("a")])]))
        _ = await dapr.send(.post, "/v1/conversation/llm", body: "17")
        #expect(dapr.now.answers.question == ConversationRequest([.init([.user("17")])]))
    }

    @Test(
        "a bad request is refused and says why",
        arguments: [
            ("", "not JSON"), ("[]", "the request is not an object"),
            ("{}", "either 'messages' or 'inputs'"),
            (#"{"messages":[]}"#, "no messages"), (#"{"inputs":[{"messages":[]}]}"#, "no messages"),
            (#"{"inputs":[{}]}"#, "input 1 has no 'messages'"),
            (#"{"messages":[],"inputs":[]}"#, "either"),
            (#"{"messages":[{"content":"a"}]}"#, "message 1 has no 'role'"),
            (#"{"messages":[{"role":"user"}]}"#, "message 1 has no 'content'"),
            (
                #"{"messages":[{"role":"user","content":"a"},{"role":"boss","content":"a"}]}"#,
                "message 2 has the 'role' 'boss'"
            ),
            (#"{"messages":[{"role":"tool","content":"a"}]}"#, "message 1 has no 'name'"),
            (
                #"{"messages":[{"role":"user","content":"a","toolCalls":[]}]}"#,
                "unknown member 'toolCalls'"
            ),
            (
                #"{"messages":[{"role":"assistant","toolCalls":[{}]}]}"#,
                "tool call 1 has no 'function'"
            ),
            (#"{"messages":[{"role":"user","content":"a"}],"temperature":"hot"}"#, "'temperature'"),
            (#"{"messages":[{"role":"user","content":"a"}],"tools":[{"name":"f"}]}"#, "tool 1"),
            (
                #"{"messages":[{"role":"user","content":"a"}],"parameters":{"a":[]}}"#,
                "the parameter 'a'"
            ),
            (
                #"{"messages":[{"role":"user","content":"a"}],"metadata":{"a":1}}"#,
                "'a' in 'metadata'"
            ),
            (
                #"{"messages":[{"role":"user","content":"a"}],"promptCacheRetention":"x"}"#,
                "'promptCacheRetention' 'x'"
            ),
            (
                #"{"messages":[{"role":"user","content":"a"}],"contextID":"c"}"#,
                "did you mean 'contextId'?"
            ),
        ])
    func badRequest(body: String, detail: String) async {
        let dapr = FakeDapr()
        let response = await dapr.send(
            .post, "/v1/conversation/llm", [("Content-Type", "application/json")], body: body)
        #expect(response.problem == "invalid-body")
        #expect(response.detail?.contains(detail) == true, "\(response.text)")
        #expect(dapr.calls == [])
    }

    @Test("a text is not empty and UTF-8, and other types are none")
    func badText() async {
        let dapr = FakeDapr()
        #expect(await dapr.send(.post, "/v1/conversation/llm").problem == "invalid-body")
        #expect(
            await dapr.send(.post, "/v1/conversation/llm", content: .bytes([0xFF])).problem
                == "invalid-body")
        #expect(
            await dapr.send(
                .post, "/v1/conversation/llm", [("Content-Type", "image/png")], body: "x"
            ).problem == "unsupported-media-type")
        #expect(await dapr.send(.post, "/v1/conversation/-", body: "x").problem == "no-default")
        #expect(dapr.calls == [])
    }
}
