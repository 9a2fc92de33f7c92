/// The building block that a route belongs to: how the list of routes is divided.
enum RouteGroup: String, Sendable, CaseIterable {
    case state = "State"
    case publish = "Publish and subscribe"
    case invoke = "Service invocation"
    case grpc = "gRPC methods"
    case bindings = "Bindings"
    case secrets = "Secrets"
    case configuration = "Configuration"
    case locks = "Locks and leases"
    case actors = "Actors"
    case workflows = "Workflows"
    case cryptography = "Cryptography"
    case jobs = "Jobs"
    case conversation = "Conversation"
    case sidecar = "The sidecar"
    case nativeAPI = "The sidecar's own API"
    case gateway = "The gateway itself"

    /// What the building block is for.
    var summary: String {
        switch self {
        case .state: "Values under keys: one value, one URL."
        case .publish: "Events for topics, and what came on them."
        case .invoke: "HTTP calls of other apps, passed through in both directions."
        case .grpc: "gRPC calls of other apps, without gRPC."
        case .bindings: "Operations of systems outside."
        case .secrets: "Secrets of the secret stores."
        case .configuration: "Configuration values, and their changes."
        case .locks: "Locks that end by themselves."
        case .actors: "Virtual actors: methods, state, timers and reminders."
        case .workflows: "Starting, watching and ending workflows."
        case .cryptography: "Encryption and decryption with keys that stay in the sidecar."
        case .jobs: "Jobs that the sidecar runs when their time comes."
        case .conversation: "Conversations with language models."
        case .sidecar: "What the sidecar says about itself."
        case .nativeAPI: "Dapr's own HTTP API, passed through."
        case .gateway: "What the gateway says about itself."
        }
    }
}
