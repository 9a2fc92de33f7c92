import DaprProtos
import FoundationEssentials
import JSON
import SwiftProtobuf

/// The metadata API.
final class MetadataBlock: BuildingBlock {
    private static let runtimeVersion = "1.18.3"
    private static let features = ["HotReload", "WorkflowsRemoteActivityReminder"]

    private let context: SidecarContext
    private let app: LocalApp?
    private let actors: ActorsBlock
    /// What clients set: bytes, for nothing asks for UTF-8 over HTTP.
    private var extended: [String: [UInt8]] = [:]
    /// The subscriptions that the pub/sub block knows.
    var subscriptionList: () -> [SubscriptionInfo] = { [] }

    /// - Parameter app: the sidecar's app, if it lives in this process.
    init(_ context: SidecarContext, app: LocalApp?, actors: ActorsBlock) {
        self.actors = actors
        self.context = context
        self.app = app
    }

    var httpRoutes: [HTTPRoute] {
        [
            HTTPRoute(
                ["GET"], "/v1.0/metadata", readsBody: true, .immediate { [self] in get($0) }),
            HTTPRoute(
                ["PUT"], "/v1.0/metadata/{key}", readsBody: true,
                .immediate { [self] in put($0) }),
        ]
    }

    var grpcMethods: [GRPCMethod] {
        [
            .unary("GetMetadata") {
                [self] (_: Dapr_Proto_Runtime_V1_GetMetadataRequest) throws(GRPCStatus) in
                try message()
            },
            .unary("SetMetadata") { [self] (request: Dapr_Proto_Runtime_V1_SetMetadataRequest) in
                set(request.key, Array(request.value.utf8))
                return Google_Protobuf_Empty()
            },
        ]
    }

    // MARK: - Setting

    private func put(_ request: SidecarRequest) -> SidecarResponse {
        if let reason = request.bodyError { return SidecarError.unreadableBody(reason).response }
        set(request.parameters[0], request.body)
        return .noContent
    }

    private func set(_ key: String, _ value: [UInt8]) {
        // The sidecar's own entry cannot be changed, and one without a name is not kept.
        guard !key.isEmpty, key != "daprRuntimeVersion" else { return }
        extended[key] = value
    }

    private var allExtended: [(key: String, value: [UInt8])] {
        var all = extended
        all["daprRuntimeVersion"] = Array(Self.runtimeVersion.utf8)
        return all.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    // MARK: - HTTP

    private func get(_ request: SidecarRequest) -> SidecarResponse {
        if let fault = ProtoJSON.fault(request) { return fault.response }
        var writer = JSONWriter(options: .go)
        writer.beginObject()
        writer.member("id", context.appID)
        writer.member("runtimeVersion", Self.runtimeVersion)
        writer.key("enabledFeatures")
        writer.value(.array(Self.features.map { .string($0) }))
        writeComponents(to: &writer)
        writer.key("extended")
        writer.beginObject()
        for (key, value) in allExtended {
            writer.key(key)
            writer.raw(GoJSONText.string(value))
        }
        writer.endObject()
        writeSubscriptions(to: &writer)
        writeAppConnection(to: &writer)
        writeActorRuntime(to: &writer)
        writer.endObject()
        return .json(writer.bytes + [UInt8(ascii: "\n")])
    }

    private func writeComponents(to writer: inout JSONWriter) {
        guard !context.configuration.components.isEmpty else { return }
        writer.key("components")
        writer.beginArray()
        for component in context.configuration.components {
            writer.beginObject()
            writer.member("name", component.name)
            writer.member("type", component.type)
            writer.member("version", component.version)
            if !component.capabilities.isEmpty {
                writer.key("capabilities")
                writer.value(.array(component.capabilities.map { .string($0) }))
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeSubscriptions(to writer: inout JSONWriter) {
        let list = subscriptionList()
        guard !list.isEmpty else { return }
        writer.key("subscriptions")
        writer.beginArray()
        for subscription in list {
            writer.beginObject()
            writer.member("pubsubname", subscription.pubsubName)
            writer.member("topic", subscription.topic)
            if !subscription.metadata.isEmpty {
                writer.key("metadata")
                writer.value(
                    .object(
                        JSONObject(subscription.metadata.map { .init(key: $0, value: .string($1)) })
                    ))
            }
            if !subscription.rules.isEmpty {
                writer.key("rules")
                writer.beginArray()
                for rule in subscription.rules {
                    writer.beginObject()
                    if !rule.match.isEmpty { writer.member("match", rule.match) }
                    if !rule.path.isEmpty { writer.member("path", rule.path) }
                    writer.endObject()
                }
                writer.endArray()
            }
            writer.member("deadLetterTopic", subscription.deadLetterTopic)
            writer.member("type", subscription.type)
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeAppConnection(to writer: inout JSONWriter) {
        writer.key("appConnectionProperties")
        writer.beginObject()
        if let appPort {
            writer.key("port")
            writer.int(appPort)
        }
        writer.member("protocol", appProtocol)
        writer.member("channelAddress", "127.0.0.1")
        writer.endObject()
    }

    private func writeActorRuntime(to writer: inout JSONWriter) {
        writer.key("actorRuntime")
        writer.beginObject()
        let hasPlacement = context.configuration.hasPlacement
        writer.member(
            "runtimeStatus",
            !context.isAppReady ? "INITIALIZING" : hasPlacement ? "RUNNING" : "DISABLED")
        let active = actors.activeCounts
        if !active.isEmpty {
            writer.key("activeActors")
            writer.beginArray()
            for (type, count) in active {
                writer.beginObject()
                writer.member("type", type)
                writer.key("count")
                writer.int(count)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.key("hostReady")
        writer.bool(hasPlacement && context.isAppReady)
        if context.isAppReady { writer.member("placement", placement) }
        writer.endObject()
    }

    private var placement: String {
        context.configuration.hasPlacement ? "placement: connected" : "placement: disconnected"
    }

    private var appPort: UInt16? {
        if case .http(let app) = app { app.port } else { context.configuration.app?.port }
    }

    private var appProtocol: String {
        switch app {
        case .grpc, .grpcServer: return "grpc"
        default: break
        }
        return context.configuration.app?.isGRPC == true ? "grpc" : "http"
    }

    // MARK: - gRPC

    private var actorRuntime: Dapr_Proto_Runtime_V1_ActorRuntime {
        var runtime = Dapr_Proto_Runtime_V1_ActorRuntime()
        guard context.isAppReady else { return runtime }
        let hasPlacement = context.configuration.hasPlacement
        runtime.runtimeStatus = hasPlacement ? .running : .disabled
        runtime.hostReady = hasPlacement
        runtime.placement = placement
        runtime.activeActors = actors.activeCounts.map { type, count in
            var active = Dapr_Proto_Runtime_V1_ActiveActorsCount()
            active.type = type
            active.count = Int32(clamping: count)
            return active
        }
        return runtime
    }

    private func message() throws(GRPCStatus) -> Dapr_Proto_Runtime_V1_GetMetadataResponse {
        var message = Dapr_Proto_Runtime_V1_GetMetadataResponse()
        message.id = context.appID
        message.runtimeVersion = Self.runtimeVersion
        message.enabledFeatures = Self.features
        message.registeredComponents = context.configuration.components.map { component in
            var registered = Dapr_Proto_Runtime_V1_RegisteredComponents()
            registered.name = component.name
            registered.type = component.type
            registered.version = component.version
            registered.capabilities = component.capabilities
            return registered
        }
        for (key, value) in allExtended {
            guard let text = String(validating: value, as: UTF8.self) else {
                throw GRPCStatus(
                    GRPCStatus.internalError,
                    "grpc: error while marshaling: string field contains invalid UTF-8")
            }
            message.extendedMetadata[key] = text
        }
        message.subscriptions = subscriptionList().map(\.message)
        var connection = Dapr_Proto_Runtime_V1_AppConnectionProperties()
        connection.port = Int32(appPort ?? 0)
        connection.`protocol` = appProtocol
        connection.channelAddress = "127.0.0.1"
        message.appConnectionProperties = connection
        message.actorRuntime = actorRuntime
        message.workflows = Dapr_Proto_Runtime_V1_MetadataWorkflows()
        return message
    }
}

extension SubscriptionInfo {
    fileprivate var message: Dapr_Proto_Runtime_V1_PubsubSubscription {
        var message = Dapr_Proto_Runtime_V1_PubsubSubscription()
        message.pubsubName = pubsubName
        message.topic = topic
        message.metadata = metadata
        message.rules.rules = rules.map { rule in
            var message = Dapr_Proto_Runtime_V1_PubsubSubscriptionRule()
            message.match = rule.match
            message.path = rule.path
            return message
        }
        message.deadLetterTopic = deadLetterTopic
        message.type =
            switch type {
            case "PROGRAMMATIC": .programmatic
            case "DECLARATIVE": .declarative
            case "STREAMING": .streaming
            default: .unknown
            }
        return message
    }
}

extension JSONWriter {
    /// A member whose value is a string.
    mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }
}
