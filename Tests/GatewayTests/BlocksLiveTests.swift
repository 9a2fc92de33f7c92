import DaprClient
import Gateway
import HTTPMessage
import JSON
import TestSupport
import Testing

@Suite("The other building blocks through a gateway and a sidecar")
struct BlocksLiveTests {
    @Test("an event is published", arguments: Setup.all)
    func publish(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            for topic in ["orders", "a/b%20c"] {
                let published = try gateway.send(
                    "POST", "/v1/publish/-/\(topic)", [:], #"{"id":17}"#)
                #expect(published.status == 204, "\(published.body)")
            }
            let unknown = try gateway.send("POST", "/v1/publish/nowhere/orders", [:], "1")
            #expect(unknown.status == 404, "\(unknown.body)")
        }
    }

    @Test(
        "an app gets verb, path, query, fields and body, and its answer comes back",
        arguments: Setup.all)
    func invoke(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let response = try gateway.send(
                "POST", "/v1/invoke/echo/some/path?x=1&y=%20", ["X-Mine": "yes"], "hello")
            #expect(response.status == 200, "\(response.body)")
            let json = try JSONDocument(parsing: response.content).root.value
            #expect(json["method"]?.stringValue == "POST")
            #expect(json["path"]?.stringValue?.hasPrefix("/some/path?x=1&y=") == true)
            #expect(json["body"]?.stringValue == "hello")
            #expect(response.body.lowercased().contains("x-mine"))
            #expect(response["x-echo"] == "yes")
            let teapot = try gateway.send("GET", "/v1/invoke/echo/status/418")
            #expect(teapot.status == 418, "\(teapot.body)")
            let unknown = try gateway.send("GET", "/v1/invoke/nobody/x")
            #expect([404, 502].contains(unknown.status), "\(unknown.body)")
        }
    }

    @Test("a body is streamed to an app, chunk by chunk", arguments: Setup.all)
    func upload(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let client = gateway.client()
            defer { client.close() }
            client.send(
                "POST /v1/invoke/echo/upload HTTP/1.1\r\nHost: x\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n")
            try gateway.wait(for: "the request") {
                $0["daprgw_http_requests_in_flight"] == 1
            }
            let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
            for _ in 0..<64 { client.send(chunk) }
            client.send("0\r\n\r\n")
            let response = try gateway.response(client)
            #expect(response.status == 200, "\(response.body)")
            let json = try JSONDocument(parsing: response.content).root.value
            #expect(
                json["bodyLength"]?.intValue == 64 * 0x4000, "\(response.body.prefix(500))")
        }
    }

    @Test("an answer larger than memory is meant for is streamed to the client")
    func download() throws {
        try withGateway(Setup(protocol: .auto, shards: 1)) { gateway in
            let size = 16 << 20
            let client = gateway.client()
            defer { client.close() }
            client.isReadingPaused = true
            client.send(LiveGateway.request("GET", "/v1/invoke/echo/large?n=\(size)"))
            try gateway.wait(for: "the call") {
                $0["daprgw_sidecar_streams{api=\"http\"}"] == 1
            }
            client.isReadingPaused = false
            let response = try gateway.response(client)
            #expect(response.status == 200)
            #expect(response.content.count == size)
        }
    }

    @Test(
        "a secret is read; a missing one is not found; all at once is forbidden",
        arguments: Setup.all)
    func secrets(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let secret = try gateway.send("GET", "/v1/secrets/-/db-password")
            #expect(secret.status == 200, "\(secret.body)")
            #expect(secret.body == "correct horse battery staple")
            #expect(secret["Cache-Control"] == "no-store")
            let object = try gateway.send(
                "GET", "/v1/secrets/-/db-password", ["Accept": "application/json"])
            #expect(object.body == #"{"db-password":"correct horse battery staple"}"#)
            #expect(try gateway.send("GET", "/v1/secrets/-/nothing").status == 404)
            #expect(try gateway.send("GET", "/v1/secrets/-").status == 403)
        }
    }

    @Test("all secrets are read where the configuration allows it", arguments: Setup.all)
    func bulkSecrets(_ setup: Setup) throws {
        try withGateway(setup, change: { $0.secrets.allowBulk = true }) { gateway in
            let all = try gateway.send("GET", "/v1/secrets/-")
            #expect(all.status == 200, "\(all.body)")
            #expect(all.body.contains("correct horse battery staple"))
        }
    }

    @Test("metadata is read, and set where the configuration allows it", arguments: Setup.all)
    func metadata(_ setup: Setup) throws {
        try withGateway(setup, change: { $0.metadata.allowSet = true }) { gateway in
            let set = try gateway.send("PUT", "/v1/metadata/colour", [:], "blue")
            #expect(set.status == 204, "\(set.body)")
            let metadata = try gateway.send("GET", "/v1/metadata")
            #expect(metadata.status == 200)
            let json = try JSONDocument(parsing: metadata.content).root.value
            #expect(json["extended"]?["colour"]?.stringValue == "blue", "\(metadata.body)")
            #expect(metadata.body.contains("state.in-memory"))
        }
        try withGateway(setup) { gateway in
            let set = try gateway.send("PUT", "/v1/metadata/colour", [:], "blue")
            #expect(set.status == 403)
        }
    }

    @Test("every response names its request and says where the time went")
    func decoration() throws {
        try withGateway(Setup(protocol: .auto, shards: 1)) { gateway in
            let targets = [
                "/", "/healthz", "/v1/state/-/none", "/nowhere", "/v1/state/-/k?no=1",
                "/v1/invoke/echo/x",
            ]
            for target in targets {
                let named = try gateway.send("GET", target, ["X-Request-Id": "mine-17"])
                #expect(named["X-Request-Id"] == "mine-17")
                #expect(named["X-Content-Type-Options"] == "nosniff")
                let timing = try #require(named["Server-Timing"])
                #expect(timing.contains("dapr;dur=") && timing.contains("gateway;dur="))
                if named.status >= 400 {
                    #expect(named.body.contains(#""instance":"mine-17""#), "\(named.body)")
                }
            }
            let names = try (0..<3).map { _ in try gateway.send("GET", "/")["X-Request-Id"] }
            #expect(Set(names).count == 3)
            let insane = try gateway.send("GET", "/", ["X-Request-Id": "a \"b\""])
            #expect(insane["X-Request-Id"] != "a \"b\"")
        }
    }
}
