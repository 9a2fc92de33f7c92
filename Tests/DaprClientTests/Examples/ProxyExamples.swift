import DaprClient
import DaprProtos
import SwiftProtobuf

/// Compiled only; Tests/Integration/proxy runs such a client against a real app.
enum ProxyExamples {
    /// Messages with a field `name` and `message`, as the Greeter's have.
    typealias HelloRequest = Google_Protobuf_EnumValue
    typealias HelloReply = Google_Rpc_Status

    struct GreeterClient {
        let app: AppProxy

        static let sayHello = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/SayHello")
        static let greetMany = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/GreetMany")
        static let greetAll = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/GreetAll")
        static let chat = AppMethod<HelloRequest, HelloReply>("helloworld.Greeter/Chat")

        /// One message in each direction.
        func sayHello(_ request: HelloRequest) async throws(DaprError) -> HelloReply {
            try await app.call(Self.sayHello, request)
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

    static func kinds(_ client: DaprClient) async throws {
        let greeter = GreeterClient(app: client.proxy(appID: "greeter"))
        let reply = try await greeter.sayHello(.with { $0.name = "Ada" })
        print(reply.message)

        for try await reply in try await greeter.greetMany(.with { $0.name = "Ada" }) {
            print(reply.message)
        }

        let chat = try await greeter.chat()
        try await chat.send(.with { $0.name = "Ada" })
        print(try await chat.next()?.message ?? "nothing")
        await chat.finishSending()
    }

    static func metadata(_ client: DaprClient) async throws {
        let greeter = GreeterClient(app: client.proxy(appID: "greeter"))
        let response = try await greeter.app.response(
            GreeterClient.sayHello, .with { $0.name = "Ada" }, metadata: ["x-tenant": "blue"],
            options: CallOptions(timeout: .seconds(2)))
        print(response.message.message, response.trailingMetadata["x-cost"] ?? "free")
    }

    static func errors(_ greeter: GreeterClient) async throws {
        do throws(DaprError) {
            _ = try await greeter.sayHello(HelloRequest())
        } catch {
            guard error.status == .grpc(3) else { throw error }
            print("the app does not like it: \(error.message)")
        }
    }
}
