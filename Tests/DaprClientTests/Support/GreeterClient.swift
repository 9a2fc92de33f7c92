import DaprClient
import SwiftProtobuf

/// Messages of one text as field 1, as the Greeter's are.
typealias HelloRequest = Google_Protobuf_StringValue
typealias HelloReply = Google_Protobuf_StringValue

/// What a generator would make of the Greeter's definition.
struct GreeterClient {
    let app: AppProxy

    static let sayHello = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/SayHello")
    static let greetMany = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/GreetMany")
    static let greetAll = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/GreetAll")
    static let chat = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/Chat")

    /// One message in each direction.
    func sayHello(
        _ request: HelloRequest, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> HelloReply {
        try await app.call(Self.sayHello, request, options: options)
    }

    /// One message, and many in return.
    func greetMany(
        _ request: HelloRequest
    ) async throws(DaprError) -> AppStream<HelloRequest, HelloReply> {
        try await app.stream(Self.greetMany, request)
    }

    /// Many messages, and one in return.
    func greetAll(_ requests: [HelloRequest]) async throws(DaprError) -> HelloReply {
        let call = try await app.stream(Self.greetAll)
        for request in requests { try await call.send(request) }
        return try await call.response()
    }

    /// Many messages both ways.
    func chat() async throws(DaprError) -> AppStream<HelloRequest, HelloReply> {
        try await app.stream(Self.chat)
    }
}
