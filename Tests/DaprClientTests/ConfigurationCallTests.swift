import DaprProtos
import HTTP2
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("Configuration calls over real sockets")
struct ConfigurationCallTests {
    private typealias Update = Dapr_Proto_Runtime_V1_SubscribeConfigurationResponse
    private let options = CallOptions()

    @Test("over HTTP keys are encoded, and what is left out is empty")
    func http() async throws {
        try await withHTTPPeer { _ in
            .http(
                200,
                #"{"a b":{"value":"1","version":"7","metadata":{"m":"x"}},"c":{"value":"2"}}"#)
        } body: { peer, transport in
            let items = try await transport.getConfiguration(
                store: "s", keys: ["a b", "c&d"], metadata: ["p": "1"], options: options)
            #expect(
                items == [
                    "a b": ConfigurationItem("1", version: "7", metadata: ["m": "x"]),
                    "c": ConfigurationItem("2"),
                ])
            let path = try #require(await peer.requests.first?.fields[":path"])
            #expect(path == "/v1.0/configuration/s?key=a%20b&key=c%26d&metadata.p=1")
        }
    }

    @Test("over HTTP 204 is no item at all, and what is no JSON object is malformed")
    func httpAnswers() async throws {
        try await withHTTPPeer { request in
            request.number == 1 ? .http(204) : .http(200, request.number == 2 ? "[]" : "{")
        } body: { _, transport in
            let none = try await transport.getConfiguration(
                store: "s", keys: [], metadata: [:], options: options)
            #expect(none == [:])
            for _ in 0..<2 {
                let error = await #expect(throws: DaprError.self) {
                    try await transport.getConfiguration(
                        store: "s", keys: [], metadata: [:], options: options)
                }
                #expect(error?.kind == .malformedResponse)
            }
        }
    }

    @Test("HTTP has no streams, and says who has; it can unsubscribe")
    func httpStream() async throws {
        try await withHTTPPeer { request in
            request.number == 1
                ? .http(200, #"{"ok":true}"#)
                : .http(
                    500,
                    #"{"message":"failed to unsubscribe to configuration request x: "#
                        + #"subscription with id x does not exist"}"#)
        } body: { peer, transport in
            let error = await #expect(throws: DaprError.self) {
                _ = try await transport.subscribeConfiguration(
                    store: "s", keys: ["a"], metadata: [:], options: options)
            }
            #expect(error?.kind == .notSupported)
            #expect(error?.message.contains("gRPC") == true)
            try await transport.unsubscribeConfiguration(store: "s", id: "i", options: options)
            let path = await peer.requests.first?.fields[":path"]
            #expect(path == "/v1.0/configuration/s/i/unsubscribe")
            let unknown = await #expect(throws: DaprError.self) {
                try await transport.unsubscribeConfiguration(
                    store: "s", id: "x", options: options)
            }
            #expect(unknown?.kind == .notFound)
            #expect(unknown?.message.hasPrefix("failed to unsubscribe") == true)
        }
    }

    @Test("over gRPC a subscription gives its id, then changes, then its end")
    func stream() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            var changed = Update()
            changed.id = "i"
            changed.items["a"] = .with {
                $0.value = "1"; $0.version = "2"
            }
            let messages: [[UInt8]] = [
                try Update.with { $0.id = "i" }.serializedBytes(), try changed.serializedBytes(),
            ]
            await peer.answerStreams { _, event in
                guard case .message = event else { return [] }
                return [.head] + messages.map(PeerStep.message) + [.ok]
            }
            let stream = try await transport.subscribeConfiguration(
                store: "s", keys: ["a"], metadata: ["m": "x"], options: options)
            let id = try await stream.next()
            #expect(id == ConfigurationUpdate(id: "i"))
            let change = try await stream.next()
            #expect(change?.items == ["a": ConfigurationItem("1", version: "2")])
            let end = try await stream.next()
            #expect(end == nil)
            let request = try #require(await peer.requests.first)
            #expect(
                request.fields[":path"]
                    == "/dapr.proto.runtime.v1.Dapr/SubscribeConfiguration")
            #expect(request.fields["grpc-timeout"] == nil)
        }
    }

    @Test(
        "a stream that goes wrong says how",
        arguments: [
            ([.head, .message([0x0a, 0xff])], .malformedResponse),
            ([.head, .bytes([0, 0, 0, 0, 9, 1]), .ok], .malformedResponse),
            ([.head, .bytes([0, 0xff, 0xff, 0xff, 0xff])], .tooLarge),
            ([.head, .end], .malformedResponse),
            ([.head, .hangUp], .unavailable),
            ([.head, .reset(.internalError)], .malformedResponse),
            ([.head, .trailers([("grpc-status", "14")])], .unavailable),
            ([.head, .trailers([("grpc-status", "16")])], .unauthenticated),
        ] as [([PeerStep], DaprError.Kind)])
    func badStream(steps: [PeerStep], kind: DaprError.Kind) async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            await peer.answerStreams { _, event in
                guard case .message = event else { return [] }
                return steps
            }
            let stream = try await transport.subscribeConfiguration(
                store: "s", keys: ["a"], metadata: [:], options: options)
            let error = await #expect(throws: DaprError.self) { try await stream.next() }
            #expect(error?.kind == kind)
            // The peer goes on, so the client has to end it.
            if case .message? = steps.last { await peer.waitForResets(1) }
        }
    }

    @Test("letting go of a subscription cancels it")
    func letGo() async throws {
        try await withPeer { _ in
            .silence
        } body: { peer, transport, _ in
            await peer.answerStreams { _, _ in [] }
            do {
                let stream = try await transport.subscribeConfiguration(
                    store: "s", keys: ["a"], metadata: [:], options: options)
                await peer.waitForRequests(1)
                _ = stream
            }
            await peer.waitForResets(1)
        }
    }
}

@Suite("Lock calls over real sockets")
struct LockCallTests {
    private let options = CallOptions()

    @Test("over HTTP a lock is JSON, and its answer too")
    func http() async throws {
        try await withHTTPPeer { request in
            .http(200, request.number == 1 ? #"{"success":true}"# : #"{"status":2}"#)
        } body: { peer, transport in
            let isLocked = try await transport.tryLock(
                store: "s", resource: "r\"/", owner: "o", expiry: .seconds(60), options: options)
            #expect(isLocked)
            let result = try await transport.unlock(
                store: "s", resource: "r", owner: "o", options: options)
            #expect(result == .belongsToOthers)
            let requests = await peer.requests
            #expect(requests.map { $0.fields[":method"] } == ["POST", "POST"])
            #expect(
                requests.map { $0.fields[":path"] } == [
                    "/v1.0-alpha1/lock/s", "/v1.0-alpha1/unlock/s",
                ])
            #expect(
                requests.first?.text
                    == #"{"resourceId":"r\"/","lockOwner":"o","expiryInSeconds":60}"#)
        }
    }

    @Test(
        "what makes no sense over HTTP is malformed",
        arguments: ["", "{}", "[]", #"{"success":1,"status":"0"}"#, #"{"status":4}"#])
    func malformed(body: String) async throws {
        try await withHTTPPeer { _ in
            .http(200, body)
        } body: { _, transport in
            let lock = await #expect(throws: DaprError.self) {
                try await transport.tryLock(
                    store: "s", resource: "r", owner: "o", expiry: .seconds(1), options: options)
            }
            #expect(lock?.kind == .malformedResponse)
            let unlock = await #expect(throws: DaprError.self) {
                try await transport.unlock(
                    store: "s", resource: "r", owner: "o", options: options)
            }
            #expect(unlock?.kind == .malformedResponse)
        }
    }

    @Test(
        "over gRPC each status is a result; an unknown one is malformed",
        arguments: [
            ([], .success(.success)), ([8, 1], .success(.doesNotExist)),
            ([8, 2], .success(.belongsToOthers)), ([8, 3], .success(.internalError)),
            ([8, 4], .failure(.malformedResponse)), ([8], .failure(.malformedResponse)),
        ] as [([UInt8], Outcome)])
    func grpc(message: [UInt8], outcome: Outcome) async throws {
        try await withPeer { _ in
            .message(message)
        } body: { _, transport, _ in
            switch outcome {
            case .success(let expected):
                let result = try await transport.unlock(
                    store: "s", resource: "r", owner: "o", options: options)
                #expect(result == expected)
            case .failure(let kind):
                let error = await #expect(throws: DaprError.self) {
                    try await transport.unlock(
                        store: "s", resource: "r", owner: "o", options: options)
                }
                #expect(error?.kind == kind)
            }
        }
    }

    enum Outcome {
        case success(UnlockResult)
        case failure(DaprError.Kind)
    }

    @Test(
        "an expiry is whole seconds that 32 bits hold, checked before anything is sent",
        arguments: [
            (.zero, nil), (.seconds(-1), nil), (.milliseconds(1500), nil),
            (.nanoseconds(1), nil), (.seconds(Int64(Int32.max) + 1), nil), (.seconds(1), 1),
            (.milliseconds(2000), 2), (.seconds(Int64(Int32.max)), Int32.max),
        ] as [(Duration, Int32?)])
    func expiry(expiry: Duration, seconds: Int32?) {
        do throws(DaprError) {
            let result = try LockExpiry.seconds(expiry)
            #expect(result == seconds)
        } catch {
            #expect(seconds == nil)
            #expect(error.kind == .invalidArgument)
            #expect(error.isUnprocessed)
        }
    }
}
