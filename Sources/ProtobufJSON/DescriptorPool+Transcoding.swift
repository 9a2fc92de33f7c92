import JSON

extension DescriptorPool {
    /// How deep JSON may be nested: lists between messages count there as well.
    private static let jsonDepth = 2 * maximumDepth

    /// Makes a message of its JSON form (https://protobuf.dev/programming-guides/json). Fields go by
    /// either of their names; what no field is meant by is refused.
    ///
    /// - Parameters:
    ///   - json: the text, in UTF-8.
    ///   - type: the message, of this pool.
    /// - Returns: the message in wire format.
    /// - Throws: what is wrong, and where.
    public func message(
        fromJSON json: [UInt8], as type: MessageReference
    ) throws(TranscodingError) -> [UInt8] {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue.parse(
                json, options: JSONParsingOptions(maximumDepth: Self.jsonDepth))
        } catch {
            throw TranscodingError(.invalidJSON, error.description)
        }
        return try MessageEncoder(pool: self).content(value, as: messages[type.index], depth: 1)
    }

    /// Makes JSON of a message. Fields that have their default value and cannot be told from absent
    /// ones are left out, and so are fields that the descriptor does not know.
    ///
    /// - Parameters:
    ///   - message: the message in wire format.
    ///   - type: the message, of this pool.
    /// - Returns: the text, on one line.
    /// - Throws: what is wrong, and where.
    public func json(
        fromMessage message: [UInt8], as type: MessageReference
    ) throws(TranscodingError) -> [UInt8] {
        var dynamic = DynamicMessage()
        var reader = WireReader(message)
        try dynamic.merge(&reader, as: messages[type.index], in: self, depth: 1)
        var printer = MessagePrinter(pool: self)
        try printer.value(dynamic, as: messages[type.index], depth: 1)
        return printer.writer.bytes
    }
}
