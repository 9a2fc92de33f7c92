import HTTPMessage
import HTTPTypes

extension Facade {
    /// The request as the routes see it: with the method it stands for and a path for a target.
    func admitted(_ request: Request) throws(GatewayError) -> Request {
        guard !request.fields.contains(.upgrade) else {
            throw GatewayError(
                .upgradeNotSupported, "'Upgrade' is not supported; leave the field out")
        }
        let isRooted = request.target.bytes.first == UInt8(ascii: "/")
        guard !isRooted || request.method == .post else { return request }
        var request = request
        if !isRooted { request.target = try Self.originForm(of: request) }
        if request.method == .post, let method = request.fields[.xHTTPMethodOverride] {
            request.method = try Self.overriding(method)
        }
        return request
    }

    private static func overriding(_ text: String) throws(GatewayError) -> HTTPRequest.Method {
        switch text {
        case "PUT": return .put
        case "PATCH": return .patch
        case "DELETE": return .delete
        default:
            throw GatewayError(
                .invalidHeader,
                "'X-HTTP-Method-Override' is one of PUT, PATCH and DELETE, not '\(text)'")
        }
    }

    /// The path of a target in absolute form (RFC 9112, section 3.2.2), if it names the same host
    /// as `Host`; `*` of OPTIONS stands for the front page.
    private static func originForm(of request: Request) throws(GatewayError) -> RequestTarget {
        let text = request.target.description
        if text == "*", request.method == .options { return RequestTarget("/") }
        guard text.prefix(7).lowercased() == "http://" else {
            throw GatewayError(.malformedRequest, "the target '\(text)' does not begin with '/'")
        }
        let rest = text.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let host = request.fields[.host], authority.lowercased() == host.lowercased() else {
            throw GatewayError(.malformedRequest, "'\(authority)' is not the host of this request")
        }
        let path = rest[authority.endIndex...]
        return RequestTarget(path.hasPrefix("/") ? String(path) : "/\(path)")
    }
}

extension HTTPField.Name {
    static let host = HTTPField.Name.constant("Host")
}
