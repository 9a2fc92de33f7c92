import HTTPMessage
import HTTPTypes
import JSON

/// What the admin listener answers. Not for the public, never in the way of traffic.
struct AdminRoutes {
    /// Whether the gateway can serve; nil says yes, else the reasons.
    let notReadyBecause: () -> String?
    /// All metrics as text.
    let metrics: () async -> String

    /// Answers what can be answered at once; nil for what has to be collected first.
    func immediate(_ request: Request) -> Response? {
        guard request.method == .get || request.method == .head else {
            return Self.text(.methodNotAllowed, "GET only\n", fields: [.allow: "GET, HEAD"])
        }
        switch request.target.path {
        case Self.livez: return Self.text(.ok, "alive\n")
        case Self.readyz:
            let isVerbose = request.target.query.map { $0.starts(with: "verbose".utf8) } ?? false
            guard let reason = notReadyBecause() else {
                return Self.text(.ok, isVerbose ? "[+] sidecar ok\nready\n" : "ready\n")
            }
            return Self.text(
                .serviceUnavailable,
                isVerbose ? "[-] sidecar: \(reason)\nnot ready\n" : "not ready: \(reason)\n",
                fields: [.retryAfter: "1"])
        case Self.metricsPath: return nil
        default: return Self.text(.notFound, "/livez, /readyz?verbose, /metrics\n")
        }
    }

    /// Answers what `immediate` did not.
    func deferred() async -> Response {
        Response(
            .ok, fields: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .bytes(Array(await metrics().utf8)))
    }

    private static let livez = Array("/livez".utf8)[...]
    private static let readyz = Array("/readyz".utf8)[...]
    private static let metricsPath = Array("/metrics".utf8)[...]

    private static func text(
        _ status: HTTPResponse.Status, _ text: String, fields: HTTPFields = [:]
    ) -> Response {
        var fields = fields
        fields[.contentType] = "text/plain; charset=utf-8"
        fields[.cacheControl] = "no-store"
        return Response(status, fields: fields, body: .bytes(Array(text.utf8)))
    }
}
