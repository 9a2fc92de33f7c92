import DaprClient
import HTTPMessage
import HTTPTypes
import JSON
import Testing

@testable import GatewayRoutes

@Suite("Configuration", .timeLimit(.minutes(1)))
struct ConfigurationTests {
    private let client = FacadeClient()
    private var events: FakeEvents { client.events }
    private static let path = "/v1/configuration/-/greeting"

    private func set(_ value: String, _ version: String) async {
        await events.set("greeting", ConfigurationItem(value, version: version))
    }

    @Test("a value has its version as an entity tag")
    func get() async {
        await set("hello", "1")
        let response = await client.get(Self.path)
        #expect(response.short == "200 hello")
        #expect(response.fields[.eTag] == "\"1\"")
        #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
        let known = await client.get(Self.path, [("If-None-Match", "\"1\"")])
        #expect(known.short == "304")
        #expect(known.fields[.eTag] == "\"1\"")
        #expect(await client.get(Self.path, [("If-None-Match", "\"2\"")]).short == "200 hello")
        #expect(await client.get("/v1/configuration/-/nothing").problem == "not-found")
        #expect(events.now.watches.isEmpty)
    }

    @Test("several values come with versions and metadata, null for those that are missing")
    func several() async {
        await set("hello", "1")
        await events.set("a", ConfigurationItem("x", metadata: ["m": "1"]))
        #expect(
            await client.get("/v1/configuration/-?key=greeting&key=none&key=a").text
                == #"{"a":{"value":"x","version":"","metadata":{"m":"1"}},"#
                + #""greeting":{"value":"hello","version":"1","metadata":{}},"none":null}"#)
    }

    @Test("everything is read only where the configuration allows it")
    func all() async {
        #expect(await client.get("/v1/configuration/-").problem == "forbidden")
        #expect(client.dapr.calls == [])
        var settings = FacadeSettings.test
        settings.allowsBulkConfiguration = true
        let open = FacadeClient(settings: settings)
        await open.events.set("a", ConfigurationItem("x"))
        #expect(
            await open.get("/v1/configuration/-").text
                == #"{"a":{"value":"x","version":"","metadata":{}}}"#)
    }

    @Test(
        "what makes no sense is refused",
        arguments: [
            ("/v1/configuration/-/", "invalid-key"),
            ("/v1/configuration/-/a%7C%7Cb", "invalid-key"),
            ("/v1/configuration/-?key=", "invalid-key"),
            ("/v1/configuration/-/a?wait=61s", "invalid-parameter"),
            ("/v1/configuration/-?key=a&wait=1s", "unknown-parameter"),
        ])
    func refused(target: String, problem: String) async {
        #expect(await client.get(target).problem == problem)
        #expect(client.dapr.calls == [])
    }

    @Test("a long poll ends with the next version")
    func longPoll() async {
        await set("hello", "1")
        async let polled = client.get("\(Self.path)?wait=30s", [("If-None-Match", "\"1\"")])
        await events.wait { $0.watches.count == 1 }
        await set("bye", "2")
        let response = await polled
        #expect(response.short == "200 bye")
        #expect(response.fields[.eTag] == "\"2\"")
    }

    @Test("a long poll for nothing new ends with 304, one for nothing known at once")
    func longPollEnds() async {
        await set("hello", "1")
        async let polled = client.get("\(Self.path)?wait=30s", [("If-None-Match", "\"1\"")])
        await client.time.pass(.seconds(30))
        #expect(await polled.short == "304")
        #expect(await client.get("\(Self.path)?wait=30s").short == "200 hello")
        let other = await client.get("\(Self.path)?wait=30s", [("If-None-Match", "\"0\"")])
        #expect(other.short == "200 hello")
    }

    @Test("a long poll that begins while the gateway shuts down ends at once")
    func longPollInTheEnd() async {
        await set("hello", "1")
        await client.facade.drain()
        let polled = await client.get("\(Self.path)?wait=30s", [("If-None-Match", "\"1\"")])
        #expect(polled.short == "304")
    }

    @Test("a long poll for a key that goes is told so")
    func longPollOfRemoved() async {
        await set("hello", "1")
        async let polled = client.get("\(Self.path)?wait=30s", [("If-None-Match", "\"1\"")])
        await events.wait { $0.watches.count == 1 }
        await events.set("greeting", nil)
        #expect(await polled.problem == "not-found")
    }

    @Test("however many watch a key, the sidecar has one subscription, for some time longer")
    func sharing() async throws {
        await set("hello", "1")
        var readers: [EventReader] = []
        for _ in 0..<5 {
            let reader = try #require(await client.stream(Self.path))
            #expect(try await reader.next() == "retry: 3000\n\n")
            #expect(try await reader.next() == "id: 1\ndata: hello\n\n")
            readers.append(reader)
        }
        #expect(events.now.watches.count == 1)
        await set("two\nlines", "2")
        for reader in readers {
            #expect(try await reader.next() == "id: 2\ndata: two\ndata: lines\n\n")
        }
        readers = []
        #expect(await client.facade.watches.count == 1)
        while await client.facade.watches.count > 0 {
            client.time.advance(by: .seconds(20))
            await Task.yield()
        }
        await events.wait { $0.calls.contains("unwatch configstore") }
    }

    @Test("a stream tells every change, also that a key is gone or not there yet")
    func stream() async throws {
        let reader = try #require(await client.stream(Self.path))
        _ = try await reader.next()
        #expect(try await reader.next() == "event: removed\ndata: \n\n")
        await set("a", "1")
        #expect(try await reader.next() == "id: 1\ndata: a\n\n")
        await set("b", "2")
        #expect(try await reader.next() == "id: 2\ndata: b\n\n")
        await events.set("greeting", nil)
        #expect(try await reader.next() == "event: removed\ndata: \n\n")
        async let farewell = reader.next()
        await client.facade.drain()
        #expect(try await farewell == "retry: 3000\n\n")
        #expect(try await reader.next() == nil)
        #expect(await client.stream(Self.path) == nil)
    }

    @Test("a client that comes back is not told what it knows")
    func comeback() async throws {
        await set("hello", "1")
        let reader = try #require(await client.stream(Self.path, [("Last-Event-ID", "1")]))
        _ = try await reader.next()
        #expect(try await reader.next() == ": unchanged\n\n")
        await set("bye", "2")
        #expect(try await reader.next() == "id: 2\ndata: bye\n\n")
    }

    @Test("a stream of several keys begins with all of them")
    func streamOfSeveral() async throws {
        await set("hello", "1")
        let reader = try #require(
            await client.stream("/v1/configuration/-?key=greeting&key=other"))
        _ = try await reader.next()
        #expect(
            try await reader.next()
                == #"data: {"greeting":{"value":"hello","version":"1","metadata":{}},"other":null}"#
                + "\n\n")
        await events.set("other", ConfigurationItem("x", version: "9"))
        #expect(
            try await reader.next()
                == #"data: {"other":{"value":"x","version":"9","metadata":{}}}"# + "\n\n")
        #expect(
            events.now.watches.map(\.keys).sorted { $0[0] < $1[0] } == [["greeting"], ["other"]])
    }

    @Test("an unknown store is told before a stream begins")
    func unknown() async {
        client.dapr.fail("getConfiguration", DaprError(.noSuchComponent, "no such store"))
        let response = await client.get(Self.path, [("Accept", "text/event-stream")])
        #expect(response.problem == "no-such-component")
        #expect(events.now.watches.isEmpty)
    }
}
