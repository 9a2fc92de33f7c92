import DaprClient
import EventLoop
import Measure

// usage: dapr-client-bench apart|home PORT CONCURRENCY SECONDS
// apart: the client has a thread of its own, the callers run on the runtime's threads.
// home:  the callers run on the client's loop, as in a gateway's shard.

struct WrongAnswer: Error {}

let plan = Plan(argumentsFrom: 2)
let configuration = DaprClient.Configuration(
    grpcEndpoint: .init(host: "127.0.0.1", port: UInt16(plan.port)), protocol: .grpc)
let isHome = CommandLine.arguments[1] == "home"
let thread = try LoopThread(running: EventLoop(), name: "dapr-client")
let client =
    isHome
    ? try DaprClient(configuration: configuration, loop: thread.loop)
    : try DaprClient(configuration: configuration)
let store = client.state("statestore")

try await plan.run(on: isHome ? thread.loop : nil) {
    guard try await store.get("benchmark")?.data.count == 75 else { throw WrongAnswer() }
}
await client.shutdown()
thread.join()
