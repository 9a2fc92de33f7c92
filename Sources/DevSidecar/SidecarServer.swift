import EventLoop
import HTTP2
import TLS

/// The running sidecar: its building blocks behind its ports.
final class SidecarServer {
    private let context: SidecarContext
    private let blocks: [any BuildingBlock]
    private let ports: [Port]
    private let probe: AppProbe?
    private let grpc: GRPCService

    let addresses: DevSidecar.Addresses

    init(
        configuration: SidecarConfiguration, loop: EventLoop,
        onShutdown: @escaping (_ isForced: Bool) -> Void
    ) throws {
        let context = SidecarContext(configuration: configuration, loop: loop)
        context.shutDown = onShutdown
        let blocks = try BuildingBlocks.make(context)
        let publicBlocks = BuildingBlocks.publicOnes(context, blocks)
        let gate = Gate(configuration: configuration, loop: loop)
        let dates = DateCache(clock: context.clock)
        let grpc = GRPCService(context: context, blocks: blocks, gate: gate)

        let httpTLS = try configuration.tls.map {
            try TLSContext(
                serving: $0, clients: configuration.tlsClients,
                protocols: configuration.allowsH2C ? ["h2", "http/1.1"] : ["http/1.1"])
        }
        let grpcTLS = try configuration.tls.map {
            try TLSContext(serving: $0, clients: configuration.tlsClients, protocols: ["h2"])
        }
        func httpPort(_ address: SocketAddress, _ service: HTTPService) throws(SystemError) -> Port
        {
            let allowsH2C = configuration.allowsH2C
            return try Port(address, on: loop, tls: httpTLS) { connection, prelude in
                Self.httpEngine(connection, prelude, service, dates, allowsH2C: allowsH2C)
            }
        }
        let httpService = HTTPService(context: context, blocks: blocks, gate: gate)
        let http = try httpPort(configuration.httpAddress, httpService)
        let grpcPort = try Port(configuration.grpcAddress, on: loop, tls: grpcTLS) {
            connection, _ in
            grpc.engine(for: connection)
        }
        var ports = [http, grpcPort]
        addresses = DevSidecar.Addresses(
            http: http.address, grpc: grpcPort.address,
            publicHTTP: try configuration.publicAddress.map { address in
                let service = HTTPService(
                    context: context, blocks: publicBlocks, gate: gate, isPublic: true)
                let port = try httpPort(address, service)
                ports.append(port)
                return port.address
            })
        probe = AppProbe(context)
        self.context = context
        self.blocks = blocks
        self.ports = ports
        self.grpc = grpc
    }

    /// The protocol follows from the first bytes: those of HTTP/2 are no HTTP/1 request.
    private static func httpEngine(
        _ connection: Connection, _ prelude: ArraySlice<UInt8>, _ service: HTTPService,
        _ dates: DateCache, allowsH2C: Bool
    ) -> (any ConnectionEngine)? {
        let preface = "PRI * HTTP/2.0".utf8
        guard prelude.elementsEqual(preface.prefix(prelude.count)) || prelude.starts(with: preface)
        else { return HTTP1Engine(connection, service: service, dates: dates) }
        guard prelude.count >= preface.count else { return nil }
        guard allowsH2C else { return SilentEngine(connection, on: service.context.loop) }
        var configuration = HTTP2Configuration()
        configuration.streamWindowSize = 1 << 20
        configuration.maxFrameSize = 1 << 20
        configuration.maxConcurrentStreams = 250
        configuration.maxHeaderListSize = 4416
        configuration.longHeaderListEndsConnection = true
        // What Go's server also says: HEADER_TABLE_SIZE, NO_RFC7540_PRIORITIES.
        configuration.additionalSettings = [(1, 4096), (9, 1)]
        configuration.enforcesMessageRules = false
        do throws(HTTP2Error) {
            return try HTTP2Engine(connection, configuration: configuration) {
                stream, head, connection in
                HTTP2Exchange(
                    stream, head: head, service: service,
                    clientAddress: connection.clientAddress)
            }
        } catch {
            connection.close()
            return nil
        }
    }

    var connectionCount: Int { ports.map(\.connectionCount).reduce(0, +) }

    /// Ends everything at once.
    func stop() {
        for port in ports { port.close() }
        for block in blocks { block.stop() }
        probe?.stop()
    }

    /// Ends everything; streamed calls that the blocks end get their status before that.
    func drain() async {
        for port in ports { port.stopAccepting() }
        for block in blocks { block.stop() }
        // A handler that does not end by itself is not waited for any longer.
        for _ in 0..<20 where grpc.openStreams > 0 { await nextTurn() }
        await nextTurn()
        for port in ports { port.close() }
        probe?.stop()
    }

    private func nextTurn() async {
        await withCheckedContinuation { continuation in
            _ = context.loop.schedule(after: .zero) { continuation.resume() }
        }
    }
}
