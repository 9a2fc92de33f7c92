import DevSidecar
import EventLoop
import Testing

@testable import DaprClient

/// Calls every method at once, and compares the kind of each one's error.
///
/// - Parameters:
///   - name: what every method is asked about; nil for what the development sidecar knows.
///   - expected: the kind that it should have; nil for no error. A method that the protocol does not
///     offer says so whatever happens.
func expectErrors(
    of methods: [APIMethod] = APIMethod.all, on api: any DaprAPI, over protocol: DaprProtocol,
    name: String? = nil, data: [UInt8]? = nil, timeout: Duration = .seconds(10),
    trace: TraceContext = TraceContext(), waitsForSidecar: Bool? = nil,
    expected: (APIMethod) -> DaprError.Kind?
) async {
    let options = CallOptions(timeout: timeout, trace: trace, waitsForSidecar: waitsForSidecar)
    let errors = await withTaskGroup(of: (String, DaprError?).self) { group in
        for method in methods {
            group.addTask {
                do {
                    try await method.call(
                        api, name ?? method.subject, data ?? method.data, options)
                    return (method.name, nil)
                } catch {
                    let other = DaprError(.unknown, "a foreign error: \(error)")
                    return (method.name, error as? DaprError ?? other)
                }
            }
        }
        return await group.reduce(into: [:]) { $0[$1.0] = .some($1.1) }
    }
    for method in methods {
        let error = errors[method.name] ?? nil
        let kind = method.isOffered(over: `protocol`) ? expected(method) : .notSupported
        #expect(error?.kind == kind, "\(method.name) over \(`protocol`): \(error as Any)")
        if let error { #expect(!error.message.isEmpty, "\(method.name) gives its reason") }
    }
}

/// The transports that every method is tried over.
let transports: [DaprProtocol] = [.grpc, .http]

/// A transport to a scripted peer, which leaves nothing behind.
func withPeer(
    over protocol: DaprProtocol, maxBodySize: Int = 4 << 20, _ script: @escaping Peer.Script,
    body: (Peer, any DaprAPI) async throws -> Void
) async throws {
    try await withPeer(script) { peer, _, pool in
        let settings = TransportSettings(maxBodySize: maxBodySize)
        let api: any DaprAPI =
            `protocol` == .grpc
            ? try GRPCTransport(pool: pool, settings: settings)
            : try HTTPTransport(pool: pool, settings: settings)
        try await body(peer, api)
    }
}

/// A client of the development sidecar, which leaves no stream open.
func withDevelopmentSidecar(
    _ protocol: DaprProtocol, _ change: (inout SidecarConfiguration) -> Void = { _ in },
    body: (any DaprAPI) async throws -> Void
) async throws {
    var configuration = SidecarConfiguration.development
    configuration.components.append(Component(name: "queries", type: "state.postgresql"))
    change(&configuration)
    let thread = try LoopThread(running: try EventLoop(), name: "sidecar")
    let sidecar = DevSidecar(configuration: configuration, loop: thread.loop)
    let addresses = try await sidecar.start()
    let client = try DaprClient(
        configuration: .init(
            httpEndpoint: SidecarEndpoint(addresses.http),
            grpcEndpoint: SidecarEndpoint(addresses.grpc), protocol: `protocol`))
    let result: Result<Void, any Error>
    do {
        try await body(client.api)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    for (api, statistics) in await client.statistics {
        #expect(statistics.openStreams == 0, "\(api)")
        #expect(statistics.waiting == 0, "\(api)")
    }
    await client.shutdown()
    await sidecar.stop()
    thread.join()
    try result.get()
}
