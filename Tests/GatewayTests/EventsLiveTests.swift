import DaprClient
import EventLoop
import Gateway
import JSON
import TestSupport
import Testing

/// What waits and what streams: pull subscriptions and watched configuration, over real sockets.
@Suite("Events through a gateway and a sidecar")
struct EventsLiveTests {
    private static let grpc = [
        Setup(protocol: .grpc, shards: 1), Setup(protocol: .auto, shards: 1),
        Setup(protocol: .auto, shards: 3),
    ]
    private static let topic = "/v1/subscriptions/-/orders"
    private static let greeting = "/v1/configuration/-/greeting"
    private static let acceptEvents = ["Accept": "text/event-stream"]

    /// A gateway that lets go of the sidecar soon, so that a test can see it.
    private func withGateway(
        _ setup: Setup, change: (inout Configuration) -> Void = { _ in },
        _ body: (LiveGateway, _ sidecar: SocketAddress) throws -> Void
    ) throws {
        var sidecar: SocketAddress?
        try GatewayTests.withGateway(
            setup,
            change: { configuration in
                configuration.limits.subscriptionIdle = .milliseconds(300)
                sidecar = configuration.sidecar.http.flatMap { SocketAddress($0) }
                change(&configuration)
            }
        ) { gateway in
            try body(gateway, try #require(sidecar))
        }
    }

    /// One request on a connection of its own, which any shard may get.
    private func send(
        _ gateway: LiveGateway, _ method: String, _ target: String,
        _ fields: [String: String] = [:], _ body: String? = nil
    ) throws -> WireResponse {
        let client = gateway.client()
        defer { client.close() }
        client.send(
            LiveGateway.request(method, target, fields, body.map { Array($0.utf8) }))
        return try gateway.response(client)
    }

    private func open(
        _ gateway: LiveGateway, _ target: String, _ fields: [String: String] = [:]
    ) -> TestClient {
        let client = gateway.client()
        client.send(LiveGateway.request("GET", target, fields))
        return client
    }

    private func waitForStreams(_ gateway: LiveGateway, _ count: Double) throws {
        try gateway.wait(for: "\(count) streams") {
            $0["daprgw_sidecar_streams{api=\"grpc\"}"] == count
        }
    }

    private func set(
        _ gateway: LiveGateway, _ sidecar: SocketAddress, _ value: String
    ) throws {
        let client = TestClient(to: sidecar, on: gateway.loop)
        defer { client.close() }
        client.send(
            LiveGateway.request(
                "PUT", "/dev/configuration/configstore/greeting", [:], Array(value.utf8)))
        #expect(try gateway.response(client).status == 204)
    }

    private func ids(_ response: WireResponse) throws -> [String] {
        let messages = try JSONDocument(parsing: response.content).root["messages"]
        return messages?.elements.compactMap { $0["id"]?.stringValue } ?? []
    }

    // MARK: - Pull

    @Test(
        "a message is pulled and acknowledged, whichever shards get the requests", arguments: grpc)
    func pull(_ setup: Setup) throws {
        try withGateway(setup) { gateway, _ in
            for number in 1...8 {
                let poller = open(gateway, "\(Self.topic)?wait=30s")
                defer { poller.close() }
                try waitForStreams(gateway, 1)
                let published = try send(
                    gateway, "POST", "/v1/publish/-/orders", [:], #"{"number":\#(number)}"#)
                #expect(published.status == 204)
                let response = try gateway.response(poller)
                #expect(response.status == 200)
                #expect(
                    response.body.contains(#""data":{"number":\#(number)}"#), "\(response.body)")
                let id = try #require(try ids(response).first)
                let body = #"{"ids":["\#(id)"],"status":"success"}"#
                let first = try send(gateway, "POST", "\(Self.topic)/ack", [:], body)
                #expect(first.status == 204, "\(first.body)")
                let second = try send(gateway, "POST", "\(Self.topic)/ack", [:], body)
                #expect(second.status == 404, "\(second.body)")
            }
            // Nobody polls, so the stream to the sidecar ends.
            try waitForStreams(gateway, 0)
        }
    }

    @Test("a message that was not acknowledged in time comes again", arguments: grpc)
    func redelivery(_ setup: Setup) throws {
        try withGateway(setup) { gateway, _ in
            let poller = open(gateway, "\(Self.topic)?ack=1s")
            defer { poller.close() }
            try waitForStreams(gateway, 1)
            _ = try send(gateway, "POST", "/v1/publish/-/orders", [:], "1")
            let first = try gateway.response(poller)
            let none = try send(gateway, "GET", "\(Self.topic)?wait=0")
            #expect(none.body == #"{"messages":[]}"#)
            let again = try send(gateway, "GET", "\(Self.topic)?wait=30s&ack=30s")
            #expect(try ids(again) == ids(first))
            #expect(again.body.contains(#""attempt":2"#))
            let id = try #require(try ids(again).first)
            let body = #"{"ids":["\#(id)"],"status":"drop"}"#
            #expect(try send(gateway, "POST", "\(Self.topic)/ack", [:], body).status == 204)
        }
    }

    @Test("a client of a stream that hangs up gives its messages to others", arguments: grpc)
    func hangUp(_ setup: Setup) throws {
        try withGateway(setup) { gateway, _ in
            let stream = open(gateway, Self.topic, Self.acceptEvents)
            try gateway.loop.wait(for: "the stream") { stream.text.contains("retry: 3000\n\n") }
            #expect(stream.text.contains("Content-Type: text/event-stream"))
            _ = try send(gateway, "POST", "/v1/publish/-/orders", [:], #"{"id":17}"#)
            try gateway.loop.wait(for: "the event") { stream.text.contains(#""data":{"id":17}"#) }
            let poller = open(gateway, "\(Self.topic)?wait=30s")
            defer { poller.close() }
            stream.close()
            let response = try gateway.response(poller)
            #expect(response.body.contains(#""attempt":2"#), "\(response.body)")
            let id = try #require(try ids(response).first)
            let body = #"{"ids":["\#(id)"]}"#
            #expect(try send(gateway, "POST", "\(Self.topic)/ack", [:], body).status == 204)
        }
    }

    @Test("what waits is not ended by the deadline of calls", arguments: grpc)
    func deadline(_ setup: Setup) throws {
        try withGateway(setup, change: { $0.limits.timeout = .milliseconds(400) }) { gateway, _ in
            let stream = open(gateway, Self.greeting, Self.acceptEvents)
            defer { stream.close() }
            try gateway.loop.wait(for: "the value") { stream.text.contains("data: hello") }
            let start = gateway.loop.now
            let poll = try send(gateway, "GET", "\(Self.topic)?wait=1s")
            #expect(poll.body == #"{"messages":[]}"#)
            #expect(gateway.loop.now - start >= .seconds(1))
            #expect(!stream.isClosed)
        }
    }

    @Test("what does not exist is told at once", arguments: grpc)
    func unknown(_ setup: Setup) throws {
        try withGateway(setup) { gateway, _ in
            for target in ["/v1/subscriptions/nowhere/t", "/v1/configuration/nowhere/k"] {
                for fields in [[:], Self.acceptEvents] {
                    let response = try send(gateway, "GET", target, fields)
                    #expect(response.status == 404, "\(response.body)")
                    #expect(response.body.contains("no-such-component"))
                }
            }
        }
    }

    @Test("the HTTP API has no streams of events")
    func http() throws {
        try withGateway(Setup(protocol: .http, shards: 1)) { gateway, _ in
            let response = try send(gateway, "GET", Self.topic)
            #expect(response.status == 501, "\(response.body)")
            #expect(try send(gateway, "GET", Self.greeting).body == "hello")
        }
    }

    // MARK: - Configuration

    @Test("changes are streamed to all who watch, over one subscription", arguments: grpc)
    func watch(_ setup: Setup) throws {
        try withGateway(setup) { gateway, sidecar in
            let streams = (0..<6).map { _ in open(gateway, Self.greeting, Self.acceptEvents) }
            defer { for stream in streams { stream.close() } }
            for stream in streams {
                try gateway.loop.wait(for: "the value") {
                    stream.text.contains("id: 1\ndata: hello\n\n")
                }
            }
            try waitForStreams(gateway, 1)
            try set(gateway, sidecar, "bye||2")
            for stream in streams {
                try gateway.loop.wait(for: "the change") {
                    stream.text.contains("id: 2\ndata: bye\n\n")
                }
            }
            for stream in streams { stream.close() }
            try waitForStreams(gateway, 0)
        }
    }

    @Test("a long poll ends with a change, or with its time", arguments: grpc)
    func longPoll(_ setup: Setup) throws {
        try withGateway(setup) { gateway, sidecar in
            let known = ["If-None-Match": "\"1\""]
            let late = try send(gateway, "GET", "\(Self.greeting)?wait=200ms", known)
            #expect(late.status == 304)
            let poller = open(gateway, "\(Self.greeting)?wait=30s", known)
            defer { poller.close() }
            try waitForStreams(gateway, 1)
            try set(gateway, sidecar, "bye||2")
            let response = try gateway.response(poller)
            #expect(response.status == 200)
            #expect(response.body == "bye")
            #expect(response["ETag"] == "\"2\"")
        }
    }

    // MARK: - The end

    @Test("shutting down ends streams with a pause, long polls with what there is", arguments: grpc)
    func shutdown(_ setup: Setup) throws {
        try withGateway(setup) { gateway, _ in
            let streams = [Self.topic, Self.greeting].map {
                open(gateway, $0, Self.acceptEvents)
            }
            for stream in streams {
                try gateway.loop.wait(for: "the stream") { stream.text.contains("retry: 3000") }
            }
            let pull = open(gateway, "\(Self.topic)?wait=60s")
            let poll = open(gateway, "\(Self.greeting)?wait=60s", ["If-None-Match": "\"1\""])
            try gateway.wait(for: "all four") { $0["daprgw_http_requests_in_flight"] == 4 }
            // A shard answers this after what it had begun: now they wait, too.
            for _ in 0..<3 { _ = try gateway.metrics() }
            let start = gateway.loop.now
            try gateway.stop()
            #expect(gateway.loop.now - start < .seconds(4))
            #expect(try gateway.response(pull).body == #"{"messages":[]}"#)
            #expect(try gateway.response(poll).status == 304)
            for stream in streams {
                let response = try gateway.response(stream)
                let lines = response.body.split(separator: "\n")
                let last = try #require(lines.last)
                #expect(last.hasPrefix("retry: ") && last != "retry: 3000", "\(response.body)")
            }
            for client in streams + [pull, poll] { client.close() }
        }
    }
}
