/// The apps that live in the sidecar's process.
public struct LocalApps: Sendable {
    /// The id of the HTTP app, which echoes; nil for none.
    public var echoID: String?
    /// The id of the gRPC app; nil for none.
    public var greeterID: String?
    /// What the HTTP app subscribes to: the JSON that it answers to `/dapr/subscribe`.
    public var subscriptions: [UInt8]?
    /// Other apps whose process is gone, though their sidecar is there.
    public var stoppedApps: [String] = []
    /// Other apps whose sidecar is gone.
    public var stoppedSidecars: [String] = []

    /// No apps.
    public init() {}
}

extension SidecarConfiguration {
    /// The sidecar's own app: the one that is configured, or the one in this process with its id.
    /// The latter has a port in name only.
    var ownApp: App? {
        if let app { return app }
        if appID == localApps.echoID { return App(port: LocalApps.echoPort) }
        if appID == localApps.greeterID { return App(port: LocalApps.greeterPort, isGRPC: true) }
        return nil
    }
}

extension LocalApps {
    static let echoPort: UInt16 = 6011
    static let greeterPort: UInt16 = 6012
    /// Of the other sidecars among themselves.
    static let sidecarPort: UInt16 = 6013
}
