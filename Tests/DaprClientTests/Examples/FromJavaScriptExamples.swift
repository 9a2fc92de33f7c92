import DaprClient
import HTTPTypes
import Logging
import Testing

/// The Swift calls of the table in docs/FromJavaScript.md, compiled only: the articles' examples run.
enum FromJavaScriptExamples {
    private static func client(
        _ endpoint: String, _ token: String, order: Examples.Order
    ) async throws {
        _ = try DaprClient()
        _ = try DaprClient(httpEndpoint: endpoint, apiToken: token)
        let client = try DaprClient(grpcEndpoint: endpoint, protocol: .grpc)
        var configuration = try DaprClient.Configuration.fromEnvironment()
        configuration.maxBodySize = 16 << 20
        configuration.logger = Logger(label: "dapr")
        try await client.waitUntilReady(timeout: .seconds(60))
        _ = CallOptions(waitsForSidecar: true)
        await client.shutdown()
    }

    private static func invocation(
        _ client: DaprClient, app: String, method: String, order: Examples.Order
    ) async throws {
        typealias Answer = Examples.Order
        _ = try await client.invoke(app, method, as: Answer.self)
        _ = try await client.invoke(app, method, order, as: Answer.self, verb: .put)
        _ = try await client.invoke(app, method, verb: .patch, fields: [:], body: [1, 2, 3])
        for try await chunk in try await client.invoke(app, method).body { print(chunk.count) }
        _ = client.proxy(appID: app)
        let proxy = client.proxy(appID: app)
        let sayHello = AppMethod<[UInt8], [UInt8]>("/helloworld.Greeter/SayHello")
        _ = try await proxy.call(sayHello, [1, 2, 3])
    }

    private static func state(
        _ client: DaprClient, store: String, key: String, etag: ETag, order: Examples.Order
    ) async throws {
        typealias Order = Examples.Order
        let options = StateOptions(concurrency: .firstWrite, consistency: .strong)
        try await client.state(store).save([StateItem(key, order, etag: etag)])
        try await client.state(store).save(key, order, stateOptions: options)
        _ = try await client.state(store).get(key, as: Order.self)
        _ = try await client.state(store).get(key, consistency: .strong)?.etag
        _ = try await client.state(store).get([key], parallelism: 10)
        try await client.state(store).delete(key, etag: etag)
        try await client.state(store).delete([StateDeletion(key)])
        try await client.state(store).transaction([.set(key, order), .delete(key: "draft")])
        let query = StateQuery(StateField("id") == 17, order: [.ascending("id")], limit: 10)
        _ = try await client.state(store).query(query)
    }

    private static func pubsub(
        _ client: DaprClient, pubsub: String, topic: String, order: Examples.Order
    ) async throws {
        try await client.pubsub(pubsub).publish(topic, order)
        try await client.pubsub(pubsub).publish(topic, "<a/>", contentType: "text/xml")
        try await client.pubsub(pubsub).publish(topic, order, ttl: .seconds(60), isRaw: true)
        _ = try await client.pubsub(pubsub).publish(topic, bulk: [order])
        _ = try await client.pubsub(pubsub).publish(topic, bulk: [BulkPublishEntry(order, id: "1")])
        _ = try await client.pubsub(pubsub).subscribe(topic)
    }

    private static func stores(
        _ client: DaprClient, store: String, name: String, key: String, order: Examples.Order
    ) async throws {
        _ = try await client.binding(name).invoke("create", order, metadata: ["key": key])
        _ = try await client.secrets(store).get(key, metadata: ["namespace": "x"])
        _ = try await client.secrets(store).getAll()
        _ = try await client.configuration(store).get([key])
        _ = try await client.configuration(store).getAll()
        for try await _ in client.configuration(store).changes(of: nil) { break }
        for try await _ in client.configuration(store).changes(of: [key]) { break }
        for try await _ in client.configuration(store).changes(of: [key], metadata: ["a": "b"]) {
            break
        }
        _ = try await client.lock(store).tryLock(name, owner: "me", expiry: .seconds(30))
        _ = try await client.lock(store).unlock(name, owner: "me")
    }

    private static func sidecar(_ client: DaprClient, key: String, value: String) async throws {
        _ = try await client.metadata()
        try await client.setMetadata(key, to: value)
        _ = await client.isHealthy()
        _ = await client.health().reason
        try await client.shutdownSidecar()
    }

    private static func cryptography(
        _ client: DaprClient, name: String, key: String, bytes: [UInt8],
        chunks: AsyncStream<[UInt8]>
    ) async throws {
        let encryption = EncryptionOptions(keyName: key, keyWrapAlgorithm: .rsaOAEP256)
        _ = try await client.cryptography(name).encrypt(bytes, with: encryption)
        _ = try await client.cryptography(name).encrypt(chunks, with: encryption)
        _ = try await client.cryptography(name).decrypt(bytes)
        _ = try await client.cryptography(name).decrypt(chunks)
    }

    private static func workflows(
        _ client: DaprClient, name: String, id: String, order: Examples.Order
    ) async throws {
        let instance = client.workflows.instance(id)
        try await client.workflows.start(name, input: order, id: id)
        let time = try Timestamp("2036-11-24T06:00:00Z")
        try await client.workflows.start(name, input: order, startTime: time)
        _ = try await instance.state()?.createdAt
        _ = try await instance.state()
        try await instance.raise("paid", order)
        try await instance.terminate()
        try await instance.pause()
        try await instance.resume()
        try await instance.purge()
        try await instance.waitForStart(timeout: .seconds(60))
        try await instance.waitForCompletion(timeout: .seconds(60))
    }

    private static func actors(
        _ client: DaprClient, name: String, id: String, key: String, order: Examples.Order
    ) async throws {
        typealias Total = Examples.Order
        let cart = client.actor(type: "Cart", id: id)
        _ = client.actor(type: "Cart", id: "\(UInt64.random(in: 0...UInt64.max))")
        _ = try await cart.invoke("add", [order], as: Total.self)
        try await cart.transaction([.set(key, order), .delete(key: "draft")])
        _ = try await cart.state(key, as: Total.self)
        try await cart.registerReminder(name, order, dueTime: .after(.seconds(90)))
        try await cart.unregisterReminder(name)
        _ = try await cart.reminder(name)?.dueTime
        try await cart.registerTimer(name, callback: "tick", period: .every(.seconds(10)))
        try await cart.unregisterTimer(name)
        _ = try await client.metadata().actorRuntime?.activeActors
    }
}
