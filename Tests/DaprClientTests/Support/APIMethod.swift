import Testing

@testable import DaprClient

/// One method of `DaprAPI`: how it is called, and what its document says.
struct APIMethod: Sendable, CustomTestStringConvertible {
    /// What an answer of the HTTP API means to it.
    enum Content: Sendable {
        /// Nothing: only the status counts.
        case ignored
        /// JSON that it reads.
        case json
        /// Bytes that it hands on.
        case bytes
    }

    /// Calls it, and reads to its end what it gives.
    ///
    /// - Parameters:
    ///   - name: of the component, app, actor type, instance or job.
    ///   - data: a content, where it takes one.
    typealias Call =
        @Sendable (
            _ api: any DaprAPI, _ name: String, _ data: [UInt8], _ options: CallOptions
        ) async throws -> Void

    /// The requirement's name, and its labels where two have the same name.
    var name: String
    var block: String
    /// The JavaScript client's feature; nil where it has none.
    var javaScript: String?
    /// The handle that reads like Swift.
    var handle: String
    /// The name that the development sidecar knows.
    var subject: String
    /// The answer that an unknown name gets; nil when there is no such thing, or it is no error.
    var unknown: DaprError.Kind?
    /// What the sidecar alone can answer, when that is not success.
    var answer: DaprError.Kind?
    /// Which APIs daprd offers it in.
    var offers: Set<DaprProtocol> = [.http, .grpc]
    var content = Content.ignored
    /// Whether `data` is sent.
    var sendsData = false
    /// The content that the development sidecar is given.
    var data = Array("{}".utf8)
    /// Makes ready what the call needs, and perhaps the content for it.
    var prepare: (@Sendable (any DaprAPI) async throws -> [UInt8]?)?
    var call: Call

    var testDescription: String { name }

    /// Whether a client of this kind can do it.
    func isOffered(over api: DaprProtocol) -> Bool { api == .auto || offers.contains(api) }

    static let all =
        state + publish + invoke + secrets + configuration + locks + cryptography + actors
        + actorSchedules + workflows + jobs + sidecar
}
