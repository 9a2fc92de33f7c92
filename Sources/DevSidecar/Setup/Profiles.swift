/// The sidecars that were recorded, for tests that hold this one against the recordings.
public enum SidecarProfile: String, CaseIterable, Sendable {
    case gwTest = "gw-test"
    case echoApp = "echo-app"
    case grpcApp = "grpc-app"
    case bare
    case full
    case token
    case noH2C = "noh2c"
    case cors
    case tracing
    case small

    /// What the profile's sidecar is set up with.
    ///
    /// The environment is part of the recording too, but comes from outside: `DAPR_API_TOKEN` for
    /// `token`, `DEMO_...` for the secret store.
    ///
    /// - Parameters:
    ///   - secretsFile: the file behind the two file stores; nil for the recorded secrets.
    ///   - keysFolder: where the files with keys are; nil for no keys.
    ///   - filesFolder: where the files of the binding are; nil for a temporary folder.
    public func configuration(
        secretsFile: String? = nil, keysFolder: String? = nil, filesFolder: String? = nil
    ) -> SidecarConfiguration {
        var configuration = SidecarConfiguration(appID: appID)
        configuration.hasPlacement = false
        configuration.hasScheduler = false
        if hasComponents { configuration.components = Self.components(secretsFile) }
        for index in configuration.components.indices {
            switch configuration.components[index].type {
            case "crypto.dapr.localstorage":
                configuration.components[index].metadata["path"] = keysFolder
            case "bindings.localstorage":
                configuration.components[index].metadata["rootPath"] = filesFolder
            default: break
            }
        }
        switch self {
        case .full: configuration.components += Self.extraComponents
        case .cors: configuration.allowedOrigins = ["http://a.example", "http://*.b.example"]
        case .tracing: configuration.isTracing = true
        default: break
        }
        return configuration
    }

    private var appID: String {
        switch self {
        case .full, .token, .tracing: Self.gwTest.rawValue
        default: rawValue
        }
    }

    private var hasComponents: Bool {
        switch self {
        case .gwTest, .echoApp, .grpcApp, .full, .token, .tracing: true
        case .bare, .noH2C, .cors, .small: false
        }
    }

    /// In the order of the metadata API. Those whose API is not offered are only listed there.
    private static func components(_ secretsFile: String?) -> [Component] {
        let secrets =
            secretsFile.map { ["secretsFile": $0] }
            ?? [
                SecretStore.inlineKey:
                    #"{"redis-password":"p455","db":{"user":"alice","pass":"s3cret"},"plain":"hello"}"#
            ]
        return [
            Component(
                name: "envsecrets", type: "secretstores.local.env", metadata: ["prefix": "DEMO_"]),
            Component(
                name: "multisecrets", type: "secretstores.local.file",
                metadata: secrets.merging(["multiValued": "true"]) { $1 }),
            Component(
                name: "localsecrets", type: "secretstores.local.file",
                metadata: secrets.merging(["nestedSeparator": ":"]) { $1 }),
            Component(
                name: "httpbinding", type: "bindings.http",
                metadata: ["url": "http://127.0.0.1:\(LocalApps.echoPort)"]),
            Component(name: "files", type: "bindings.localstorage"),
            Component(name: "redisbinding", type: "bindings.redis"),
            Component(name: "configstore", type: "configuration.redis"),
            Component(name: "echo", type: "conversation.echo"),
            Component(name: "localcrypto", type: "crypto.dapr.localstorage"),
            Component(name: "lockstore", type: "lock.redis"),
            Component(name: "mempubsub", type: "pubsub.in-memory"),
            Component(name: "pubsub", type: "pubsub.redis"),
            Component(name: "memstore", type: "state.in-memory"),
            Component(
                name: "statestore", type: "state.redis",
                metadata: ["actorStateStore": "true"]),
        ]
    }

    private static let extraComponents = [
        Component(name: "pgstore", type: "state.postgresql"),
        Component(name: "sqlitestore", type: "state.sqlite"),
    ]
}
