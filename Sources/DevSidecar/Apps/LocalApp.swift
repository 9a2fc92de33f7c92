import DaprProtos
import SwiftProtobuf

/// An app on this machine, or the lack of one.
enum LocalApp {
    case http(any HTTPApp)
    case grpc(any CallbackApp)
    /// One in another process that speaks gRPC.
    case grpcServer(GRPCServerApp)
    /// One whose sidecar, once on this port, is gone.
    case absent(port: UInt16)
}

/// An app that is called over HTTP.
protocol HTTPApp: AnyObject {
    /// The port that its `Host` header and errors name.
    var port: UInt16 { get }

    /// Asks it something; its answer may be there already.
    func ask(_ request: AppRequest) -> AppCall

    /// Nothing is asked any more.
    func stop()

    /// How many bytes of a request's content it looks at; those after them are counted for it.
    var mostBytesRead: Int { get }
}

extension HTTPApp {
    var mostBytesRead: Int { .max }

    func stop() {}
}

/// An app in this process, which answers at once.
protocol InProcessApp: HTTPApp {
    /// Answers a request.
    ///
    /// - Throws: why there is no answer.
    func answer(_ request: AppRequest) throws(AppFailure) -> AppResponse
}

extension InProcessApp {
    func ask(_ request: AppRequest) -> AppCall {
        let call = AppCall()
        do throws(AppFailure) {
            call.finish(.success(try answer(request)))
        } catch {
            call.finish(.failure(error))
        }
        return call
    }
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
struct AppRequest: Sendable {
    var method: String
    /// The escaped path, and the query if there is one.
    var target: String
    var fields: [AppField]
    var body: [UInt8] = []
    /// How many bytes of content followed `body`, which the app does not look at.
    var unkept = 0
    /// Whether the answer may have filler.
    var takesFiller = false
}

/// What an app answers over HTTP.
struct AppResponse: Sendable {
    var status: Int
    /// Names in lower case.
    var fields: [AppField] = []
    var body: [UInt8] = []
    /// How many bytes of filler follow `body`.
    var fillerCount = 0
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
