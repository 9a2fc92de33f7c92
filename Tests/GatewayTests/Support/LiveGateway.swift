import DaprClient
import DevSidecar
import EventLoop
import Gateway
import TestSupport
import Testing

/// A gateway on threads of its own, and a loop for clients that the test runs.
final class LiveGateway {
    let loop: EventLoop
    let gateway: Gateway
    let facade: SocketAddress
    let admin: SocketAddress
    private var curl: TestClient?
    private var scraper: TestClient?
    private var isStopped = false

    init(
        _ configuration: Configuration, on loop: EventLoop,
        log: Log = .silent
    ) throws {
        self.loop = loop
        let gateway = try Gateway(configuration, log: log)
        self.gateway = gateway
        do {
            let addresses = try loop.result { try await gateway.start() }
            facade = try #require(addresses.listen.first)
            admin = try #require(addresses.admin.first)
        } catch {
            gateway.joinThreads()
            throw error
        }
    }

    // MARK: - Clients

    func client() -> TestClient {
        TestClient(to: facade, on: loop)
    }

    /// The next response on a connection.
    func response(_ client: TestClient, isHead: Bool = false) throws -> WireResponse {
        var response: WireResponse?
        try loop.wait(for: "a response") {
            response = response ?? client.takeResponse(isHead: isHead)
            return response != nil || client.isClosed
        }
        response = response ?? client.takeResponse(isHead: isHead)
        return try #require(response, "closed without a response: \(client.text)")
    }

    /// One request on the connection that the test keeps open.
    func send(
        _ method: String, _ target: String, _ fields: [String: String] = [:],
        _ body: [UInt8]? = nil
    ) throws -> WireResponse {
        let client = curl.flatMap { $0.isClosed ? nil : $0 } ?? client()
        curl = client
        client.send(Self.request(method, target, fields, body))
        return try response(client, isHead: method == "HEAD")
    }

    func send(
        _ method: String, _ target: String, _ fields: [String: String] = [:], _ body: String
    ) throws -> WireResponse {
        try send(method, target, fields, Array(body.utf8))
    }

    static func request(
        _ method: String, _ target: String, _ fields: [String: String] = [:],
        _ body: [UInt8]? = nil
    ) -> [UInt8] {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: gateway\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }

    // MARK: - The admin listener

    func admin(_ target: String) throws -> WireResponse {
        let client =
            scraper.flatMap { $0.isClosed ? nil : $0 } ?? TestClient(to: admin, on: loop)
        scraper = client
        client.send(Self.request("GET", target))
        return try response(client)
    }

    /// All samples by name and labels, as they are written.
    func metrics() throws -> [String: Double] {
        let response = try admin("/metrics")
        #expect(response.status == 200)
        var samples: [String: Double] = [:]
        for line in response.body.split(separator: "\n") where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " ") else { continue }
            samples[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        return samples
    }

    /// Scrapes until the metrics look as they should.
    func wait(for what: String, until condition: ([String: Double]) -> Bool) throws {
        let deadline = loop.now + .seconds(20)
        while true {
            let metrics = try metrics()
            if condition(metrics) { return }
            guard loop.now < deadline else {
                throw TimedOut(description: "\(what): \(metrics)")
            }
            loop.pause()
        }
    }

    /// Waits until no request, no call and no client connection is left.
    func waitUntilIdle() throws {
        guard !isStopped else { return }
        curl?.close()
        curl = nil
        try wait(for: "idleness") { metrics in
            let busy = [
                "daprgw_http_requests_in_flight", "daprgw_http_connections",
                "daprgw_sidecar_streams{api=\"grpc\"}", "daprgw_sidecar_streams{api=\"http\"}",
                "daprgw_sidecar_waiting_calls{api=\"grpc\"}",
                "daprgw_sidecar_waiting_calls{api=\"http\"}",
            ]
            return busy.allSatisfy { metrics[$0, default: 0] == 0 }
        }
    }

    // MARK: - The end

    func stop() throws {
        curl?.close()
        scraper?.close()
        guard !isStopped else { return }
        isStopped = true
        try loop.result { [gateway] in await gateway.stop(drain: .seconds(5)) }
        gateway.joinThreads()
    }

    /// Something else stopped the gateway; only its threads are left.
    func wasStopped() {
        isStopped = true
        gateway.joinThreads()
    }
}

extension Log {
    /// Nothing is written.
    static let silent = Log(Configuration().log) { _ in }
}

/// The kinds of gateway that every feature has to work with.
struct Setup: Sendable, CustomTestStringConvertible {
    var `protocol`: DaprProtocol
    var shards: Int

    static let all = [
        Setup(protocol: .grpc, shards: 1), Setup(protocol: .http, shards: 1),
        Setup(protocol: .auto, shards: 1), Setup(protocol: .auto, shards: 2),
    ]

    var testDescription: String { "\(`protocol`.rawValue), \(shards) shards" }

    /// A configuration for the sidecar at these addresses, on free ports.
    func configuration(_ addresses: DevSidecar.Addresses) -> Configuration {
        configuration(http: addresses.http, grpc: addresses.grpc)
    }

    func configuration(http: SocketAddress, grpc: SocketAddress) -> Configuration {
        var configuration = Configuration()
        configuration.listen = [.ip("127.0.0.1", port: 0)]
        configuration.admin.listen = [.ip("127.0.0.1", port: 0)]
        configuration.sidecar.http = http.description
        configuration.sidecar.grpc = grpc.description
        configuration.sidecar.protocol = `protocol`
        configuration.defaults.state = "statestore"
        configuration.defaults.pubsub = "pubsub"
        configuration.defaults.secrets = "secretstore"
        configuration.defaults.configuration = "configstore"
        configuration.shards = shards
        return configuration
    }
}

/// Runs a test's body with a gateway in front of a sidecar, then looks whether they leave nothing.
func withGateway(
    _ setup: Setup, sidecar: SidecarConfiguration = .development,
    change: (inout Configuration) -> Void = { _ in },
    _ body: (LiveGateway) throws -> Void
) throws {
    let loop = try EventLoop()
    let sidecar = try TestSidecar(sidecar, client: loop)
    defer { #expect(throws: Never.self) { try sidecar.stop() } }
    var configuration = setup.configuration(sidecar.addresses)
    change(&configuration)
    let gateway = try LiveGateway(configuration, on: loop)
    defer { #expect(throws: Never.self) { try gateway.stop() } }
    try body(gateway)
    try gateway.waitUntilIdle()
    try gateway.stop()
    let deadline = loop.now + .seconds(10)
    while try sidecar.connectionCount > 0, loop.now < deadline { loop.pause() }
    #expect(try sidecar.connectionCount == 0)
}
