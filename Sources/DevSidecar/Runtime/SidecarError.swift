import DaprProtos
import JSON
import SwiftProtobuf

/// More about an error, as `google.rpc` defines it.
enum ErrorDetail: Sendable {
    /// Metadata nil is `null` over HTTP and nothing over gRPC.
    case errorInfo(reason: String, metadata: [String: String]?)
    case resourceInfo(type: String, name: String, owner: String, description: String)
    case badRequest(field: String, description: String)

    static let domain = "dapr.io"

    static func errorInfo(_ reason: String) -> ErrorDetail {
        .errorInfo(reason: reason, metadata: nil)
    }

    static func resourceInfo(
        type: String, name: String, description: String = ""
    ) -> ErrorDetail {
        .resourceInfo(type: type, name: name, owner: "", description: description)
    }
}

/// A failure of a building block, in the words of both APIs.
struct SidecarError: Error, Sendable {
    var httpStatus: Int
    var grpcCode: Int
    /// Over HTTP the member `errorCode`.
    var code: String
    var message: String
    /// Where gRPC words it otherwise.
    var grpcMessage: String?
    var httpDetails: [ErrorDetail] = []
    var grpcDetails: [ErrorDetail] = []

    /// The answer over HTTP.
    var response: SidecarResponse { .json(body, status: httpStatus) }

    /// The status over gRPC.
    var status: GRPCStatus {
        GRPCStatus(grpcCode, grpcMessage ?? message, details: grpcDetails)
    }

    var reply: GRPCReply { GRPCReply(status: status) }

    private var body: [UInt8] {
        var writer = JSONWriter(options: .go)
        writer.beginObject()
        writer.key("errorCode")
        writer.string(code)
        writer.key("message")
        writer.string(message)
        if !httpDetails.isEmpty {
            writer.key("details")
            writer.beginArray()
            for detail in httpDetails { writer.value(detail.json) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }

    /// A request that cannot be understood.
    static func malformed(_ message: String) -> SidecarError {
        SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.invalidArgument, code: "ERR_MALFORMED_REQUEST",
            message: message)
    }

    /// A body that could not be read to its end, for handlers that need all of it.
    static func unreadableBody(_ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.internalError, code: "ERR_BODY_READ",
            message: "failed to read request body: " + reason)
    }

    /// Nothing answers under this path.
    static let noRoute = SidecarError(
        httpStatus: 404, grpcCode: GRPCStatus.notFound, code: "ERR_DIRECT_INVOKE",
        message:
            "failed getting app id either from the URL path or the header dapr-app-id")
}

extension ErrorDetail {
    private var typeName: String {
        switch self {
        case .errorInfo: "ErrorInfo"
        case .resourceInfo: "ResourceInfo"
        case .badRequest: "BadRequest"
        }
    }

    private var typeURL: String { "type.googleapis.com/google.rpc." + typeName }

    /// As it stands in the `details` of an HTTP error.
    var json: JSONValue {
        let type = JSONValue.string(typeURL)
        switch self {
        case .errorInfo(let reason, let metadata):
            let members = metadata.map { metadata in
                JSONValue.object(
                    JSONObject(
                        metadata.map { JSONObject.Member(key: $0, value: .string($1)) }))
            }
            return [
                "@type": type, "domain": .string(Self.domain), "metadata": members ?? .null,
                "reason": .string(reason),
            ]
        case .resourceInfo(let resource, let name, let owner, let description):
            return [
                "@type": type, "description": .string(description), "owner": .string(owner),
                "resource_name": .string(name), "resource_type": .string(resource),
            ]
        case .badRequest(let field, let description):
            return [
                "@type": type,
                "field_violations": [
                    ["field": .string(field), "description": .string(description)]
                ],
            ]
        }
    }

    /// As it stands in the `details` of a gRPC status.
    func packed() throws -> Google_Protobuf_Any {
        var packed = Google_Protobuf_Any()
        packed.typeURL = typeURL
        switch self {
        case .errorInfo(let reason, let metadata):
            var info = Google_Rpc_ErrorInfo()
            info.reason = reason
            info.domain = Self.domain
            info.metadata = metadata ?? [:]
            packed.value = try info.serializedBytes()
        case .resourceInfo(let type, let name, let owner, let description):
            var info = Google_Rpc_ResourceInfo()
            info.resourceType = type
            info.resourceName = name
            info.owner = owner
            info.description_p = description
            packed.value = try info.serializedBytes()
        case .badRequest(let field, let description):
            var violation = Google_Rpc_BadRequest.FieldViolation()
            violation.field = field
            violation.description_p = description
            var request = Google_Rpc_BadRequest()
            request.fieldViolations = [violation]
            packed.value = try request.serializedBytes()
        }
        return packed
    }
}
