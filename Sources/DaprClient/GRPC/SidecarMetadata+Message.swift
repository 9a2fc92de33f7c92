import DaprProtos

// The metadata as the gRPC API sends it (dapr/grpc-api.md section 16).
extension SidecarMetadata {
    init(_ message: Dapr_Proto_Runtime_V1_GetMetadataResponse) {
        self.init(
            id: message.id, runtimeVersion: message.runtimeVersion,
            enabledFeatures: message.enabledFeatures,
            components: message.registeredComponents.map {
                Component(
                    name: $0.name, type: $0.type, version: $0.version,
                    capabilities: $0.capabilities)
            },
            extended: message.extendedMetadata,
            subscriptions: message.subscriptions.map(Subscription.init),
            httpEndpoints: message.httpEndpoints.map(\.name),
            appConnection: message.hasAppConnectionProperties
                ? AppConnection(message.appConnectionProperties) : nil,
            actorRuntime: message.hasActorRuntime ? ActorRuntime(message.actorRuntime) : nil,
            schedulerAddresses: message.hasScheduler
                ? message.scheduler.connectedAddresses : nil,
            workflowWorkers: message.hasWorkflows
                ? Int(message.workflows.connectedWorkers) : nil,
            mcpServers: message.mcpServers.map(\.name),
            workflowAccessPolicies: message.workflowAccessPolicies.map(\.name),
            resiliencies: message.resiliencies.map(\.name))
    }
}

extension SidecarMetadata.Subscription {
    fileprivate init(_ message: Dapr_Proto_Runtime_V1_PubsubSubscription) {
        self.init(
            pubsub: message.pubsubName, topic: message.topic, metadata: message.metadata,
            rules: message.rules.rules.map { Rule(match: $0.match, path: $0.path) },
            deadLetterTopic: message.deadLetterTopic, source: Source(message.type))
    }
}

extension SidecarMetadata.Subscription.Source {
    fileprivate init(_ type: Dapr_Proto_Runtime_V1_PubsubSubscriptionType) {
        self =
            switch type {
            case .declarative: .declarative
            case .programmatic: .programmatic
            case .streaming: .streaming
            case .unknown: .other("UNKNOWN")
            case .UNRECOGNIZED(let number): .other(String(number))
            }
    }
}

extension SidecarMetadata.AppConnection {
    fileprivate init(_ message: Dapr_Proto_Runtime_V1_AppConnectionProperties) {
        self.init(
            port: Int(message.port), protocol: message.protocol,
            channelAddress: message.channelAddress, maxConcurrency: Int(message.maxConcurrency),
            health: message.hasHealth
                ? Health(
                    path: message.health.healthCheckPath,
                    probeInterval: message.health.healthProbeInterval,
                    probeTimeout: message.health.healthProbeTimeout,
                    threshold: Int(message.health.healthThreshold)) : nil)
    }
}

extension SidecarMetadata.ActorRuntime {
    fileprivate init(_ message: Dapr_Proto_Runtime_V1_ActorRuntime) {
        let status: Status =
            switch message.runtimeStatus {
            case .initializing: .initializing
            case .disabled: .disabled
            case .running: .running
            case .UNRECOGNIZED(let number): .other(String(number))
            }
        let active = message.activeActors.map { ($0.type, Int($0.count)) }
        self.init(
            status: status, activeActors: Dictionary(active) { $0 + $1 },
            isHostReady: message.hostReady, placement: message.placement)
    }
}
