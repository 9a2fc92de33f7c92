import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Pull subscriptions", .timeLimit(.minutes(1)))
struct SubscriptionTests {
    private let client = FacadeClient()
    private var events: FakeEvents { client.events }
    private static let path = "/v1/subscriptions/-/orders"

    /// A client whose sidecar has subscribed already.
    private func subscribe() async {
        #expect(await client.get("\(Self.path)?wait=0").short == #"200 {"messages":[]}"#)
    }

    private func acknowledge(_ ids: [String], _ status: String = "success") async -> Response {
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        return await client.send(
            .post, "\(Self.path)/ack", body: #"{"ids":[\#(list)],"status":"\#(status)"}"#)
    }

    @Test("a message comes with its event, and is acknowledged")
    func pull() async throws {
        await subscribe()
        async let polled = client.get("\(Self.path)?max=5&wait=30s")
        await events.send("e-1", #"{"n": 1}"#)
        let response = await polled
        let id = try #require(response.ids.first)
        #expect(
            response.text
                == #"{"messages":[{"id":"\#(id)","attempt":1,"event":{"specversion":"1.0","#
                + #""id":"e-1","source":"test","type":"t","pubsubname":"pubsub","topic":"orders","#
                + #""datacontenttype":"application/json","data":{"n": 1}}}]}"#)
        #expect(response.fields[.cacheControl] == "no-store")
        #expect(events.answers == [])
        #expect(await acknowledge([id]).short == "204")
        #expect(events.answers == ["success e-1"])
        #expect(await acknowledge([id]).problem == "not-found")
        #expect(events.now.calls.count { $0.hasPrefix("subscribe") } == 1)
    }

    @Test(
        "data is JSON, a text or Base64",
        arguments: [
            ("application/json", "[1, 2]", #""data":[1, 2]"#),
            ("application/vnd.x+json", "{}", #""data":{}"#),
            ("application/json", "no json", #""data":"no json""#),
            ("text/plain", "a\"b", #""data":"a\"b""#),
        ])
    func data(type: String, content: String, member: String) async {
        await subscribe()
        async let polled = client.get(Self.path)
        await events.send("e", content, type: type)
        #expect(await polled.text.contains(member))
    }

    @Test("those who poll at the same time share one subscription, and the messages")
    func sharing() async {
        await subscribe()
        async let first = client.get("\(Self.path)?max=1")
        async let second = client.get("\(Self.path)?max=1")
        await events.send("a")
        await events.send("b")
        let ids = await first.eventIDs + second.eventIDs
        #expect(ids.sorted() == ["a", "b"])
        #expect(events.now.topics.count == 1)
    }

    @Test("a poll that finds nothing ends when its time is up")
    func nothing() async {
        await subscribe()
        async let polled = client.get("\(Self.path)?wait=20s")
        await client.time.pass(.seconds(20))
        #expect(await polled.short == #"200 {"messages":[]}"#)
    }

    @Test(
        "what is not answered in time is offered again, under the same id, and RETRY is never sent")
    func redelivery() async {
        await subscribe()
        async let polled = client.get("\(Self.path)?ack=5s")
        await events.send("a")
        let first = await polled
        async let again = client.get("\(Self.path)?wait=30s")
        await client.time.pass(.seconds(5))
        let second = await again
        #expect(second.ids == first.ids)
        #expect(second.text.contains(#""attempt":2"#))
        #expect(events.answers == [])
        #expect(await acknowledge(first.ids).short == "204")
        #expect(events.answers == ["success a"])
    }

    @Test("retry offers a message again without the sidecar, drop tells it")
    func otherAnswers() async {
        await subscribe()
        async let polled = client.get(Self.path)
        await events.send("a")
        let ids = await polled.ids
        #expect(await acknowledge(ids, "retry").short == "204")
        #expect(events.answers == [])
        let again = await client.get("\(Self.path)?wait=0")
        #expect(again.ids == ids)
        #expect(await acknowledge(ids, "drop").short == "204")
        #expect(events.answers == ["drop a"])
    }

    @Test("of several ids those that are unknown are told")
    func partlyUnknown() async {
        await subscribe()
        async let polled = client.get(Self.path)
        await events.send("a")
        let ids = await polled.ids
        let response = await acknowledge(["nothing"] + ids)
        #expect(response.status.code == 207)
        #expect(response.json?["failed"]?.arrayValue?.count == 1)
        #expect(response.json?["failed"]?.arrayValue?.first?["id"]?.stringValue == "nothing")
        #expect(events.answers == ["success a"])
    }

    @Test(
        "an answer that is none is refused",
        arguments: [
            ("{", "invalid-body"), ("{}", "invalid-body"), (#"{"ids":[]}"#, "invalid-body"),
            (#"{"ids":[1]}"#, "invalid-body"), (#"{"ids":["a"],"state":"x"}"#, "invalid-body"),
            (#"{"ids":["a"],"status":"maybe"}"#, "invalid-body"), (#"{"ids":["a"]}"#, "not-found"),
        ])
    func badAnswers(body: String, problem: String) async {
        let response = await client.send(.post, "\(Self.path)/ack", body: body)
        #expect(response.problem == problem)
    }

    @Test(
        "what cannot be polled for is refused before the sidecar is asked",
        arguments: [
            ("\(path)?max=0", "invalid-parameter"), ("\(path)?max=101", "invalid-parameter"),
            ("\(path)?ack=0", "invalid-parameter"), ("\(path)?ack=2h", "invalid-parameter"),
            ("\(path)?wait=61s", "invalid-parameter"), ("\(path)?wiat=1s", "unknown-parameter"),
            ("/v1/subscriptions/-/", "invalid-path"), ("/v1/subscriptions/-/..", "invalid-path"),
            ("/v1/subscriptions/a%20b/t", "invalid-name"),
        ])
    func refused(target: String, problem: String) async {
        #expect(await client.get(target).problem == problem)
        #expect(events.now.calls == [])
    }

    @Test("a POST without /ack is told what it should have been")
    func notAcknowledge() async {
        let response = await client.send(.post, Self.path, body: "{}")
        #expect(response.problem == "method-not-allowed")
        #expect(response.fields[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("an unknown component is told before anybody waits, also to those who want events")
    func unknown() async {
        events.change { $0.refusal = DaprError(.noSuchComponent, "pubsub x is not found") }
        #expect(await client.get(Self.path).problem == "no-such-component")
        let events = await client.get(Self.path, [("Accept", "text/event-stream")])
        #expect(events.problem == "no-such-component")
    }

    @Test("HEAD takes no message")
    func head() async {
        await subscribe()
        await events.send("a")
        #expect(await client.send(.head, Self.path).status == .ok)
        #expect(await client.get(Self.path).text.contains(#""attempt":1"#))
    }

    @Test("a poller that hangs up gives back what it was about to get")
    func hangUp() async {
        await subscribe()
        let client = client
        // It hangs up while it waits: its turn goes to the next.
        let gone = Task { await client.get("\(Self.path)?wait=30s") }
        gone.cancel()
        #expect(await gone.value.problem == "client-gone")
        await events.send("a")
        #expect(await client.get(Self.path).text.contains(#""attempt":1"#))
    }

    @Test("when the stream is lost it is made anew, and its messages cannot be answered")
    func lostStream() async {
        await subscribe()
        async let polled = client.get(Self.path)
        await events.send("a")
        let ids = await polled.ids
        async let waiting = client.get("\(Self.path)?wait=7s")
        await client.time.sleeper(within: .seconds(7))
        await events.now.topics.last?.push(.failure(DaprError(.unavailable, "lost")))
        // Without somebody who waits for it nothing is subscribed to, and only after a pause.
        await client.time.pass(.seconds(1))
        await events.wait { $0.topics.count == 2 }
        #expect(await acknowledge(ids).problem == "not-found")
        await events.send("b")
        #expect(await waiting.eventIDs == ["b"])
    }

    @Test("the subscription ends some time after the last poll, without an answer to anything")
    func idle() async {
        await subscribe()
        await client.time.pass(.seconds(60))
        await events.wait { $0.calls.contains("cancel orders") }
        #expect(await client.facade.subscriptions.count == 0)
        #expect(events.answers == [])
    }

    @Test("shutting down ends those who wait; messages can be answered until the end")
    func shutdown() async {
        await subscribe()
        async let polled = client.get(Self.path)
        await events.send("a")
        await events.send("b")
        let ids = await polled.ids
        async let waiting = client.get("\(Self.path)?max=1&wait=60s")
        async let stream = client.stream("\(Self.path)?max=1")
        _ = try? await stream?.next()
        await client.facade.drain()
        #expect(await waiting.status == .ok)
        #expect(await client.get(Self.path).problem == "shutting-down")
        #expect(await acknowledge(ids).short == "204")
        await client.facade.stop()
        await events.wait { $0.calls.contains("cancel orders") }
        #expect(!events.answers.contains("retry a") && !events.answers.contains("retry b"))
    }

    @Test("as events: each message with its id, heartbeats, and a farewell in the end")
    func stream() async throws {
        let reader = try #require(await client.stream(Self.path))
        #expect(try await reader.next() == "retry: 3000\n\n")
        async let heartbeat = reader.next()
        await client.time.pass(ServerSentEvents.heartbeat)
        #expect(try await heartbeat == ":\n\n")
        await events.send("a")
        let event = try #require(try await reader.next())
        #expect(event.hasPrefix("id: "))
        #expect(event.contains(#"data: {"id":""#) && event.hasSuffix("\n\n"))
        async let farewell = reader.next()
        await client.facade.drain()
        #expect(try await farewell == "retry: 3000\n\n")
        #expect(try await reader.next() == nil)
    }

    @Test("a stream of events gives back what was not answered when its client hangs up")
    func streamHangsUp() async throws {
        var reader = await client.stream(Self.path)
        _ = try await reader?.next()
        await events.send("a")
        _ = try await reader?.next()
        #expect(await client.get("\(Self.path)?wait=0").eventIDs == [])
        async let waiting = client.get("\(Self.path)?wait=60s")
        reader = nil
        #expect(await waiting.eventIDs == ["a"])
    }

    @Test("more topics than may be are refused")
    func tooMany() async {
        let time = VirtualTime()
        let subscriptions = PullSubscriptions(.init(), limit: 2, time: time.time)
        let upstream = Upstream(api: client.dapr)
        for topic in ["a", "b", "a"] {
            await #expect(throws: Never.self) {
                try await subscriptions.enter(.init(pubsub: "p", topic: topic), through: upstream)
            }
        }
        do throws(GatewayError) {
            _ = try await subscriptions.enter(.init(pubsub: "p", topic: "c"), through: upstream)
            Issue.record("a third topic")
        } catch {
            #expect(error.code == .tooManySubscriptions)
        }
    }
}
