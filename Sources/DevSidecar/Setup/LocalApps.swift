/// The apps that a sidecar reaches: in its process, and others on this machine.
public struct LocalApps: Sendable {
    /// The id of the HTTP app, which echoes; nil for none.
    public var echoID: String?
    /// The id of the gRPC app; nil for none.
    public var greeterID: String?
    /// What the HTTP app subscribes to: the JSON that it answers to `/dapr/subscribe`.
    public var subscriptions: [UInt8]?
    /// The actor types that the HTTP app hosts; each method answers with what it was asked.
    public var actorTypes: [String] = []
    /// Other apps whose process is gone, though their sidecar is there.
    public var stoppedApps: [String] = []
    /// Other apps whose sidecar is gone.
    public var stoppedSidecars: [String] = []

    /// Apps in other processes, by their ids: the sidecar stands for their sidecars too.
    public var servers: [String: SidecarConfiguration.App] = [:]

    /// No apps.
    public init() {}
}

extension LocalApps {
    /// Ports in name only.
    static let echoPort: UInt16 = 6011
    /// Of the other sidecars among themselves.
    static let sidecarPort: UInt16 = 6012
}
