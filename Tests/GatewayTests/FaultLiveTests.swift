import DaprClient
import DevSidecar
import EventLoop
import Gateway
import TestSupport
import Testing

@Suite("Slow, absent and dying sidecars")
struct FaultLiveTests {
    private static func slow(_ latency: Duration) -> SidecarConfiguration {
        var sidecar = SidecarConfiguration.development
        sidecar.latency = latency
        return sidecar
    }

    @Test("a call that takes too long is answered 504 in time", arguments: Setup.all)
    func timeout(_ setup: Setup) throws {
        try withGateway(setup, sidecar: Self.slow(.seconds(30))) { gateway in
            let start = gateway.loop.now
            let late = try gateway.send("GET", "/v1/state/-/k?timeout=50ms")
            #expect(late.status == 504, "\(late.body)")
            #expect(late.body.contains("/v1/problems/deadline-exceeded"))
            #expect(gateway.loop.now - start >= .milliseconds(50))
            let put = try gateway.send("PUT", "/v1/state/-/k?timeout=20ms", [:], "1")
            #expect(put.status == 504, "\(put.body)")
        }
    }

    @Test("a request that takes several calls has one deadline for all of them")
    func oneDeadline() throws {
        let setup = Setup(protocol: .auto, shards: 1)
        try withGateway(setup, sidecar: Self.slow(.milliseconds(150))) { gateway in
            let target = "/v1/state/-/k?timeout=160ms"
            #expect(try gateway.send("PUT", "/v1/state/-/k", [:], "1").status == 204)
            // The type of the store, the write, and why that was refused: 450 ms.
            let late = try gateway.send("PUT", target, ["If-None-Match": "*"], "2")
            #expect(late.status == 504, "\(late.body)")
            #expect(try gateway.send("GET", "/v1/state/-/k").body == "1")
        }
    }

    @Test("a token that the sidecar refuses is why the gateway is not ready", arguments: Setup.all)
    func refusedToken(_ setup: Setup) throws {
        var sidecar = SidecarConfiguration.development
        sidecar.apiToken = "the right one"
        try withGateway(setup, sidecar: sidecar) { gateway in
            try gateway.wait(for: "the reason") { _ in
                (try? gateway.admin("/readyz").body.lowercased().contains("token")) == true
            }
            #expect(try gateway.admin("/readyz").status == 503)
            let refused = try gateway.send("GET", "/v1/state/-/k")
            #expect(refused.status == 502, "\(refused.body)")
            #expect(refused.body.contains("/v1/problems/sidecar-refused-token"))
        }
    }

    @Test(
        "without a sidecar the gateway says so, and recovers when there is one",
        arguments: Setup.all)
    func absent(_ setup: Setup) throws {
        let loop = try EventLoop()
        let ports = try TestSidecar.freeAddresses()
        let gateway = try LiveGateway(
            setup.configuration(http: ports.http, grpc: ports.grpc), on: loop)
        defer { #expect(throws: Never.self) { try gateway.stop() } }
        #expect(try gateway.admin("/livez").status == 200)
        let refused = try gateway.send("GET", "/v1/state/-/k")
        #expect(refused.status == 503, "\(refused.body)")
        #expect(refused["Retry-After"] != nil)
        #expect(refused.body.contains("/v1/problems/sidecar-unavailable"))
        let impatient = (0..<20).map { _ in gateway.client() }
        for _ in 0..<20 {
            for client in impatient { client.send(LiveGateway.request("GET", "/v1/state/-/k")) }
            for client in impatient { #expect(try gateway.response(client).status == 503) }
        }
        for client in impatient { client.close() }
        try gateway.wait(for: "a health check") { _ in
            (try? gateway.admin("/readyz").body.contains("efused")) == true
        }
        let unready = try gateway.admin("/readyz?verbose")
        #expect(unready.status == 503)
        #expect(unready.body.contains("[-] sidecar: "))
        #expect(try gateway.send("GET", "/healthz").status == 503)
        #expect(try gateway.metrics()["daprgw_sidecar_ready"] == 0)

        var configuration = SidecarConfiguration.development
        configuration.httpAddress = ports.http
        configuration.grpcAddress = ports.grpc
        let sidecar = try TestSidecar(configuration, client: loop)
        defer { #expect(throws: Never.self) { try sidecar.stop() } }
        try gateway.wait(for: "readiness") { $0["daprgw_sidecar_ready"] == 1 }
        #expect(try gateway.admin("/readyz").status == 200)
        // Ready means every shard: none of them is still sitting out a failure.
        let clients = (0..<20).map { _ in gateway.client() }
        defer { for client in clients { client.close() } }
        for client in clients {
            client.send(LiveGateway.request("PUT", "/v1/state/-/k", [:], [UInt8]("1".utf8)))
            let saved = try gateway.response(client)
            #expect(saved.status == 204, "\(saved.body)")
        }
        try gateway.wait(for: "readiness on every shard") { _ in
            (try? gateway.send("GET", "/healthz").status) == 200
        }
    }

    @Test("when the sidecar dies, each request in flight gets one answer", arguments: Setup.all)
    func death(_ setup: Setup) throws {
        let loop = try EventLoop()
        let sidecar = try TestSidecar(Self.slow(.seconds(60)), client: loop)
        let gateway = try LiveGateway(setup.configuration(sidecar.addresses), on: loop)
        defer { #expect(throws: Never.self) { try gateway.stop() } }
        let clients = (0..<50).map { _ in gateway.client() }
        defer { for client in clients { client.close() } }
        for (index, client) in clients.enumerated() {
            let target = index % 2 == 0 ? "/v1/state/-/k" : "/v1/invoke/echo/x"
            client.send(LiveGateway.request("GET", "\(target)"))
        }
        try gateway.wait(for: "50 calls") { metrics in
            let streams = ["grpc", "http"].map { api in
                metrics["daprgw_sidecar_streams{api=\"\(api)\"}"] ?? 0
            }
            return streams.reduce(0, +) == 50
        }
        try sidecar.stop()
        for client in clients {
            let response = try gateway.response(client)
            #expect([502, 503].contains(response.status), "\(response.body)")
        }
        // What comes after one answer would be here by now: this answer was made later.
        for client in clients where !client.isClosed {
            client.send(LiveGateway.request("GET", "/nowhere"))
            #expect(try gateway.response(client).status == 404)
            #expect(client.input.isEmpty)
        }
        for client in clients { client.close() }
        try gateway.waitUntilIdle()
        #expect(try gateway.metrics()["daprgw_http_requests_in_flight"] == 0)
    }

    @Test("clients that hang up end their calls", arguments: Setup.all)
    func hangUp(_ setup: Setup) throws {
        try withGateway(setup, sidecar: Self.slow(.seconds(60))) { gateway in
            let clients = (0..<20).map { _ in gateway.client() }
            for client in clients {
                client.send(LiveGateway.request("GET", "/v1/state/-/k"))
            }
            try gateway.wait(for: "20 calls") { metrics in
                metrics["daprgw_http_requests_in_flight"] == 20
            }
            for client in clients { client.close() }
            try gateway.waitUntilIdle()
            let series =
                #"{route="/v1/state/{store}/{key...}",method="GET",code="499"}"#
            #expect(try gateway.metrics()["daprgw_http_requests_total\(series)"] == 20)
        }
    }

    @Test("hundreds of clients that leave at any point leave nothing behind", arguments: Setup.all)
    func aborted(_ setup: Setup) throws {
        try withGateway(setup) { gateway in
            let whole = LiveGateway.request("PUT", "/v1/state/-/k", [:], [UInt8]("12345".utf8))
            let chunked = Array(
                "POST /v1/invoke/echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                    .utf8)
            for round in 0..<10 {
                let clients = (0..<50).map { _ in gateway.client() }
                for (index, client) in clients.enumerated() {
                    let request = index % 2 == 0 ? whole : chunked
                    client.send(Array(request.prefix(request.count * (index + 1) / 50)))
                }
                // Some leave at once, some when the gateway has seen what they sent.
                if round % 2 == 0 {
                    try gateway.loop.wait(for: "what was sent") {
                        clients.allSatisfy { $0.sentBytes > 0 || $0.isClosed }
                    }
                    _ = try gateway.metrics()
                }
                for client in clients { client.close() }
            }
            try gateway.waitUntilIdle()
            #expect(try gateway.send("GET", "/healthz").status == 200)
        }
    }

    @Test("many requests at a time share few connections to the sidecar", arguments: Setup.all)
    func parallel(_ setup: Setup) throws {
        try withGateway(setup, sidecar: Self.slow(.milliseconds(20))) { gateway in
            #expect(try gateway.send("PUT", "/v1/state/-/k", [:], "[17]").status == 204)
            let clients = (0..<200).map { _ in gateway.client() }
            defer { for client in clients { client.close() } }
            for _ in 0..<2 {
                for client in clients {
                    client.send(LiveGateway.request("GET", "/v1/state/-/k"))
                }
                for client in clients {
                    let response = try gateway.response(client)
                    #expect(response.status == 200, "\(response.body)")
                    #expect(response.body == "[17]")
                }
            }
            let metrics = try gateway.metrics()
            let api = setup.protocol == .http ? "http" : "grpc"
            let connections = metrics["daprgw_sidecar_connections{api=\"\(api)\"}"] ?? 0
            #expect(connections >= 1)
            #expect(connections <= Double(4 * setup.shards))
            for client in clients { client.close() }
        }
    }
}
