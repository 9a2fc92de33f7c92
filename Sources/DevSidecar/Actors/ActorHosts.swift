import EventLoop
import JSON

/// Which apps host which actor types: those that they list in `GET /dapr/config`.
///
/// Belongs to the loop's thread.
final class ActorHosts {
    /// An app that hosts a type.
    struct Host {
        var app: any HTTPApp
        /// How long an actor may be idle before it is deactivated.
        var idleTimeout: Duration
    }

    private static let defaultIdleTimeout: Duration = .seconds(3600)

    private let apps: [any HTTPApp]
    private var hosts: [String: Host]?

    init(_ apps: AppDirectory) {
        let all =
            [apps.own].compactMap(\.self) + apps.others.sorted { $0.key < $1.key }.map(\.value)
        self.apps = all.compactMap { app in
            if case .http(let app) = app { app } else { nil }
        }
    }

    /// The types, sorted.
    func types() async -> [String] {
        await all().keys.sorted()
    }

    /// The host of a type.
    func host(of type: String) async -> Host? {
        await all()[type]
    }

    /// Asks the apps once.
    private func all() async -> [String: Host] {
        if let hosts { return hosts }
        var found: [String: Host] = [:]
        for app in apps {
            let request = AppRequest(
                method: "GET", target: "/dapr/config",
                fields: [AppField(name: "Host", value: "127.0.0.1:\(app.port)")])
            guard let answer = try? app.answer(request), answer.status == 200,
                let configuration = try? JSONValue.parse(answer.body)
            else { continue }
            let idle = configuration["actorIdleTimeout"]?.stringValue
            let host = Host(
                app: app,
                idleTimeout: idle.flatMap(ScheduleTime.duration) ?? Self.defaultIdleTimeout)
            for entity in configuration["entities"]?.arrayValue ?? [] {
                if let type = entity.stringValue { found[type] = host }
            }
        }
        hosts = found
        return found
    }
}
