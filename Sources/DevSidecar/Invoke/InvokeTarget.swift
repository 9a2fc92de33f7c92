import HTTPMessage
import HTTPTypes
import JSON

/// Which app an HTTP request is for, and which of its methods.
struct InvokeTarget {
    var appID: String
    /// Unescaped, as it came.
    var method: String

    /// Finds the target: the header `dapr-app-id`, basic authorization for a user of that name, or
    /// the path `/v1.0/invoke/ID/method/METHOD`.
    ///
    /// - Returns: nil for a request that is no invocation.
    init?(_ request: SidecarRequest) {
        if let appID = Self.appID(in: request.fields) {
            let path = PathEscaping.clean(request.path[...])
            self.appID = appID
            method = Self.decoded(path.dropFirst())
            return
        }
        let prefix = Array("/v1.0/invoke/".utf8)
        guard request.path.starts(with: prefix) else { return nil }
        let rest = request.path.dropFirst(prefix.count)
        guard let end = rest.firstIndex(of: UInt8(ascii: "/")), end > rest.startIndex else {
            return nil
        }
        let marker = Array("/method/".utf8)
        guard rest[end...].starts(with: marker) else { return nil }
        appID = Self.decoded(rest[..<end])
        method = Self.decoded(rest[end...].dropFirst(marker.count))
    }

    private static func decoded(_ path: ArraySlice<UInt8>) -> String {
        PathEscaping.decode(path, plusIsSpace: false) ?? String(decoding: path, as: UTF8.self)
    }

    private static func appID(in fields: FieldBlock) -> String? {
        if let appID = fields[.daprAppID], !appID.isEmpty { return appID }
        let scheme = "Basic "
        guard let credentials = fields[.authorization], credentials.hasPrefix(scheme),
            let bytes = Base64.decode(String(credentials.dropFirst(scheme.count)))
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let user = "dapr-app-id:"
        return text.hasPrefix(user) ? String(text.dropFirst(user.count)) : nil
    }
}
