import HTTPMessage
import HTTPTypes

/// Cross-origin resource sharing, as the sidecar does it when origins are allowed.
struct CORS {
    private let origins: [String]

    /// Nil when no origin is allowed: then the sidecar knows nothing of CORS.
    init?(allowedOrigins: [String]) {
        guard !allowedOrigins.isEmpty else { return nil }
        origins = allowedOrigins.map { $0.lowercased() }
    }

    /// The answer to a preflight request; nil if this is none.
    func preflight(_ head: HTTPService.Head) -> SidecarResponse? {
        guard head.method == "OPTIONS", let method = head.fields[.requestMethod],
            !method.isEmpty
        else { return nil }
        var response = SidecarResponse(status: 200)
        for name in ["Access-Control-Request-Method", "Access-Control-Request-Headers"] {
            response.fields.append(SidecarResponse.Field(name: "vary", value: name))
        }
        guard let origin = head.fields[.origin], isAllowed(origin) else { return response }
        response.fields.append(
            SidecarResponse.Field(
                name: "access-control-allow-methods", value: method.uppercased()))
        if let names = head.fields[.requestHeaders], !names.isEmpty {
            let list = names.split(separator: ",").map { Self.canonical($0) }
            response.fields.append(
                SidecarResponse.Field(
                    name: "access-control-allow-headers", value: list.joined(separator: ", ")))
        }
        return response
    }

    /// Adds the fields that every response has.
    func decorate(_ response: inout SidecarResponse, origin: String?) {
        response.fields.insert(SidecarResponse.Field(name: "vary", value: "Origin"), at: 0)
        guard let origin, isAllowed(origin) else { return }
        response.fields.append(
            SidecarResponse.Field(
                name: "access-control-allow-origin",
                value: origins.contains("*") ? "*" : origin))
    }

    private func isAllowed(_ origin: String) -> Bool {
        let origin = origin.lowercased()
        return origins.contains { pattern in
            guard let star = pattern.firstIndex(of: "*") else { return pattern == origin }
            let prefix = pattern[..<star]
            let suffix = pattern[pattern.index(after: star)...]
            return origin.utf8.count >= prefix.utf8.count + suffix.utf8.count
                && origin.hasPrefix(prefix) && origin.hasSuffix(suffix)
        }
    }

    /// `x-a` as `X-A`.
    private static func canonical(_ name: Substring) -> String {
        name.filter { $0 != " " }.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
            .joined(separator: "-")
    }
}
