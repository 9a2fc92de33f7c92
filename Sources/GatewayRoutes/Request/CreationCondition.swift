import DaprClient
import HTTPMessage
import HTTPTypes

extension RequestContext {
    /// Whether a PUT may only create: `If-None-Match: *`. For what has no versions.
    func isCreateOnly() throws(GatewayError) -> Bool {
        guard !request.fields.contains(.ifMatch) else {
            throw GatewayError(
                .invalidHeader, "'If-Match' means nothing here: there are no versions")
        }
        switch try EntityTagCondition(.ifNoneMatch, in: request.fields) {
        case nil: return false
        case .any: return true
        case .tags: throw GatewayError(.invalidHeader, "'If-None-Match' can only be '*' here")
        }
    }

    /// What a failed PUT means.
    func failure(_ error: DaprError, creating subject: String, isCreateOnly: Bool) -> GatewayError {
        guard error.kind == .conflict else { return failure(error) }
        return GatewayError(
            isCreateOnly ? .preconditionFailed : .alreadyExists, "\(subject) exists already",
            cause: error)
    }
}
