import JSON

/// An HTTP app that answers with what it was asked: method, path, headers and content as JSON.
///
/// Some paths answer otherwise: `/status/N`, `/empty`, `/bytes`, `/text`, `/chunked`, `/hdrs`,
/// `/large?n=N`, `/slow?ms=N`, `/close`, and Dapr's `/dapr/subscribe` and `/dapr/config`. The routes of its
/// subscriptions acknowledge, or refuse, events and keep them, and so it keeps changes of configuration;
/// `/_take` hands them out once.
final class EchoApp: InProcessApp {
    let port: UInt16
    private let subscriptions: JSONValue
    private let actorTypes: [String]
    private let routes: Set<String>
    private var taken: [JSONValue] = []
    private var counts: [String: Int] = [:]

    /// - Parameters:
    ///   - subscriptions: what `/dapr/subscribe` answers.
    ///   - actorTypes: what `/dapr/config` says that it hosts.
    init(
        port: UInt16, subscriptions: JSONValue = EchoApp.recordedSubscriptions,
        actorTypes: [String] = []
    ) {
        self.port = port
        self.actorTypes = actorTypes
        self.subscriptions = subscriptions
        routes = Set(subscriptions.arrayValue?.flatMap(Self.routes) ?? [])
    }

    private static func routes(of subscription: JSONValue) -> [String] {
        let rules = subscription["routes"]?["rules"]?.arrayValue ?? []
        let paths = rules.map { $0["path"] }
        let all = paths + [subscription["route"], subscription["routes"]?["default"]]
        return all.compactMap { $0?.stringValue }
    }

    func answer(_ request: AppRequest) throws(AppFailure) -> AppResponse {
        let parts = request.target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        if path == "/_take" {
            defer {
                taken = []
                counts = [:]
            }
            return json(.array(taken))
        }
        let record = Self.record(of: request)
        if routes.contains(path) { return take(record, path) }
        if path.hasPrefix("/configuration/") {
            keep(record)
            return json([:])
        }
        if path.hasPrefix("/status/") { return status(path, record) }
        if path.hasPrefix("/actors/") { return actor(path, record) }
        return switch path {
        case "/dapr/subscribe": json(subscriptions)
        case "/dapr/config": json(configuration)
        case "/empty": response(contentType: nil)
        case "/bytes":
            response(body: [0, 1, 0xFE, 0xFF], contentType: "application/octet-stream")
        case "/text":
            response(body: Array("héllo".utf8), contentType: "text/plain; charset=utf-8")
        case "/large":
            large(Self.number("n", in: parts.dropFirst().first) ?? 0, request.takesFiller)
        case "/slow": slow(Self.number("ms", in: parts.dropFirst().first) ?? 1000)
        case "/close": throw .closed
        case "/hdrs": Self.manyFields
        case "/chunked":
            AppResponse(
                status: 200, fields: [AppField(name: "content-type", value: "text/plain")],
                body: Array("one two three".utf8))
        default: json(record)
        }
    }

    // MARK: - What was asked

    private static func record(of request: AppRequest) -> JSONValue {
        var members = [
            JSONObject.Member(key: "method", value: .string(request.method)),
            JSONObject.Member(key: "path", value: .string(request.target)),
            JSONObject.Member(
                key: "headers",
                value: .array(
                    request.fields.map { field in
                        .array([.string(field.name), .string(latin1(field.value))])
                    })),
        ]
        let count = request.body.count + request.unkept
        if count > longestRecordedBody {
            members.append(JSONObject.Member(key: "body", value: .null))
            members.append(
                JSONObject.Member(key: "bodyLength", value: .number(.init(count))))
        } else if let text = String(validating: request.body, as: UTF8.self) {
            members.append(JSONObject.Member(key: "body", value: .string(text)))
        } else {
            let text = Base64.encode(request.body)
            members.append(JSONObject.Member(key: "bodyBase64", value: .string(text)))
        }
        return .object(JSONObject(members))
    }

    private static let longestRecordedBody = 100_000
    /// One byte more shows that there is more.
    let mostBytesRead = EchoApp.longestRecordedBody + 1

    /// Each byte as one character, which is how Python reads header fields.
    private static func latin1(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        return String(String.UnicodeScalarView(text.utf8.map(Unicode.Scalar.init)))
    }

    // MARK: - Special paths

    private func keep(_ record: JSONValue) {
        if taken.count == Self.mostTaken { taken.removeFirst() }
        taken.append(record)
    }

    private static let mostTaken = 1000

    private func take(_ record: JSONValue, _ path: String) -> AppResponse {
        keep(record)
        counts[path, default: 0] += 1
        switch path {
        case "/memdrop": return json(["status": "DROP"])
        case "/memretry2" where counts[path] == 1: return json(["status": "RETRY"])
        case "/memretry2" where counts[path] == 2:
            return response(status: 500, body: Array("boom".utf8))
        case "/memgone": return response(status: 404)
        default: return json(["status": "SUCCESS"])
        }
    }

    /// What a reminder or timer calls is kept like an event. The method `fail` fails, `slow` takes
    /// 200 ms, and `none` does not exist.
    private func actor(_ path: String, _ record: JSONValue) -> AppResponse {
        let segments = path.split(separator: "/")
        if segments.count == 6 { taken.append(record) }
        var answer = json(record)
        switch segments.last {
        case "fail": return response(status: 500, body: Array("boom".utf8))
        case "none": return response(status: 404)
        case "slow": answer.delay = .milliseconds(200)
        case "error": answer.fields.append(AppField(name: "x-daprerrorresponseheader", value: "1"))
        default: break
        }
        return answer
    }

    private var configuration: JSONValue {
        actorTypes.isEmpty ? [:] : ["entities": .array(actorTypes.map { .string($0) })]
    }

    private func status(_ path: String, _ record: JSONValue) -> AppResponse {
        guard let status = Int(path.dropFirst("/status/".count)), 200...599 ~= status else {
            return response(status: 500)
        }
        var answer = json(record)
        answer.status = status
        if [204, 304].contains(status) { answer.body = [] }
        if [301, 302, 307].contains(status) {
            answer.fields.append(AppField(name: "location", value: "/elsewhere"))
        }
        return answer
    }

    private func large(_ count: Int, _ takesFiller: Bool) -> AppResponse {
        let count = max(0, takesFiller ? min(count, 1 << 36) : min(count, 1 << 28))
        // What is this long at most is made at once.
        let inMemory = takesFiller ? min(count, 1 << 20) : count
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: inMemory)
        var answer = response(body: body, contentType: "text/plain")
        answer.fillerCount = count - inMemory
        return answer
    }

    private func slow(_ milliseconds: Int) -> AppResponse {
        var answer = response(body: Array(#"{"slow":true}"#.utf8))
        answer.delay = .milliseconds(max(0, min(milliseconds, 3_600_000)))
        return answer
    }

    /// The value of a parameter of a query.
    private static func number(_ name: String, in query: Substring?) -> Int? {
        let pair = query?.split(separator: "&").first { $0.hasPrefix(name + "=") }
        return pair.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    private func json(_ value: JSONValue) -> AppResponse {
        response(body: PythonJSON.dump(value))
    }

    private func response(
        status: Int = 200, body: [UInt8] = [], contentType: String? = "application/json"
    ) -> AppResponse {
        var answer = AppResponse(status: status, body: body)
        if let contentType {
            answer.fields.append(AppField(name: "content-type", value: contentType))
        }
        answer.fields.append(AppField(name: "x-echo", value: "yes"))
        return answer
    }
}
