public import SwiftProtobuf

/// A method of an app's gRPC service, and how its messages become bytes.
///
/// ```swift
/// static let sayHello = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/SayHello")
/// ```
public struct AppMethod<Request: Sendable, Response: Sendable>: Sendable {
    /// `/package.Service/Method`.
    public let path: String
    let encode: @Sendable (Request) throws -> [UInt8]
    let decode: @Sendable ([UInt8]) throws -> Response

    /// A method with messages of any kind.
    ///
    /// - Parameters:
    ///   - path: `package.Service/Method`.
    ///   - encode: makes a message's bytes.
    ///   - decode: reads a message.
    public init(
        _ path: String, encode: @escaping @Sendable (Request) throws -> [UInt8],
        decode: @escaping @Sendable ([UInt8]) throws -> Response
    ) {
        self.path = path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
        self.encode = encode
        self.decode = decode
    }

    /// A method whose messages SwiftProtobuf has generated.
    ///
    /// - Parameter path: `package.Service/Method`.
    public init(_ path: String) where Request: Message, Response: Message {
        self.init(
            path, encode: { try $0.serializedBytes() },
            decode: { try Response(serializedBytes: $0) })
    }

    /// A method whose messages stay bytes.
    ///
    /// - Parameter path: `package.Service/Method`.
    public init(_ path: String) where Request == [UInt8], Response == [UInt8] {
        self.init(path, encode: { $0 }, decode: { $0 })
    }

    func bytes(_ request: Request) throws(DaprError) -> [UInt8] {
        do {
            return try encode(request)
        } catch {
            throw DaprError(
                .invalidArgument, "the request cannot be encoded: \(error)", isUnprocessed: true)
        }
    }

    func message(_ bytes: [UInt8]) throws(DaprError) -> Response {
        do {
            return try decode(bytes)
        } catch {
            throw DaprError(.malformedResponse, "the app's message cannot be read: \(error)")
        }
    }
}
