import DaprClient
public import HTTPMessage
import HTTPTypes
import JSON

extension Response {
    /// The one place where an error becomes a response: a problem document (RFC 9457).
    ///
    /// - Parameters:
    ///   - error: what went wrong.
    ///   - instance: the id of the request.
    public init(_ error: GatewayError, instance: String) {
        let row = error.code.row
        var fields = error.fields
        fields[.contentType] = ContentType.problem
        fields[.cacheControl] = "no-store"
        if row.isRetryable { fields[.retryAfter] = "1" }
        self.init(
            HTTPResponse.Status(code: row.status), fields: fields,
            body: .bytes(error.problemDocument(instance: instance)))
    }
}

extension GatewayError {
    /// The problem as JSON, with what the sidecar said in the member `dapr`, or an app's gRPC status
    /// in `grpc`. A failure before anything came back has no status and no code: nobody spoke.
    func problemDocument(instance: String) -> [UInt8] {
        let row = code.row
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(code.uri)
        writer.key("title")
        writer.string(row.title)
        writer.key("status")
        writer.int(row.status)
        writer.key("detail")
        writer.string(message)
        writer.key("instance")
        writer.string(instance)
        if let cause, let status = GRPCStatusCode(code) {
            writer.key("grpc")
            writer.grpcStatus(status, cause)
        } else if let cause, cause.status != nil || cause.code != nil {
            writer.key("dapr")
            writer.daprError(cause)
        }
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func daprError(_ error: DaprError) {
        beginObject()
        if let code = error.code {
            key("errorCode")
            string(code)
        }
        key("message")
        string(error.message)
        switch error.status {
        case .grpc(let status):
            key("grpcStatus")
            int(status)
        case .http(let status):
            key("httpStatus")
            int(status)
        case nil: break
        }
        details(of: error)
        endObject()
    }

    fileprivate mutating func grpcStatus(_ status: GRPCStatusCode, _ error: DaprError) {
        beginObject()
        key("status")
        int(status.rawValue)
        key("name")
        string(status.name)
        key("message")
        string(error.message)
        details(of: error)
        endObject()
    }

    private mutating func details(of error: DaprError) {
        guard !error.details.isEmpty else { return }
        key("details")
        beginArray()
        for detail in error.details { value(detail.json) }
        endArray()
    }
}

extension DaprError.Detail {
    /// The detail as the JSON form of `google.protobuf.Any` has it.
    fileprivate var json: JSONValue {
        switch self {
        case .errorInfo(let reason, let domain, let metadata):
            [
                "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": .string(reason),
                "domain": .string(domain), "metadata": .object(sorted: metadata),
            ]
        case .resourceInfo(let type, let name, let owner, let description):
            [
                "@type": "type.googleapis.com/google.rpc.ResourceInfo",
                "resourceType": .string(type), "resourceName": .string(name),
                "owner": .string(owner), "description": .string(description),
            ]
        case .badRequest(let violations):
            [
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": .array(
                    violations.map {
                        ["field": .string($0.field), "description": .string($0.description)]
                    }),
            ]
        case .help(let links):
            [
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": .array(
                    links.map {
                        ["description": .string($0.description), "url": .string($0.url)]
                    }),
            ]
        case .other(let type):
            ["@type": .string("type.googleapis.com/\(type)")]
        }
    }
}

extension JSONValue {
    /// An object of strings in the order of their names, so that equal answers are equal bytes.
    static func object(sorted strings: [String: String]) -> JSONValue {
        .object(
            JSONObject(
                strings.sorted { $0.key < $1.key }.map { name, text in
                    JSONObject.Member(key: name, value: .string(text))
                }))
    }
}
