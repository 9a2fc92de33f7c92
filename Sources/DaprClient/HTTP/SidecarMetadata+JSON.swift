import JSON

// The metadata as the HTTP API writes it (dapr/http-api.md section 9.1). Members that are empty are
// left out there.
extension SidecarMetadata {
    init(_ root: JSONNode) {
        self.init(
            id: root.text("id"), runtimeVersion: root.text("runtimeVersion"),
            enabledFeatures: root["enabledFeatures"]?.strings ?? [],
            components: root.list("components") { node in
                Component(
                    name: node.text("name"), type: node.text("type"),
                    version: node.text("version"),
                    capabilities: node["capabilities"]?.strings ?? [])
            },
            extended: root["extended"]?.texts ?? [:],
            subscriptions: root.list("subscriptions", Subscription.init),
            httpEndpoints: root.names("httpEndpoints"),
            appConnection: root["appConnectionProperties"].map(AppConnection.init),
            actorRuntime: root["actorRuntime"].map(ActorRuntime.init),
            // In snake case, unlike all others.
            schedulerAddresses: root["scheduler"].map { $0["connected_addresses"]?.strings ?? [] },
            workflowWorkers: root["workflows"].map { $0.number("connectedWorkers") },
            mcpServers: root.names("mcpServers"),
            workflowAccessPolicies: root.names("workflowAccessPolicies"),
            resiliencies: root.names("resiliencies"))
    }
}

extension SidecarMetadata.Subscription {
    fileprivate init(_ node: JSONNode) {
        self.init(
            pubsub: node.text("pubsubname"), topic: node.text("topic"),
            metadata: node["metadata"]?.texts ?? [:],
            rules: node.list("rules") { Rule(match: $0.text("match"), path: $0.text("path")) },
            deadLetterTopic: node.text("deadLetterTopic"),
            source: Source(word: node.text("type")))
    }
}

extension SidecarMetadata.Subscription.Source {
    fileprivate init(word: String) {
        self =
            switch word {
            case "DECLARATIVE": .declarative
            case "PROGRAMMATIC": .programmatic
            case "STREAMING": .streaming
            default: .other(word)
            }
    }
}

extension SidecarMetadata.AppConnection {
    fileprivate init(_ node: JSONNode) {
        self.init(
            port: node.number("port"), protocol: node.text("protocol"),
            channelAddress: node.text("channelAddress"),
            maxConcurrency: node.number("maxConcurrency"),
            health: node["health"].map { health in
                Health(
                    path: health.text("healthCheckPath"),
                    probeInterval: health.text("healthProbeInterval"),
                    probeTimeout: health.text("healthProbeTimeout"),
                    threshold: health.number("healthThreshold"))
            })
    }
}

extension SidecarMetadata.ActorRuntime {
    fileprivate init(_ node: JSONNode) {
        let status: Status =
            switch node.text("runtimeStatus") {
            case "INITIALIZING": .initializing
            case "DISABLED": .disabled
            case "RUNNING": .running
            case let word: .other(word)
            }
        let active = node.list("activeActors") { ($0.text("type"), $0.number("count")) }
        self.init(
            status: status, activeActors: Dictionary(active) { $0 + $1 },
            isHostReady: node["hostReady"]?.boolValue ?? false, placement: node.text("placement"))
    }
}

extension JSONNode {
    /// A member's text; empty when it is absent or something else.
    func text(_ key: String) -> String { self[key]?.stringValue ?? "" }

    /// A member's number; 0 when it is absent or something else.
    fileprivate func number(_ key: String) -> Int { self[key]?.intValue ?? 0 }

    /// The elements that are texts.
    fileprivate var strings: [String] { elements.compactMap(\.stringValue) }

    /// The elements of a member.
    fileprivate func list<Element>(
        _ key: String, _ element: (JSONNode) -> Element
    ) -> [Element] {
        self[key].map { $0.elements.map(element) } ?? []
    }

    /// The names of a member's elements.
    fileprivate func names(_ key: String) -> [String] { list(key) { $0.text("name") } }
}
