import DaprClient
import Synchronization

/// An app's gRPC services, as a test wants them.
struct FakeGRPC: Sendable {
    /// A call that was made.
    struct Call: Sendable, Equatable {
        var app: String
        var path: String
        var message: [UInt8]?
        var metadata: GRPCMetadata
    }

    var calls: [Call] = []
    /// The answer, message by message.
    var messages: [[UInt8]] = []
    var initialMetadata: GRPCMetadata = [:]
    var trailingMetadata: GRPCMetadata = [:]
    /// How calls end, if not well.
    var failure: DaprError?
    /// Answers one message of a call to which many are sent; nil for apps without reflection.
    var reflect: (@Sendable (_ path: String, _ question: [UInt8]) -> [UInt8]?)?
    /// How many calls were given up.
    var cancelled = 0
}

extension FakeDapr {
    func callApp(
        _ appID: String, path: String, message: [UInt8], metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> GRPCResponse<[UInt8]> {
        try record("callApp", "\(appID) \(path)", options)
        let grpc = note(
            FakeGRPC.Call(app: appID, path: path, message: message, metadata: metadata))
        if let failure = grpc.failure { throw failure }
        return GRPCResponse(
            message: grpc.messages.first ?? [], initialMetadata: grpc.initialMetadata,
            trailingMetadata: grpc.trailingMetadata)
    }

    func openAppCall(
        _ appID: String, path: String, message: [UInt8]?, metadata: GRPCMetadata,
        options: CallOptions
    ) async throws(DaprError) -> any AppCall {
        try record("openAppCall", "\(appID) \(path)", options)
        let grpc = note(
            FakeGRPC.Call(app: appID, path: path, message: message, metadata: metadata))
        guard message == nil else {
            return FakeAppCall(self, path, grpc, messages: grpc.messages, failure: grpc.failure)
        }
        let failure = DaprError(.notSupported, "unknown service", status: .grpc(12))
        return FakeAppCall(
            self, path, grpc, messages: [], failure: grpc.reflect == nil ? failure : nil)
    }

    private func note(_ call: FakeGRPC.Call) -> FakeGRPC {
        world.withLock { world in
            world.grpc.calls.append(call)
            return world.grpc
        }
    }
}

/// A call whose answer is known before.
private final class FakeAppCall: AppCall {
    private struct State {
        var messages: [[UInt8]]
        var failure: DaprError?
        var isOver = false
    }

    private let dapr: FakeDapr
    private let path: String
    private let grpc: FakeGRPC
    private let state: Mutex<State>

    init(
        _ dapr: FakeDapr, _ path: String, _ grpc: FakeGRPC, messages: [[UInt8]],
        failure: DaprError?
    ) {
        self.dapr = dapr
        self.path = path
        self.grpc = grpc
        state = Mutex(State(messages: messages.reversed(), failure: failure))
    }

    func send(_ message: [UInt8]) async throws(DaprError) {
        guard let answer = grpc.reflect?(path, message) else {
            state.withLock {
                $0.failure = DaprError(.notSupported, "unknown service", status: .grpc(12))
            }
            return
        }
        state.withLock { $0.messages.insert(answer, at: 0) }
    }

    func finishSending() async {}

    func next() async throws(DaprError) -> [UInt8]? {
        let (message, failure) = state.withLock { state in
            let message = state.messages.popLast()
            if message == nil { state.isOver = true }
            return (message, state.failure)
        }
        if let message { return message }
        if let failure { throw failure }
        return nil
    }

    func initialMetadata() async throws(DaprError) -> GRPCMetadata { grpc.initialMetadata }

    func trailingMetadata() async -> GRPCMetadata? {
        state.withLock { $0.isOver } ? grpc.trailingMetadata : nil
    }

    func cancel() {
        dapr.world.withLock { $0.grpc.cancelled += 1 }
    }
}
