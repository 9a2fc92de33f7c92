import EventLoop

/// What the building blocks of one sidecar share.
final class SidecarContext {
    let configuration: SidecarConfiguration
    let loop: EventLoop
    let clock: WallClock
    let tracer: Tracer
    /// Whether the app, if there is one, has been seen listening.
    private(set) var isAppReady: Bool
    private var whenReady: [() -> Void] = []
    /// The components whose server is away, as `OutageBlock` is told.
    var outages: Set<String> = []
    /// Ends the process as the shutdown API asks for.
    var shutDown: (_ isForced: Bool) -> Void = { _ in }

    init(configuration: SidecarConfiguration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        clock = WallClock(loop: loop)
        isAppReady = configuration.app == nil
        tracer = Tracer(isSampling: configuration.isTracing)
    }

    var appID: String { configuration.appID }

    /// Calls back when the app, if there is one, listens.
    func whenAppIsReady(_ action: @escaping () -> Void) {
        if isAppReady { action() } else { whenReady.append(action) }
    }

    /// The app listens.
    func appIsReady() {
        isAppReady = true
        for action in exchange(&whenReady, with: []) { action() }
    }

    /// The components of a kind, such as `state`.
    func components(of kind: String) -> [Component] {
        configuration.components.filter { $0.type.hasPrefix(kind + ".") }
    }

    /// A key as a component stores it: its setting `keyPrefix` says with whom it is shared.
    func prefixed(_ key: String, for component: Component) -> String {
        switch component.metadata["keyPrefix"] ?? "appid" {
        case "none": key
        case "name": component.name + "||" + key
        case "appid": appID + "||" + key
        case let prefix: prefix + "||" + key
        }
    }
}
