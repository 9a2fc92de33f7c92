import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

// Header fields of HTTP and metadata of gRPC.

extension GRPCMetadata {
    /// The header fields of a request that an app may see as metadata.
    ///
    /// - Throws: for a `-bin` field that is no base64.
    init(_ context: RequestContext) throws(GatewayError) {
        self.init()
        let forwarded = ForwardedFields(context.request.fields, requestID: context.id)
        context.droppedFields = forwarded.dropped
        for field in forwarded.fields {
            let name = field.name.canonicalName
            guard !Self.describesThisMessage(name) else { continue }
            if name.hasSuffix("-bin") {
                for element in listElements([field.value]) {
                    guard let bytes = Base64.decode(element.utf8) else {
                        throw GatewayError(.invalidHeader, "'\(name)' has to be base64")
                    }
                    add(name, bytes)
                }
            } else if field.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
                add(name, field.value)
            } else {
                // gRPC has only printable ASCII.
                context.droppedFields += 1
            }
        }
    }

    /// Fields about the content of this request, or what the caller takes; and `user-agent`, which
    /// is the sidecar's client's.
    private static func describesThisMessage(_ name: String) -> Bool {
        switch name {
        case "accept", "user-agent", "x-grpc-web", "x-user-agent": true
        default: name.hasPrefix("content-") || name.hasPrefix("accept-")
        }
    }
}

extension HTTPFields {
    /// Adds an app's metadata as header fields.
    mutating func append(_ metadata: GRPCMetadata) {
        var seen: Set<String> = []
        for name in metadata.names where seen.insert(name).inserted && !Self.isOurs(name) {
            guard let fieldName = HTTPField.Name(name) else { continue }
            for value in metadata.values(of: name) {
                append(HTTPField(name: fieldName, value: value))
            }
        }
    }

    /// Fields about this connection or content, and those that every response has from us.
    private static func isOurs(_ name: String) -> Bool {
        switch name {
        case "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
            "upgrade", "date", "server", "x-request-id", "x-content-type-options",
            "grpc-status-details-bin":
            true
        default: name.hasPrefix("content-") || name.hasPrefix("dapr-")
        }
    }
}

extension HTTPField.Name {
    static let grpcTimeout = constant("grpc-timeout")
}
