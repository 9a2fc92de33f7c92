/// Which of the sidecar's APIs a client uses.
public enum DaprProtocol: String, Sendable, CaseIterable {
    /// The HTTP API, over HTTP/2 without TLS. It stores JSON only.
    case http
    /// The gRPC API, which keeps every byte.
    case grpc
    /// gRPC where it has the feature and keeps the bytes; HTTP for invocation and health.
    case auto
}
