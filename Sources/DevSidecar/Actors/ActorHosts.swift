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
    private let loop: EventLoop
    /// What each app said, by its place in `apps`; nothing as long as it did not answer.
    private var answers: [[String: Host]?]

    init(_ directory: AppDirectory, on loop: EventLoop) {
        self.loop = loop
        let others = directory.others.sorted { $0.key < $1.key }.map(\.value)
        apps = ([directory.own].compactMap(\.self) + others).compactMap { app in
            if case .http(let app) = app { app } else { nil }
        }
        answers = apps.map { _ in nil }
    }

    /// The host of a type.
    func host(of type: String) async -> Host? {
        for index in apps.indices {
            if let host = await types(of: index)[type] { return host }
        }
        return nil
    }

    /// What an app hosts. It is asked until it has answered.
    private func types(of index: Int) async -> [String: Host] {
        if let answer = answers[index] { return answer }
        let app = apps[index]
        let request = AppRequest(
            method: "GET", target: "/dapr/config",
            fields: [AppField(name: "Host", value: "127.0.0.1:\(app.port)")])
        guard let answer = try? await app.answer(to: request, on: loop) else { return [:] }
        var types: [String: Host] = [:]
        if answer.status == 200, let configuration = try? JSONValue.parse(answer.body) {
            let idle = configuration["actorIdleTimeout"]?.stringValue
            let host = Host(
                app: app,
                idleTimeout: idle.flatMap(ScheduleTime.duration) ?? Self.defaultIdleTimeout)
            for entity in configuration["entities"]?.arrayValue ?? [] {
                if let type = entity.stringValue { types[type] = host }
            }
        }
        answers[index] = types
        return types
    }
}
