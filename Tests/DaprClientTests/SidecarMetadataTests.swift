import DaprProtos
import HTTP2
import SwiftProtobuf
import Testing

@testable import DaprClient

@Suite("What a sidecar says about itself")
struct SidecarMetadataTests {
    private let expected = SidecarMetadata(
        id: "app", runtimeVersion: "1.18.3", enabledFeatures: ["HotReload"],
        components: [.init(name: "s", type: "state.redis", version: "v1", capabilities: ["ETAG"])],
        extended: ["daprRuntimeVersion": "1.18.3"],
        subscriptions: [
            .init(
                pubsub: "p", topic: "t", metadata: ["a": "b"],
                rules: [.init(match: "event.type == 1", path: "/one"), .init(path: "/")],
                deadLetterTopic: "dead", source: .programmatic)
        ],
        httpEndpoints: ["web"],
        appConnection: .init(
            port: 6001, protocol: "http", channelAddress: "127.0.0.1", maxConcurrency: 5,
            health: .init(
                path: "/healthz", probeInterval: "5s", probeTimeout: "500ms", threshold: 3)),
        actorRuntime: .init(
            status: .running, activeActors: ["T": 2], isHostReady: true,
            placement: "placement: connected"),
        schedulerAddresses: ["127.0.0.1:50006"], workflowWorkers: 1, mcpServers: ["mcp"],
        workflowAccessPolicies: ["policy"], resiliencies: ["retry"])

    @Test("every field comes over HTTP")
    func http() async throws {
        let text = """
            {"id":"app","runtimeVersion":"1.18.3","enabledFeatures":["HotReload"],
            "actors":[{"type":"T","count":2}],
            "components":[{"name":"s","type":"state.redis","version":"v1","capabilities":["ETAG"]}],
            "extended":{"daprRuntimeVersion":"1.18.3"},
            "subscriptions":[{"pubsubname":"p","topic":"t","metadata":{"a":"b"},
            "rules":[{"match":"event.type == 1","path":"/one"},{"path":"/"}],
            "deadLetterTopic":"dead","type":"PROGRAMMATIC"}],
            "httpEndpoints":[{"name":"web"}],
            "appConnectionProperties":{"port":6001,"protocol":"http","channelAddress":"127.0.0.1",
            "maxConcurrency":5,"health":{"healthCheckPath":"/healthz","healthProbeInterval":"5s",
            "healthProbeTimeout":"500ms","healthThreshold":3}},
            "actorRuntime":{"runtimeStatus":"RUNNING","activeActors":[{"type":"T","count":2}],
            "hostReady":true,"placement":"placement: connected"},
            "scheduler":{"connected_addresses":["127.0.0.1:50006"]},
            "workflows":{"connectedWorkers":1},"mcpServers":[{"name":"mcp"}],
            "workflowAccessPolicies":[{"name":"policy"}],"resiliencies":[{"name":"retry"}]}
            """
        try await withHTTPPeer { _ in
            .http(200, text)
        } body: { _, transport in
            let metadata = try await transport.getMetadata(options: CallOptions())
            #expect(metadata == expected)
        }
    }

    @Test("every field comes over gRPC")
    func grpc() async throws {
        let bytes: [UInt8] = try Self.message.serializedBytes()
        try await withPeer { _ in
            .message(bytes)
        } body: { _, transport, _ in
            let metadata = try await transport.getMetadata(options: CallOptions())
            #expect(metadata == expected)
        }
    }

    private static var message: Dapr_Proto_Runtime_V1_GetMetadataResponse {
        var message = Dapr_Proto_Runtime_V1_GetMetadataResponse()
        message.id = "app"
        message.runtimeVersion = "1.18.3"
        message.enabledFeatures = ["HotReload"]
        message.registeredComponents = [
            .with {
                $0.name = "s"
                $0.type = "state.redis"
                $0.version = "v1"
                $0.capabilities = ["ETAG"]
            }
        ]
        message.extendedMetadata = ["daprRuntimeVersion": "1.18.3"]
        message.subscriptions = [
            .with {
                $0.pubsubName = "p"
                $0.topic = "t"
                $0.metadata = ["a": "b"]
                $0.rules.rules = [
                    .with {
                        $0.match = "event.type == 1"
                        $0.path = "/one"
                    }, .with { $0.path = "/" },
                ]
                $0.deadLetterTopic = "dead"
                $0.type = .programmatic
            }
        ]
        message.httpEndpoints = [.with { $0.name = "web" }]
        message.appConnectionProperties = .with {
            $0.port = 6001
            $0.protocol = "http"
            $0.channelAddress = "127.0.0.1"
            $0.maxConcurrency = 5
            $0.health.healthCheckPath = "/healthz"
            $0.health.healthProbeInterval = "5s"
            $0.health.healthProbeTimeout = "500ms"
            $0.health.healthThreshold = 3
        }
        message.actorRuntime = .with {
            $0.runtimeStatus = .running
            $0.activeActors = [
                .with {
                    $0.type = "T"
                    $0.count = 2
                }
            ]
            $0.hostReady = true
            $0.placement = "placement: connected"
        }
        message.scheduler.connectedAddresses = ["127.0.0.1:50006"]
        message.workflows.connectedWorkers = 1
        message.mcpServers = [.with { $0.name = "mcp" }]
        message.workflowAccessPolicies = [.with { $0.name = "policy" }]
        message.resiliencies = [.with { $0.name = "retry" }]
        return message
    }

    @Test("what is empty is left out over HTTP, and what is new does not hurt")
    func sparse() async throws {
        try await withHTTPPeer { _ in
            .http(200, #"{"id":"app","new":{},"actorRuntime":{"runtimeStatus":"RESTING"}}"#)
        } body: { _, transport in
            let metadata = try await transport.getMetadata(options: CallOptions())
            #expect(
                metadata
                    == SidecarMetadata(id: "app", actorRuntime: .init(status: .other("RESTING"))))
        }
    }

    @Test("shutting the sidecar down says whether it is forced", arguments: [true, false])
    func shutdown(isForced: Bool) async throws {
        try await withHTTPPeer { _ in
            .http(204)
        } body: { peer, transport in
            try await transport.shutdownSidecar(isForced: isForced, options: CallOptions())
            let fields = try #require(await peer.requests.first?.fields)
            #expect(fields[":path"] == "/v1.0/shutdown")
            #expect(fields[":method"] == "POST")
            #expect(fields["dapr-force-shutdown"] == (isForced ? "true" : nil))
        }
        try await withPeer { _ in
            .message([])
        } body: { peer, transport, _ in
            try await transport.shutdownSidecar(isForced: isForced, options: CallOptions())
            let fields = try #require(await peer.requests.first?.fields)
            #expect(fields[":path"] == "/dapr.proto.runtime.v1.Dapr/Shutdown")
            #expect(fields["dapr-force-shutdown"] == (isForced ? "true" : nil))
        }
    }

    @Test("a shutdown that is refused is an error over both APIs")
    func refusedShutdown() async throws {
        try await withPeer { request in
            request.fields[":path"] == "/v1.0/shutdown"
                ? .http(401, "invalid api token") : .status(16, [("grpc-message", "Unauthorized")])
        } body: { _, grpc, pool in
            let http = try HTTPTransport(pool: pool, settings: grpc.settings)
            let apis: [any DaprAPI] = [grpc, http]
            for api in apis {
                let error = await #expect(throws: DaprError.self) {
                    try await api.shutdownSidecar(isForced: false, options: CallOptions())
                }
                #expect(error?.kind == .unauthenticated)
            }
        }
    }
}
