public import HTTPTypes

// Invocation with values; the raw calls are with the handles.
extension DaprClient {
    /// Calls a method of another app with a value; an error status of the app is a normal result.
    ///
    /// - Parameters:
    ///   - appID: the app's id, `app` or `app.namespace`.
    ///   - method: the path below the app's root, percent-encoded where needed.
    ///   - content: bytes as they are, a `String` as UTF-8, all else as JSON; its `Content-Type` goes
    ///     along unless there is one in `fields`.
    ///   - verb: the HTTP method.
    ///   - fields: header fields for the app.
    ///   - options: deadline and trace context.
    @discardableResult
    public func invoke(
        _ appID: String, _ method: String, _ content: some Encodable,
        verb: HTTPRequest.Method = .post, fields: HTTPFields = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> InvokeResponse {
        let payload = try Payload(content)
        var fields = fields
        if fields[.contentType] == nil { fields[.contentType] = payload.contentType }
        return try await invoke(
            appID, method, verb: verb, fields: fields, body: payload.bytes, options: options)
    }

    /// Calls a method of another app and reads what it answers.
    ///
    /// - Parameters:
    ///   - appID: the app's id, `app` or `app.namespace`.
    ///   - method: the path below the app's root, percent-encoded where needed.
    ///   - type: of the answer; see ``InvokeResponse/decode(as:upTo:)``.
    ///   - verb: the HTTP method.
    ///   - fields: header fields for the app.
    ///   - options: deadline and trace context.
    /// - Throws: an app's status that is no success is ``InvokeResponse/failure(of:)``.
    public func invoke<Value: Decodable>(
        _ appID: String, _ method: String, as type: Value.Type,
        verb: HTTPRequest.Method = .get, fields: HTTPFields = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Value {
        let response = try await invoke(
            appID, method, verb: verb, fields: fields, options: options)
        if let failure = response.failure(of: appID) { throw failure }
        return try await response.decode(as: type)
    }

    /// Calls a method of another app with a value and reads what it answers.
    ///
    /// - Parameters:
    ///   - appID: the app's id, `app` or `app.namespace`.
    ///   - method: the path below the app's root, percent-encoded where needed.
    ///   - content: bytes as they are, a `String` as UTF-8, all else as JSON.
    ///   - type: of the answer; see ``InvokeResponse/decode(as:upTo:)``.
    ///   - verb: the HTTP method.
    ///   - fields: header fields for the app.
    ///   - options: deadline and trace context.
    /// - Throws: an app's status that is no success is ``InvokeResponse/failure(of:)``.
    public func invoke<Value: Decodable>(
        _ appID: String, _ method: String, _ content: some Encodable, as type: Value.Type,
        verb: HTTPRequest.Method = .post, fields: HTTPFields = [:],
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Value {
        let response = try await invoke(
            appID, method, content, verb: verb, fields: fields, options: options)
        if let failure = response.failure(of: appID) { throw failure }
        return try await response.decode(as: type)
    }
}

extension InvokeResponse {
    /// The app's status as an error; nil for a success (2xx).
    ///
    /// - Parameter appID: what the error's text calls the app.
    /// - Returns: `.notFound` for 404, `.componentFailed` for all others, with the status.
    public func failure(of appID: String) -> DaprError? {
        guard status.kind != .successful else { return nil }
        return DaprError(
            status == .notFound ? .notFound : .componentFailed,
            "the app '\(appID)' answered \(status)", status: .http(status.code))
    }

    /// Reads the content as one of a type: bytes as they are, a `String` from UTF-8, all else from
    /// JSON. Content that is a stream can be read once.
    ///
    /// - Parameters:
    ///   - type: of the value.
    ///   - limit: the most bytes to take.
    /// - Throws: `.tooLarge`; `.malformedResponse` when the content is no such value.
    public func decode<Value: Decodable>(
        as type: Value.Type = Value.self, upTo limit: Int = 4 << 20
    ) async throws(DaprError) -> Value {
        let bytes: [UInt8]?
        do {
            bytes = try await body.collect(upTo: limit)
        } catch let error as DaprError {
            throw error
        } catch {
            throw DaprError(.unknown, "the content cannot be read: \(error)")
        }
        guard let bytes else {
            throw DaprError(.tooLarge, "the app's answer is longer than \(limit) bytes")
        }
        return try Payload.decode(type, from: bytes)
    }
}
