import DaprProtos
import HTTP2
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("Actors over real sockets")
struct ActorsTests {
    private let options = CallOptions()
    private let actor = ActorReference(type: "T/1", id: "a b#%\u{e9}")

    @Test("over HTTP ids are percent-encoded, and arguments and metadata arrive")
    func invokeOverHTTP() async throws {
        try await withHTTPPeer { _ in
            .http(200, "[1]")
        } body: { peer, transport in
            let trace = TraceContext(parent: "00-1-2-01", state: "s=1", baggage: "b=2")
            let answer = try await transport.invokeActor(
                actor, method: "m?", data: Array("{}".utf8),
                metadata: ["X-A": "1", "content-type": "text/plain", "host": "no"],
                options: CallOptions(trace: trace))
            #expect(answer == Array("[1]".utf8))
            let request = try #require(await peer.requests.first)
            #expect(
                request.fields[":path"] == "/v1.0/actors/T%2F1/a%20b%23%25%C3%A9/method/m%3F")
            #expect(request.fields[":method"] == "POST")
            #expect(request.fields["x-a"] == "1")
            #expect(request.fields["content-type"] == "text/plain")
            #expect(request.fields["host"] == nil)
            #expect(request.fields["traceparent"] == "00-1-2-01")
            #expect(request.fields["tracestate"] == "s=1")
            #expect(request.fields["baggage"] == "b=2")
            #expect(request.text == "{}")
        }
    }

    @Test("over gRPC ids stay as they are")
    func invokeOverGRPC() async throws {
        var response = Dapr_Proto_Runtime_V1_InvokeActorResponse()
        response.data = [7].data
        let bytes: [UInt8] = try response.serializedBytes()
        try await withPeer { _ in
            .message(bytes)
        } body: { peer, transport, _ in
            let trace = TraceContext(parent: "00-1-2-01", state: "s=1", baggage: "b=2")
            let answer = try await transport.invokeActor(
                actor, method: "m?", data: [1, 2], metadata: ["a": "b"],
                options: CallOptions(trace: trace))
            #expect(answer == [7])
            let sent = try #require(await peer.requests.first)
            #expect(sent.fields[":path"] == "/dapr.proto.runtime.v1.Dapr/InvokeActor")
            #expect(sent.fields["traceparent"] == "00-1-2-01")
            #expect(sent.fields["tracestate"] == "s=1")
            #expect(sent.fields["baggage"] == "b=2")
            let message = try Dapr_Proto_Runtime_V1_InvokeActorRequest(
                serializedBytes: sent.message)
            #expect(message.actorType == actor.type)
            #expect(message.actorID == actor.id)
            #expect(message.method == "m?")
            #expect(message.data.array == [1, 2])
            #expect(message.metadata == ["a": "b"])
        }
    }

    @Test("an error that the actor itself answers is one")
    func actorError() async throws {
        try await withHTTPPeer { _ in
            .http(200, "no money", [("x-daprerrorresponseheader", "1")])
        } body: { _, transport in
            let error = await #expect(throws: DaprError.self) {
                try await transport.invokeActor(
                    actor, method: "m", data: [], metadata: [:], options: options)
            }
            #expect(error?.kind == .componentFailed)
            #expect(error?.message == "no money")
        }
    }

    @Test("reminders and timers carry their times, data and options over HTTP")
    func schedulesOverHTTP() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            try await transport.registerActorReminder(
                actor,
                ActorReminder(
                    name: "r/1", dueTime: .after(.seconds(86400)),
                    period: .every(.seconds(90)), ttl: .at(Timestamp("2026-11-24T06:00:00Z")),
                    data: [1, 2, 3], overwrites: false), options: options)
            try await transport.registerActorTimer(
                actor,
                ActorTimer(
                    name: "t", period: ActorPeriod(.seconds(10), repetitions: 5), callback: "tick"),
                options: options)
            try await transport.unregisterActorReminder(actor, name: "r/1", options: options)
            try await transport.unregisterActorTimer(actor, name: "t", options: options)
            let requests = await peer.requests
            let base = "/v1.0/actors/T%2F1/a%20b%23%25%C3%A9/"
            #expect(
                requests.map { $0.fields[":method"] } == ["POST", "POST", "DELETE", "DELETE"])
            #expect(
                requests.map { $0.fields[":path"] }
                    == ["reminders/r%2F1", "timers/t", "reminders/r%2F1", "timers/t"]
                    .map { base + $0 })
            #expect(
                requests[0].text == """
                    {"dueTime":"24h0m0s","period":"1m30s","ttl":"2026-11-24T06:00:00Z",\
                    "data":"AQID","overwrite":false}
                    """)
            #expect(requests[1].text == #"{"period":"R5/PT10S","callback":"tick"}"#)
        }
    }

    @Test(
        "a reminder's data comes back as the bytes that were registered",
        arguments: [
            (#""AQID""#, [1, 2, 3]), (#"{"a": 1}"#, Array(#"{"a": 1}"#.utf8)),
            (#""no base64!""#, Array(#""no base64!""#.utf8)), ("null", []),
        ] as [(String, [UInt8])])
    func reminderData(stored: String, data: [UInt8]) async throws {
        let expected = RegisteredReminder(
            actor: actor, name: "r", periodText: "@every 10s",
            ttl: .at(try Timestamp("2026-11-24T06:00:00Z")), data: data)
        try await withHTTPPeer { _ in
            .http(
                200,
                #"{"actorID":"1","data":\#(stored),"period":"@every 10s","ttl":"2026-11-24T06:00:00Z"}"#
            )
        } body: { _, transport in
            let reminder = try await transport.getActorReminder(
                actor, name: "r", options: options)
            #expect(reminder == expected)
        }
        var response = Dapr_Proto_Runtime_V1_GetActorReminderResponse()
        response.period = "@every 10s"
        response.ttl = "2026-11-24T06:00:00Z"
        response.data = try Google_Protobuf_Any(
            message: Google_Protobuf_BytesValue(Array(stored.utf8).data))
        let bytes: [UInt8] = try response.serializedBytes()
        try await withPeer { _ in
            .message(bytes)
        } body: { _, transport, _ in
            let reminder = try await transport.getActorReminder(
                actor, name: "r", options: options)
            #expect(reminder == expected)
        }
    }

    @Test("a missing reminder is nil, other failures are errors")
    func missingReminder() async throws {
        try await withHTTPPeer { request in
            request.number == 1
                ? .http(404, #"{"errorCode":"ERR_ACTOR_REMINDER_NOT_FOUND","message":"r"}"#)
                : .http(500, #"{"errorCode":"ERR_ACTOR_REMINDER_GET","message":"r"}"#)
        } body: { _, transport in
            let missing = try await transport.getActorReminder(actor, name: "r", options: options)
            #expect(missing == nil)
            let error = await #expect(throws: DaprError.self) {
                try await transport.getActorReminder(actor, name: "r", options: options)
            }
            #expect(error?.kind == .componentFailed)
        }
    }

    @Test("what the HTTP API cannot do is said, and nothing is sent")
    func onlyOverGRPC() async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            let reminder = ActorReminder(name: "r", dueTime: .after(.zero), failurePolicy: .drop)
            let binary = ActorStateOperation.upsert(key: "k", value: [0xFF])
            let calls: [() async throws -> Void] = [
                {
                    _ = try await transport.listActorReminders(type: "T", id: nil, options: options)
                },
                {
                    try await transport.unregisterActorReminders(
                        type: "T", id: "1", options: options)
                },
                { try await transport.registerActorReminder(actor, reminder, options: options) },
                {
                    try await transport.executeActorStateTransaction(
                        actor, operations: [binary], options: options)
                },
            ]
            for call in calls {
                let error = await #expect(throws: DaprError.self) { try await call() }
                #expect(error?.kind == .notSupported)
                #expect(error?.message.contains("gRPC") == true)
                #expect(error?.isUnprocessed == true)
            }
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test(
        "empty names, past times to live and values over the limit are refused, and nothing is sent"
    )
    func invalidArguments() async throws {
        try await withPeer { _ in
            .message([])
        } body: { peer, grpc, pool in
            var settings = grpc.settings
            settings.maxBodySize = 8
            let limited: [any DaprAPI] = [
                try GRPCTransport(pool: pool, settings: settings),
                try HTTPTransport(pool: pool, settings: settings),
            ]
            let long = [UInt8](repeating: 0x31, count: 9)
            for api in limited {
                let calls: [(DaprError.Kind, () async throws -> Void)] = [
                    (
                        .invalidArgument,
                        { _ = try await api.invokeActor(.init(type: "", id: "1"), "m") }
                    ),
                    (
                        .invalidArgument,
                        { _ = try await api.invokeActor(.init(type: "T", id: ""), "m") }
                    ),
                    (.invalidArgument, { _ = try await api.invokeActor(actor, "") }),
                    (
                        .invalidArgument,
                        { _ = try await api.getActorState(actor, key: "", options: options) }
                    ),
                    (
                        .invalidArgument,
                        {
                            try await api.executeActorStateTransaction(
                                actor,
                                operations: [.upsert(key: "k", value: [0x31], ttl: .seconds(-1))],
                                options: options)
                        }
                    ),
                    (.tooLarge, { _ = try await api.invokeActor(actor, "m", long) }),
                    (
                        .tooLarge,
                        {
                            try await api.registerActorTimer(
                                actor, ActorTimer(name: "t", data: long), options: options)
                        }
                    ),
                ]
                for (kind, call) in calls {
                    let error = await #expect(throws: DaprError.self) { try await call() }
                    #expect(error?.kind == kind)
                }
            }
            #expect(await peer.requests.isEmpty)
        }
    }

    @Test(
        "failures of actors have the same kind over both APIs",
        arguments: [
            (
                "ERR_ACTOR_NO_PLACEMENT", 400, 14, "placement service is not configured",
                .notSupported
            ),
            ("ERR_ACTOR_INSTANCE_MISSING", 400, 13, "actor instance is missing", .notFound),
            (
                "ERR_ACTOR_INVOKE_METHOD", 500, 13,
                "error invoke actor method: did not find address for actor 'T||1'", .noSuchComponent
            ),
            (
                "ERR_ACTOR_INVOKE_METHOD", 500, 13,
                "error invoke actor method: actor method not found: m", .notFound
            ),
            (
                "ERR_ACTOR_INVOKE_METHOD", 500, 13,
                "error invoke actor method: error from actor service: (500) boom", .componentFailed
            ),
            (
                "ERR_ACTOR_RUNTIME_NOT_FOUND", 500, 13,
                "the state store is not configured to use the actor runtime", .noSuchComponent
            ),
            ("ERR_ACTOR_RUNTIME_CLOSED", 503, 14, "actor runtime is closed", .unavailable),
            ("ERR_ACTOR_REMINDER_NON_HOSTED", 403, 7, "operations on actor reminders", .denied),
            ("ERR_ACTOR_TYPE_RESERVED", 403, 7, "actor type is reserved", .denied),
            ("ERR_ACTOR_REMINDER_ALREADY_EXISTS", 409, 6, "exists: r", .conflict),
            ("ERR_ACTOR_REMINDER_NOT_FOUND", 404, 5, "not found: r", .notFound),
            ("ERR_ACTOR_STACK_DEPTH", 500, 8, "maximum stack depth exceeded", .componentFailed),
            (
                "ERR_ACTOR_REMINDER_CREATE", 500, 13,
                "error creating actor reminder: unsupported period format: P1D", .invalidArgument
            ),
            ("ERR_ACTOR_STATE_GET", 500, 13, "error getting actor state: x", .componentFailed),
            ("ERR_ACTOR_TIMER_CREATE", 500, 13, "error creating actor timer: x", .componentFailed),
        ] as [(String, Int, Int, String, DaprError.Kind)])
    func errors(code: String, http: Int, grpc: Int, message: String, kind: DaprError.Kind) {
        #expect(
            DaprError(httpStatus: http, code: code, message: message, in: .actors).kind == kind)
        #expect(DaprError.kind(ofGRPC: grpc, message) == kind)
    }
}

extension DaprAPI {
    fileprivate func invokeActor(
        _ actor: ActorReference, _ method: String, _ data: [UInt8] = []
    ) async throws(DaprError) -> [UInt8] {
        try await invokeActor(
            actor, method: method, data: data, metadata: [:], options: CallOptions())
    }
}

extension DaprError {
    fileprivate static func kind(ofGRPC code: Int, _ message: String) -> Kind {
        DaprError(GRPCStatus(code: code, message: message), in: .actors).kind
    }
}
