/// What a binding answered.
public struct BindingResult: Sendable, Hashable {
    /// The content; empty when the binding has none.
    public var data: [UInt8]
    /// What the binding says about it. Over HTTP the names are in lower case.
    public var metadata: [String: String]

    /// What a binding answered.
    public init(data: [UInt8] = [], metadata: [String: String] = [:]) {
        self.data = data
        self.metadata = metadata
    }

    /// The content as a value: bytes as they are, a `String` from UTF-8, all else from JSON.
    ///
    /// - Throws: `.malformedResponse` when it is no such value.
    public func decode<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value {
        try Payload.decode(type, from: data)
    }
}
