import DaprProtos
import EventLoop
import JSON
import SwiftProtobuf

/// An app that lives in the sidecar's process, or the lack of one.
enum LocalApp {
    case http(any HTTPApp)
    case grpc(any CallbackApp)
    /// One in another process.
    case grpcServer(GRPCServerApp)
    /// One whose sidecar, once on this port, is gone.
    case absent(port: UInt16)
}

/// An app that is called over HTTP.
protocol HTTPApp: AnyObject {
    /// The port that its `Host` header and errors name.
    var port: UInt16 { get }

    /// Answers a request.
    ///
    /// - Throws: why there is no answer.
    func answer(_ request: AppRequest) throws(AppFailure) -> AppResponse
}

/// An app that is called over gRPC (`AppCallback.OnInvoke`, and other services).
protocol CallbackApp: ServingApp {
    /// Answers an invocation.
    ///
    /// - Parameter metadata: names in lower case; values of `-bin` names are base64.
    /// - Throws: the status of a failed call.
    func onInvoke(
        _ request: Dapr_Proto_Common_V1_InvokeRequest, metadata: [AppField]
    ) throws(GRPCStatus) -> CallbackResponse
}

/// A header or metadata field.
typealias AppField = SidecarResponse.Field

/// What an app is asked.
struct AppRequest {
    var method: String
    /// The escaped path, and the query if there is one.
    var target: String
    var fields: [AppField]
    var body: [UInt8] = []
}

/// What an app answers over HTTP.
struct AppResponse {
    var status: Int
    /// Names in lower case.
    var fields: [AppField] = []
    var body: [UInt8] = []
    /// How long the app takes.
    var delay: Duration = .zero

    /// The value of the first field of that name, in lower case.
    func value(of name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}

/// What an app answers over gRPC.
struct CallbackResponse {
    var message: Dapr_Proto_Common_V1_InvokeResponse
    var headers: [AppField] = []
    var trailers: [AppField] = []
}

/// Why there is no answer of an app.
enum AppFailure: Error {
    /// It closed the connection.
    case closed
    /// Nothing listens on its port.
    case refused(port: UInt16)
    /// Its request ended early.
    case cutOff(announced: Int, sent: Int)

    /// In the words of Go's HTTP client.
    var text: String {
        switch self {
        case .closed: "EOF"
        case .refused(let port):
            "dial tcp 127.0.0.1:\(port): connect: connection refused"
        case .cutOff(let announced, let sent):
            "net/http: HTTP/1.x transport connection broken:"
                + " http: ContentLength=\(announced) with Body length \(sent)"
        }
    }
}

/// An app that is configured but not there.
final class AbsentApp: HTTPApp {
    let port: UInt16

    init(port: UInt16) {
        self.port = port
    }

    func answer(_ request: AppRequest) throws(AppFailure) -> AppResponse {
        throw .refused(port: port)
    }
}

/// The apps that a sidecar reaches, by their ids.
struct AppDirectory {
    /// The sidecar's own app.
    var own: LocalApp?
    /// The apps behind other sidecars, which are in this process too.
    var others: [String: LocalApp]

    /// The apps of a configuration. They have ports in name only.
    ///
    /// - Throws: what is wrong with the JSON of the subscriptions.
    init(_ configuration: SidecarConfiguration, on loop: EventLoop) throws(JSONError) {
        let local = configuration.localApps
        others = [:]
        func server(_ app: SidecarConfiguration.App) -> LocalApp {
            guard app.isGRPC else { return .http(AbsentApp(port: app.port)) }
            return .grpcServer(
                GRPCServerApp(
                    at: .ip("127.0.0.1", port: app.port), limit: configuration.maxBodySize,
                    on: loop))
        }
        if let id = local.echoID {
            let subscriptions = try local.subscriptions.map { bytes throws(JSONError) in
                try JSONValue.parse(bytes)
            }
            others[id] = .http(
                EchoApp(
                    port: LocalApps.echoPort,
                    subscriptions: subscriptions ?? EchoApp.recordedSubscriptions,
                    actorTypes: local.actorTypes))
        }
        if let id = local.greeterID { others[id] = .grpc(GreeterApp()) }
        for id in local.stoppedApps { others[id] = .http(AbsentApp(port: LocalApps.echoPort)) }
        for id in local.stoppedSidecars { others[id] = .absent(port: LocalApps.sidecarPort) }
        for (id, app) in local.servers {
            others[id] = server(app)
        }
        own = others.removeValue(forKey: configuration.appID)
        if own == nil, let app = configuration.app { own = server(app) }
    }

    /// Closes the connections to apps in other processes.
    func stop() {
        for case .grpcServer(let app) in [own].compactMap(\.self) + others.values { app.stop() }
    }

    /// The HTTP app that listens on a port.
    func httpApp(port: UInt16) -> (any HTTPApp)? {
        let apps = [own].compactMap(\.self) + others.values
        for case .http(let app) in apps where app.port == port { return app }
        return nil
    }
}
