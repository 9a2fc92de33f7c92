/// The header fields between a caller and an app, which the sidecars on the way add to, rename and
/// drop.
enum AppFields {
    /// What concerns one connection only (RFC 9110, section 7.6.1).
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]

    /// Fields that are not HTTP's own over gRPC, because gRPC or a proxy may mean others by them.
    private static let renamedOverGRPC: Set<String> = [
        "accept", "accept-charset", "accept-language", "accept-ranges", "authorization",
        "cache-control", "content-type", "cookie", "date", "expect", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-schedule-tag-match", "if-unmodified-since",
        "max-forwards", "origin", "pragma", "referer", "user-agent", "via", "warning",
    ]

    /// What of a caller's fields goes on, names in lower case.
    static func forwarded(_ fields: [AppField], without dropped: Set<String>) -> [AppField] {
        let named = connectionNames(fields)
        return fields.filter { field in
            !hopByHop.contains(field.name) && !dropped.contains(field.name)
                && !named.contains(field.name)
        }
    }

    /// What of an app's fields comes back over HTTP.
    static func returned(_ response: AppResponse) -> [AppField] {
        forwarded(response.fields, without: ["content-length", "date"]).compactMap { field in
            if response.status == 304, field.name == "content-type" { return nil }
            return field.name.hasPrefix("grpc-")
                ? AppField(name: "dapr-" + field.name, value: field.value) : field
        }
    }

    /// What of an app's fields comes back as metadata.
    static func metadata(_ response: AppResponse) -> [(name: String, value: String)] {
        let fields = forwarded(response.fields, without: ["content-length"])
        let kept = fields.filter { !$0.name.hasPrefix("grpc-") }
        return [("dapr-http-status", String(response.status))]
            + kept.map { field in
                (
                    renamedOverGRPC.contains(field.name) ? "dapr-" + field.name : field.name,
                    field.value
                )
            }
    }

    private static func connectionNames(_ fields: [AppField]) -> Set<String> {
        let values = fields.filter { $0.name == "connection" }.map(\.value)
        let names = values.flatMap { $0.split(separator: ",") }
        return Set(names.map { String($0).lowercased().filter { $0 != " " } })
    }

    /// A name as Go writes it: `X-Custom`.
    static func canonical(_ name: String) -> String {
        var canonical = ""
        var startsWord = true
        for character in name {
            canonical += startsWord ? character.uppercased() : character.lowercased()
            startsWord = character == "-"
        }
        return canonical
    }
}

/// The two sidecars between a caller and an app.
struct InvokeHop {
    var callerID: String
    var calleeID: String
    /// The name of the caller's host.
    var host: String

    /// What the hop adds.
    var fields: [AppField] {
        [
            ("dapr-callee-app-id", calleeID), ("dapr-caller-app-id", callerID),
            ("dapr-caller-namespace", "default"),
            ("forwarded", "for=127.0.0.1;by=127.0.0.1;host=\(host)"),
            ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-host", host),
        ].map { AppField(name: $0.0, value: $0.1) }
    }
}
