import HTTP2
import JSON

/// An error answer of the HTTP API: JSON in most cases, text in some (dapr/http-api.md section 1.7).
struct HTTPErrorBody {
    var code: String?
    var message: String
    var details: [DaprError.Detail] = []

    init(_ body: [UInt8], status: Int) {
        if body.first == UInt8(ascii: "{"),
            let document = try? JSONDocument(parsing: body, options: .lenient),
            let text = document.root["message"]?.stringValue
                ?? document.root["errorCode"]?.stringValue
        {
            code = document.root["errorCode"]?.stringValue
            message = text
            details = document.root["details"]?.elements.map(DaprError.Detail.init) ?? []
            return
        }
        let text = String(decoding: body.prefix(1024), as: UTF8.self)
            .split(whereSeparator: \.isNewline).joined(separator: " ")
        message = text.isEmpty ? "the sidecar answered with HTTP status \(status)" : text
    }

    /// What the token check says; no other answer of the sidecar is this text.
    static func isRefusedToken(_ body: [UInt8], status: Int) -> Bool {
        status == 401 && body.count <= 20 && body.starts(with: "invalid api token".utf8)
    }
}

extension JSONParsingOptions {
    /// How answers are read: bytes that are not UTF-8 must not hide the rest.
    static let lenient = JSONParsingOptions(invalidUTF8: .replace)
}

extension DaprError {
    /// An error answer of the HTTP API.
    init(_ response: ExchangeResponse, in block: BuildingBlock) {
        let status = response.head.status ?? 0
        // The sidecar explains each of its own, so this is another server (what an app or an actor
        // answers comes through as it is).
        if status == 400, response.body.isEmpty, block != .invoke, block != .actors {
            self.init(
                .malformedResponse, "HTTP status 400 without content, which no sidecar answers",
                status: .http(status))
            return
        }
        let body = HTTPErrorBody(response.body, status: status)
        self.init(
            httpStatus: status, code: body.code, message: body.message, details: body.details,
            in: block)
    }
}

extension DaprError.Detail {
    /// Reads one entry of `details`; its keys are those of the protobuf messages.
    init(_ node: JSONNode) {
        func text(_ key: String) -> String { node[key]?.stringValue ?? "" }
        let type = text("@type").split(separator: "/").last.map(String.init) ?? ""
        switch type {
        case "google.rpc.ErrorInfo":
            var metadata: [String: String] = [:]
            if let members = node["metadata"]?.members {
                for member in members { metadata[member.key] = member.value.stringValue }
            }
            self = .errorInfo(reason: text("reason"), domain: text("domain"), metadata: metadata)
        case "google.rpc.ResourceInfo":
            self = .resourceInfo(
                type: text("resource_type"), name: text("resource_name"), owner: text("owner"),
                description: text("description"))
        case "google.rpc.BadRequest":
            let violations = node["field_violations"]?.elements.map {
                DaprError.FieldViolation(
                    field: $0["field"]?.stringValue ?? "",
                    description: $0["description"]?.stringValue ?? "")
            }
            self = .badRequest(violations ?? [])
        case "google.rpc.Help":
            let links = node["links"]?.elements.map {
                DaprError.Link(
                    description: $0["description"]?.stringValue ?? "",
                    url: $0["url"]?.stringValue ?? "")
            }
            self = .help(links ?? [])
        default: self = .other(type: type)
        }
    }
}
