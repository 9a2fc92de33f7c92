/// Messages, enumerations and services that can be looked up by name; never changed.
///
/// A class, because requests share it.
public final class DescriptorPool: Sendable {
    let messages: [MessageType]
    let enums: [EnumType]
    private let messageIndex: [String: Int]
    private let services: [String: [String: RPCMethod]]

    /// Links the types of some files.
    ///
    /// - Throws: when a type is missing or defined twice, or a file makes no sense.
    public init(_ files: DescriptorFiles) throws(DescriptorError) {
        var builder = PoolBuilder()
        for file in files.files { try builder.register(file) }
        try builder.link()
        messages = builder.messages
        enums = builder.enums
        messageIndex = builder.messageIndex
        services = builder.services
    }

    /// A pool without types.
    public init() {
        messages = []
        enums = []
        messageIndex = [:]
        services = [:]
    }

    /// Whether a service is described here.
    ///
    /// - Parameter name: its full name, such as `helloworld.Greeter`.
    public func contains(service name: String) -> Bool { services[name] != nil }

    /// A method of a service; nil if the service is not described here, or has no such method.
    public func method(_ name: String, of service: String) -> RPCMethod? {
        services[service]?[name]
    }

    /// A message by its full name, such as `helloworld.HelloRequest`.
    public func message(named name: String) -> MessageReference? {
        messageIndex[name].map(MessageReference.init)
    }
}

/// A message of a ``DescriptorPool``, good for that pool only.
public struct MessageReference: Sendable, Hashable {
    let index: Int
}

/// A method of a service.
public struct RPCMethod: Sendable, Hashable {
    /// What it takes.
    public let input: MessageReference
    /// What it answers.
    public let output: MessageReference
    /// Whether it takes any number of messages.
    public let isClientStreaming: Bool
    /// Whether it answers any number of messages.
    public let isServerStreaming: Bool
}
