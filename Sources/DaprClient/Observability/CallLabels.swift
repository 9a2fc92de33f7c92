import HTTP2

/// What is said about a call: of few values, and none of the caller's.
struct CallLabels: Hashable {
    /// The gRPC method, such as `GetState`, or method and building block, such as `GET state`.
    let operation: String
    /// `ok`, the status (`grpc-5`, `http-404`), or why there was none (`deadlineExceeded`).
    let result: String

    var isSuccess: Bool { result == "ok" }

    init(_ api: DaprProtocol, _ head: HeaderBlock, _ outcome: Exchange.Outcome) {
        operation = Self.operation(api, head)
        switch outcome {
        case .failure(let error): result = error.kind.rawValue
        case .success(let response) where api == .grpc:
            let text = (response.trailers ?? response.head)["grpc-status"]
            result =
                switch text.flatMap({ Int($0) }) {
                case 0: "ok"
                case .some(let code) where (1...16).contains(code): "grpc-\(code)"
                default: "other"
                }
        case .success(let response):
            result =
                switch response.head.status {
                case .some(200..<400): "ok"
                case .some(let status) where (400..<600).contains(status): "http-\(status)"
                default: "other"
                }
        }
    }

    static func operation(_ api: DaprProtocol, _ head: HeaderBlock) -> String {
        let parts = (head[":path"] ?? "").utf8.split(
            maxSplits: 3, whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") })
        guard parts.count > 1 else { return "other" }
        guard api != .grpc else {
            // The methods of other services are the caller's.
            return parts[0].elementsEqual("dapr.proto.runtime.v1.Dapr".utf8)
                ? "\(Substring(parts[1]))" : "proxy"
        }
        let method = head[":method"].flatMap { methods.contains($0) ? $0 : nil } ?? "other"
        return "\(method) \(Substring(parts[1]))"
    }

    private static let methods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS",
    ]
}
