/// What a binding is asked.
struct BindingRequest {
    var operation: String
    var data: [UInt8]
    /// What the request itself says to the binding.
    var given: [String: String]
    /// The given metadata, and what the call added to it: its trace and, over gRPC, its metadata.
    var metadata: [String: String]
}

/// What a binding answers.
struct BindingResponse {
    var data: [UInt8] = []
    var metadata: [String: String] = [:]
}

/// Why a binding failed, in its own words.
struct BindingFailure: Error {
    var text: String
    /// What is said all the same.
    var metadata: [String: String] = [:]

    init(_ text: String, metadata: [String: String] = [:]) {
        self.text = text
        self.metadata = metadata
    }
}

/// A way out of the sidecar.
protocol OutputBinding: AnyObject {
    /// What it can do; nil for anything.
    var operations: [String]? { get }
    /// Does one thing.
    ///
    /// - Returns: nil when there is nothing to say, which is not the same as an empty answer.
    func invoke(_ request: BindingRequest) async throws(BindingFailure) -> BindingResponse?
    /// The sidecar stops.
    func stop()
}

extension OutputBinding {
    func stop() {}
}

/// Answers with what it was given.
final class EchoBinding: OutputBinding {
    var operations: [String]? { nil }

    func invoke(_ request: BindingRequest) async throws(BindingFailure) -> BindingResponse? {
        BindingResponse(
            data: request.data,
            metadata: request.given.merging(["operation": request.operation]) { given, _ in given })
    }
}
