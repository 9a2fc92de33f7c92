import DaprClient
import Synchronization

extension FakeDapr {
    func invokeBinding(
        name: String, operation: String, data: [UInt8], metadata: [String: String],
        options: CallOptions
    ) async throws(DaprError) -> BindingResult {
        try record(
            "invokeBinding", "\(name) \(operation) \(text(data))\(text(metadata))", options)
        return world.withLock { $0.answers.binding }
    }
}
