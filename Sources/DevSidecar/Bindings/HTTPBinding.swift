import EventLoop

/// `bindings.http`: requests to a URL.
final class HTTPBinding: OutputBinding {
    private static let maximumRedirects = 10

    let operations: [String]? = [
        "create", "get", "head", "post", "put", "patch", "delete", "options", "trace",
    ]
    private let url: String
    private let failsUnlessOK: Bool
    private let apps: AppDirectory
    private let loop: EventLoop

    init(_ component: Component, apps: AppDirectory, on loop: EventLoop) {
        url = component.metadata["url"] ?? ""
        failsUnlessOK = component.metadata["errorIfNot2XX"].map(Self.isTruthy) ?? true
        self.apps = apps
        self.loop = loop
    }

    private static func isTruthy(_ text: String) -> Bool {
        ["y", "yes", "true", "t", "on", "1"].contains(text.lowercased())
    }

    func invoke(_ request: BindingRequest) async throws(BindingFailure) -> BindingResponse? {
        var target = url
        if let path = request.metadata["path"], !path.isEmpty {
            while target.hasSuffix("/") { target.removeLast() }
            target += "/" + path.drop { $0 == "/" }
        }
        let verb = request.operation == "create" ? "POST" : request.operation.uppercased()
        var call = Call(verb: verb, fields: Self.fields(of: request.metadata))
        if ["PUT", "POST", "PATCH"].contains(verb) { call.body = request.data }
        call.setDefault("Accept", "application/json; charset=utf-8")
        if call.body != nil {
            call.setDefault("Content-Type", "application/json; charset=utf-8")
        }
        let answer = try await send(&call, to: target)
        return try result(
            of: answer,
            failsUnlessOK:
                request.metadata["errorIfNot2XX"].map(Self.isTruthy) ?? failsUnlessOK,
            isHead: verb == "HEAD")
    }

    /// What goes out.
    fileprivate struct Call {
        var verb: String
        /// By their names as Go writes them.
        var fields: [String: String]
        var body: [UInt8]?

        mutating func setDefault(_ name: String, _ value: String) {
            if fields[name] == nil { fields[name] = value }
        }
    }

    /// Metadata with a capital letter first are header fields, and so is the trace.
    private static func fields(of metadata: [String: String]) -> [String: String] {
        var fields: [String: String] = [:]
        for (name, value) in metadata where name.first.map({ "A"..."Z" ~= $0 }) == true {
            fields[AppFields.canonical(name)] = value
        }
        for name in ["traceparent", "tracestate", "baggage"] {
            if let value = metadata[name], !value.isEmpty {
                fields[AppFields.canonical(name)] = value
            }
        }
        return fields
    }

    // MARK: - Sending

    /// Sends a request and those that redirections lead to.
    private func send(
        _ call: inout Call, to target: String
    ) async throws(BindingFailure) -> AppResponse {
        var target = target
        for _ in 0...Self.maximumRedirects {
            guard let url = WebURL(target) else {
                throw BindingFailure("parse \"\(target)\": invalid URL")
            }
            let answer: AppResponse
            do throws(AppFailure) {
                let app = apps.httpApp(at: url.host, port: url.port)
                answer = try await app.answer(to: call.request(to: url), on: loop)
            } catch {
                let verb = AppFields.canonical(call.verb)
                throw BindingFailure("\(verb) \"\(target)\": \(error.text)")
            }
            guard [301, 302, 303, 307, 308].contains(answer.status),
                let location = answer.value(of: "location")
            else { return answer }
            if answer.status <= 303 {
                if !["GET", "HEAD"].contains(call.verb) { call.verb = "GET" }
                call.body = nil
                call.fields["Content-Type"] = nil
            }
            call.fields["Referer"] = target
            target = url.resolve(location)
        }
        throw BindingFailure(
            "\(AppFields.canonical(call.verb)) \"\(target)\": stopped after 10 redirects")
    }

    private func result(
        of answer: AppResponse, failsUnlessOK: Bool, isHead: Bool
    ) throws(BindingFailure) -> BindingResponse {
        var metadata: [String: String] = [:]
        for field in answer.fields {
            let name = AppFields.canonical(field.name)
            metadata[name] = metadata[name].map { $0 + ", " + field.value } ?? field.value
        }
        let hasContent = answer.status != 204 && answer.status != 304
        if hasContent, metadata["Content-Length"] == nil {
            metadata["Content-Length"] = String(answer.body.count)
        }
        metadata["statusCode"] = String(answer.status)
        metadata["status"] = "\(answer.status) \(HTTP1Response.reason(answer.status))"
        guard !failsUnlessOK || 200...299 ~= answer.status else {
            throw BindingFailure("received status code \(answer.status)", metadata: metadata)
        }
        return BindingResponse(
            data: hasContent && !isHead ? answer.body : [], metadata: metadata)
    }
}

extension HTTPBinding.Call {
    /// The request in the order in which Go's HTTP client writes its fields.
    fileprivate func request(to url: WebURL) -> AppRequest {
        var all = [
            AppField(name: "Host", value: url.authority),
            AppField(name: "User-Agent", value: fields["User-Agent"] ?? "Go-http-client/1.1"),
        ]
        if let body { all.append(AppField(name: "Content-Length", value: String(body.count))) }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) where name != "User-Agent" {
            all.append(AppField(name: name, value: value))
        }
        if verb != "HEAD" { all.append(AppField(name: "Accept-Encoding", value: "gzip")) }
        return AppRequest(method: verb, target: url.target, fields: all, body: body ?? [])
    }
}

/// The parts of an `http` URL that a client needs.
struct WebURL {
    var host: String
    var port: UInt16
    /// Host and, where it was given, port.
    var authority: String
    /// Path and query.
    var target: String

    /// Nil when it is no such URL.
    init?(_ text: String) {
        guard text.lowercased().hasPrefix("http://") else { return nil }
        let rest = text.dropFirst("http://".count)
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let authority = String(rest[..<end])
        var host = authority
        var port: UInt16? = 80
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            host = String(authority[..<colon])
            port = UInt16(authority[authority.index(after: colon)...])
        }
        guard !host.isEmpty, let port else { return nil }
        (self.host, self.port, self.authority) = (host, port, authority)
        let path = rest[end...].prefix { $0 != "#" }
        target = path.hasPrefix("/") ? String(path) : "/" + path
    }

    /// The URL that a `Location` means.
    func resolve(_ location: String) -> String {
        if location.contains("://") { return location }
        if location.hasPrefix("//") { return "http:" + location }
        if location.hasPrefix("/") { return "http://\(authority)\(location)" }
        let path = target.prefix { $0 != "?" }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return "http://\(authority)\(folder)\(location)"
    }
}
