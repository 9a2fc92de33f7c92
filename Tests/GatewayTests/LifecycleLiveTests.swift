import DaprClient
import DevSidecar
import EventLoop
import Gateway
import GatewayRoutes
import TestSupport
import Testing

@Suite("Starting, limits, draining and stopping")
struct LifecycleLiveTests {
    static let shards = [1, 2].map { Setup(protocol: .auto, shards: $0) }

    /// What is left to send of a request that is in flight when the gateway stops.
    static let unfinished: [(begin: String, end: String)] = [
        (
            "POST /v1/invoke/echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n"
        ),
        ("PUT /v1/state/-/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12", "345"),
    ]

    @Test("what is in flight is finished, and nobody new gets in", arguments: shards)
    func drain(_ setup: Setup) throws {
        let loop = try EventLoop()
        let sidecar = try TestSidecar(client: loop)
        defer { #expect(throws: Never.self) { try sidecar.stop() } }
        let gateway = try LiveGateway(setup.configuration(sidecar.addresses), on: loop)
        let clients = Self.unfinished.map { begin, _ in
            let client = gateway.client()
            client.send(begin)
            return client
        }
        defer { for client in clients { client.close() } }
        try gateway.wait(for: "the requests") {
            $0["daprgw_http_requests_in_flight"] == Double(clients.count)
        }
        let stop = Begun(on: loop) { [gateway = gateway.gateway] in
            await gateway.stop(drain: .seconds(60))
        }
        // Refused by every shard, whichever the kernel would choose.
        var refused = 0
        let deadline = loop.now + .seconds(20)
        while refused < 16 {
            try #require(loop.now < deadline, "new connections are still accepted")
            let stranger = gateway.client()
            stranger.send("G")
            try loop.wait(for: "a connection") { stranger.isClosed || stranger.sentBytes > 0 }
            refused = stranger.sentBytes == 0 ? refused + 1 : 0
            stranger.close()
        }
        #expect(try gateway.admin("/readyz").body.contains("stopping"))
        #expect(!stop.isDone)
        for (client, request) in zip(clients, Self.unfinished) { client.send(request.end) }
        for client in clients {
            let response = try gateway.response(client)
            #expect([200, 204].contains(response.status), "\(response.body)")
            #expect(response["Connection"] == "close")
        }
        try loop.wait(for: "the end") { stop.isDone }
        gateway.wasStopped()
    }

    @Test("what takes longer than the drain may is cut off", arguments: shards)
    func cutOff(_ setup: Setup) throws {
        let loop = try EventLoop()
        let sidecar = try TestSidecar(client: loop)
        defer { #expect(throws: Never.self) { try sidecar.stop() } }
        let lines = Lines()
        let gateway = try LiveGateway(
            setup.configuration(sidecar.addresses), on: loop, log: lines.log)
        let clients = (0..<4).map { _ in gateway.client() }
        for client in clients { client.send(Self.unfinished[0].begin) }
        try gateway.wait(for: "the requests") { $0["daprgw_http_requests_in_flight"] == 4 }
        try loop.result { [gateway = gateway.gateway] in
            await gateway.stop(signal: "SIGTERM", drain: .milliseconds(20))
        }
        gateway.wasStopped()
        try loop.wait(for: "the end of the connections") { clients.allSatisfy(\.isClosed) }
        let texts = lines.texts
        #expect(texts.contains("info: stopping signal=SIGTERM in_flight=4\n"))
        #expect(texts.count { $0 == "warning: requests were cut off in_flight=4\n" } == 1)
        #expect(texts.last == "info: stopped\n")
        #expect(!texts.contains { $0.contains("not ready") })
    }

    @Test("an address in use is an error, and nothing is left behind", arguments: shards)
    func addressInUse(_ setup: Setup) throws {
        try withGateway(setup) { first in
            var configuration = setup.configuration(http: first.facade, grpc: first.facade)
            configuration.listen = [.ip("127.0.0.1", port: 0), first.facade]
            let error = #expect(throws: StartError.self) {
                _ = try LiveGateway(configuration, on: first.loop)
            }
            #expect(error?.address == first.facade)
            configuration.listen = [.ip("127.0.0.1", port: 0)]
            configuration.admin.listen = [first.admin]
            #expect(throws: StartError.self) {
                _ = try LiveGateway(configuration, on: first.loop)
            }
        }
    }

    @Test("stopping while starting ends in a stopped gateway", arguments: shards)
    func stopWhileStarting(_ setup: Setup) throws {
        let loop = try EventLoop()
        let ports = try TestSidecar.freeAddresses()
        for round in 0..<20 {
            let gateway = try Gateway(
                setup.configuration(http: ports.http, grpc: ports.grpc), log: .silent)
            let stop = { @Sendable in await gateway.stop(drain: .zero) }
            let early = round % 2 == 0 ? Begun(on: loop, stop) : nil
            let start = Begun(on: loop) { try await gateway.start() }
            let late = early ?? Begun(on: loop, stop)
            try loop.wait(for: "both") { start.isDone && late.isDone }
            gateway.joinThreads()
        }
    }

    @Test("a unix socket is served, by every shard", arguments: shards)
    func unixSocket(_ setup: Setup) throws {
        let path = "@daprgw-test-\(UInt64.random(in: .min ... .max))"
        try withGateway(setup, change: { $0.listen = [.unix(path: path)] }) { gateway in
            #expect(gateway.facade == .unix(path: path))
            let clients = (0..<20).map { _ in gateway.client() }
            defer { for client in clients { client.close() } }
            for client in clients {
                client.send(LiveGateway.request("PUT", "/v1/state/-/k", [:], [0x31]))
            }
            let responses = try clients.map { try gateway.response($0) }
            #expect(responses.allSatisfy { $0.status == 204 })
        }
    }

    @Test("what the server refuses by itself is a problem document, and counted once")
    func refusals() throws {
        let setup = Setup(protocol: .auto, shards: 1)
        try withGateway(setup, change: { $0.limits.body = ByteCount(1024) }) { gateway in
            let long = [UInt8](repeating: 0x31, count: 2000)
            let cases: [(request: [UInt8], status: Int, method: String)] = [
                (LiveGateway.request("PUT", "/v1/state/-/k", [:], long), 413, "PUT"),
                (
                    Array(
                        ("PUT /v1/state/-/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "7d0\r\n" + String(repeating: "1", count: 2000) + "\r\n").utf8),
                    413, "PUT"
                ),
                (
                    LiveGateway.request("GET", "/" + String(repeating: "x", count: 16400)), 414,
                    "GET"
                ),
                (
                    LiveGateway.request(
                        "GET", "/", ["X-Long": String(repeating: "x", count: 16400)]), 431, "GET"
                ),
                (
                    Array("POST / HTTP/1.1\r\nHost: x\r\nX(y: 1\r\n\r\n".utf8), 400,
                    "POST"
                ),
                (LiveGateway.request("BREW", "/"), 405, "other"),
            ]
            for (request, status, method) in cases {
                let sample =
                    "daprgw_http_requests_total"
                    + "{route=\"none\",method=\"\(method)\",code=\"\(status)\"}"
                let before = try gateway.metrics()[sample] ?? 0
                let client = gateway.client()
                defer { client.close() }
                client.send(request)
                let response = try gateway.response(client)
                #expect(response.status == status, "\(response.body)")
                #expect(response["Content-Type"] == "application/problem+json")
                #expect(response["X-Request-Id"] != nil)
                client.close()
                try gateway.wait(for: "the count of \(sample)") { $0[sample] == before + 1 }
            }
        }
    }

    @Test(
        "a large body where there can be none is refused before it comes, a small one ignored",
        arguments: ["GET", "HEAD", "DELETE", "OPTIONS"])
    func unwantedBody(method: String) throws {
        try withGateway(Setup(protocol: .auto, shards: 1)) { gateway in
            let client = gateway.client()
            defer { client.close() }
            client.send(LiveGateway.request(method, "/v1/state/-/k", ["Content-Length": "4097"]))
            let refused = try gateway.response(client, isHead: method == "HEAD")
            #expect(refused.status == 413)
            #expect(refused["X-Request-Id"] != nil)
            if method != "HEAD" {
                #expect(refused.body.contains("which means nothing here"))
            }
            let chunked = gateway.client()
            defer { chunked.close() }
            let fields = ["Transfer-Encoding": "chunked"]
            let head = LiveGateway.request(method, "/v1/state/-/k", fields)
            chunked.send(head + Array(("1001\r\n" + String(repeating: "x", count: 4097)).utf8))
            #expect(try gateway.response(chunked, isHead: method == "HEAD").status == 413)

            let expected = ["DELETE", "OPTIONS"].contains(method) ? 204 : 404
            #expect(try gateway.send(method, "/v1/state/-/k", [:], "small").status == expected)
            let empty = gateway.client()
            defer { empty.close() }
            empty.send(head + Array("0\r\n\r\n".utf8))
            let answer = try gateway.response(empty, isHead: method == "HEAD")
            #expect(answer.status == expected, "\(answer.body)")
        }
    }

    @Test(
        "who asks before an upload that goes nowhere is told at once",
        arguments: [("PUT", "/nowhere", 404), ("PUT", "/v1/metadata", 405)])
    func refusedExpectation(method: String, target: String, status: Int) throws {
        try withGateway(Setup(protocol: .auto, shards: 1)) { gateway in
            let client = gateway.client()
            defer { client.close() }
            let fields = ["Expect": "100-continue", "Content-Length": "1000"]
            client.send(LiveGateway.request(method, target, fields))
            let response = try gateway.response(client)
            #expect(response.status == status)
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(response["X-Request-Id"] != nil)
            // Without the question it is read, and the connection lives on.
            let body = [UInt8](repeating: 1, count: 1000)
            #expect(try gateway.send(method, target, [:], body).status == status)
            try gateway.wait(for: "the count") {
                $0["daprgw_http_requests_total{route=\"none\",method=\"PUT\",code=\"\(status)\"}"]
                    == 2
            }
        }
    }

    @Test("a connection too many gets a 503 and is counted")
    func tooManyConnections() throws {
        var sidecar = SidecarConfiguration.development
        sidecar.latency = .seconds(60)
        let setup = Setup(protocol: .auto, shards: 1)
        try withGateway(setup, sidecar: sidecar, change: { $0.limits.connections = 2 }) { gateway in
            let busy = (0..<2).map { _ in gateway.client() }
            for client in busy { client.send(LiveGateway.request("GET", "/v1/state/-/k")) }
            try gateway.wait(for: "requests") { $0["daprgw_http_requests_in_flight"] == 2 }
            let refused = try gateway.response(gateway.client())
            #expect(refused.status == 503)
            #expect(refused["Retry-After"] == "1")
            let sample =
                #"daprgw_http_requests_total{route="none",method="other",code="503"}"#
            #expect(try gateway.metrics()[sample] == 1)
            for client in busy { client.close() }
        }
    }

    @Test("requests are counted by template, method and status")
    func counts() throws {
        try withGateway(Setup(protocol: .auto, shards: 2)) { gateway in
            for key in ["a", "b", "c"] {
                #expect(try gateway.send("PUT", "/v1/state/-/\(key)", [:], "1").status == 204)
            }
            #expect(try gateway.send("HEAD", "/v1/state/-/a").status == 200)
            #expect(try gateway.send("GET", "/secret-path").status == 404)
            #expect(try gateway.send("GET", "/v1/state/-/a?timeout=0").status == 400)
            let template = "route=\"/v1/state/{store}/{key...}\""
            try gateway.wait(for: "counts") { metrics in
                metrics["daprgw_http_requests_total{\(template),method=\"PUT\",code=\"204\"}"] == 3
                    && metrics[
                        "daprgw_http_requests_total{\(template),method=\"HEAD\",code=\"200\"}"]
                        == 1
                    && metrics[
                        "daprgw_http_request_duration_seconds_count{\(template),method=\"PUT\"}"]
                        == 3
                    && metrics[
                        "daprgw_http_requests_total{\(template),method=\"GET\",code=\"400\"}"]
                        == 1
            }
            let text = try gateway.admin("/metrics").body
            #expect(!text.contains("secret-path"))
            #expect(!text.contains("/v1/state/-/a"))
        }
    }

    @Test("the admin listener answers what it has and nothing else")
    func adminRoutes() throws {
        try withGateway(Setup(protocol: .auto, shards: 1)) { gateway in
            try gateway.wait(for: "readiness") { $0["daprgw_sidecar_ready"] == 1 }
            #expect(try gateway.admin("/livez").body == "alive\n")
            #expect(try gateway.admin("/readyz").body == "ready\n")
            #expect(try gateway.admin("/readyz?verbose").body == "[+] sidecar ok\nready\n")
            #expect(try gateway.admin("/").status == 404)
            #expect(
                try gateway.admin("/metrics")["Content-Type"]
                    == "text/plain; version=0.0.4; charset=utf-8")
            let client = TestClient(to: gateway.admin, on: gateway.loop)
            defer { client.close() }
            client.send(LiveGateway.request("POST", "/livez"))
            let response = try gateway.response(client)
            #expect(response.status == 405)
            #expect(response["Allow"] == "GET, HEAD")
        }
    }
}
