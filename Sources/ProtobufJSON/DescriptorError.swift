/// Why descriptors cannot be used.
public struct DescriptorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence that names the file, type or field.
    public let description: String

    init(_ text: String) {
        description = text
    }
}
