import HTTPTypes

/// What a request to the sidecar's own HTTP API asks for, as far as the gateway has to know.
///
/// The sidecar cleans paths before it looks at them: it drops empty segments and resolves `.` and
/// `..`. So that it sees what was judged here, paths that it would change are refused.
struct NativeCall {
    /// What is asked for, where that makes a difference.
    enum Target: Hashable {
        case invocation
        case actors
        case cryptography
        case secret(store: String, name: String)
        case bulkSecrets
        case configuration
        case setMetadata
        case shutdown
        /// Any other building block, and what the sidecar does not know either.
        case other
    }

    let target: Target
    /// Whether it changes nothing.
    let isRead: Bool

    /// Reads the rest of a path after the version of the API.
    ///
    /// - Parameters:
    ///   - path: still encoded.
    ///   - method: the method of the request.
    init(_ path: ArraySlice<UInt8>, method: HTTPRequest.Method) throws(GatewayError) {
        var segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // One slash at the end makes no difference to the sidecar.
        if segments.last?.isEmpty == true { segments.removeLast() }
        let text = try Self.decoded(path)
        try Names.checkSegments(text, .invalidPath, "the path")
        guard let block = segments.first, !block.isEmpty, block.allSatisfy(Self.isPlain) else {
            throw GatewayError(.noSuchRoute, "a building block of the sidecar's API is missing")
        }
        let isGet = method == .get
        let isSafe = isGet || method == .head || method == .options
        let name = String(decoding: block, as: UTF8.self)
        guard name != "invoke" else {
            try Self.checkInvocation(segments, path, text)
            target = .invocation
            isRead = false
            return
        }
        guard segments.allSatisfy({ !$0.isEmpty }) else {
            throw GatewayError(.invalidPath, "the path has an empty segment")
        }
        switch name {
        case "shutdown": target = .shutdown
        case "metadata": target = isSafe ? .other : .setMetadata
        case "secrets" where segments.count == 3:
            let (store, key) = (try Self.decoded(segments[1]), try Self.decoded(segments[2]))
            target = key == "bulk" ? .bulkSecrets : .secret(store: store, name: key)
        case "configuration" where segments.count == 2: target = .configuration
        case "actors": target = .actors
        case "crypto": target = .cryptography
        default: target = .other
        }
        isRead = isGet && ["state", "secrets", "metadata", "healthz"].contains(name)
    }

    /// `invoke/{app}/method/{path...}`. What is no name could be a URL, and the sidecar would call it;
    /// it takes everything before the first `/method/` for the app.
    private static func checkInvocation(
        _ segments: [ArraySlice<UInt8>], _ path: ArraySlice<UInt8>, _ text: String
    ) throws(GatewayError) {
        guard segments.count > 2, segments[2].elementsEqual("method".utf8),
            segments.count > 3 || path.last == UInt8(ascii: "/")
        else {
            throw GatewayError(
                .noSuchRoute, "an invocation is written as invoke/APP/method/PATH")
        }
        try Names.checkComponent(try decoded(segments[1]), of: "app")
        try InvokeRoutes.checkPath(text)
    }

    private static func decoded(_ path: ArraySlice<UInt8>) throws(GatewayError) -> String {
        do throws(PercentEncoding.Defect) {
            return try PercentEncoding.decode(path)
        } catch {
            throw GatewayError(.invalidPath, "the path \(error.explanation)")
        }
    }

    /// Building blocks have plain names; an encoded one would be another to us than to the sidecar.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "A") < 26
            || byte &- UInt8(ascii: "0") < 10
    }

    /// The header fields with `dapr-` that are parameters of the call (dapr/http-api.md, sections
    /// 10 and 12). All others steer the sidecar or speak for it.
    var ownFields: Set<String> {
        switch target {
        case .cryptography:
            [
                "dapr-key-name", "dapr-key-wrap-algorithm", "dapr-omit-decryption-key-name",
                "dapr-decryption-key-name", "dapr-data-encryption-cipher",
            ]
        case .actors: ["dapr-reentrancy-id"]
        default: []
        }
    }
}
