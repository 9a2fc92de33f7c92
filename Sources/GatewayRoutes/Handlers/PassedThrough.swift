import DaprClient
import HTTPMessage
import HTTPTypes

// Content that the gateway does not look at.

extension DaprBody {
    /// The content of a request, as it comes.
    init(_ body: Body) {
        switch body {
        case .empty: self = .empty
        case .bytes(let bytes): self = .bytes(bytes)
        case .stream(let stream): self = .stream(length: stream.length) { try await stream.next() }
        }
    }
}

extension Response {
    /// An answer of an app, or of the sidecar's own API, as it is.
    init(passing answer: InvokeResponse) {
        var fields = answer.fields
        // Every response has these from us.
        fields[.xRequestID] = nil
        fields[.xContentTypeOptions] = nil
        // HEAD has no content but tells the length of GET's; nobody reads this stream.
        let head = answer.headLength.map { Body.stream(BodyStream(length: $0) { nil }) }
        self.init(answer.status, fields: fields, body: head ?? Body(answer.body))
    }
}

extension Body {
    fileprivate init(_ body: DaprBody) {
        switch body {
        case .empty: self = .empty
        case .bytes(let bytes): self = .bytes(bytes)
        case .stream(let length, let next): self = .stream(BodyStream(length: length, read: next))
        }
    }
}
