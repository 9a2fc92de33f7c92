/// What a workflow instance does.
public enum WorkflowStatus: Sendable, Hashable {
    /// Not yet begun: no worker has taken it, or its time has not come.
    case pending
    case running
    /// It ended, and began anew.
    case continuedAsNew
    case suspended
    case completed
    case failed
    case canceled
    case terminated
    /// Another word of the sidecar, such as `UNKNOWN`.
    case other(String)

    /// Whether it is over for good.
    public var isFinal: Bool {
        switch self {
        case .completed, .failed, .canceled, .terminated: true
        case .pending, .running, .continuedAsNew, .suspended, .other: false
        }
    }

    init(_ text: String) {
        switch text {
        case "PENDING": self = .pending
        case "RUNNING": self = .running
        case "CONTINUED_AS_NEW": self = .continuedAsNew
        case "SUSPENDED": self = .suspended
        case "COMPLETED": self = .completed
        case "FAILED": self = .failed
        case "CANCELED": self = .canceled
        case "TERMINATED": self = .terminated
        default: self = .other(text)
        }
    }
}

/// Why a workflow failed.
public struct WorkflowFailure: Sendable, Hashable {
    /// Such as the name of an exception.
    public var type: String
    /// What happened.
    public var message: String
    /// Where; empty when the worker does not say.
    public var stackTrace: String

    /// Describes a failure.
    public init(type: String, message: String, stackTrace: String = "") {
        self.type = type
        self.message = message
        self.stackTrace = stackTrace
    }
}

/// What the sidecar knows about a workflow instance.
public struct WorkflowState: Sendable, Hashable {
    /// The instance.
    public var instanceID: String
    /// The workflow.
    public var name: String
    /// What it does.
    public var status: WorkflowStatus
    /// When it was started; nil when the sidecar does not say.
    public var createdAt: Timestamp?
    /// When it last changed; nil when the sidecar does not say.
    public var lastUpdatedAt: Timestamp?
    /// All that the sidecar tells besides, such as `dapr.workflow.input`.
    public var properties: [String: String]

    /// Describes an instance.
    public init(
        instanceID: String, name: String, status: WorkflowStatus, createdAt: Timestamp? = nil,
        lastUpdatedAt: Timestamp? = nil, properties: [String: String] = [:]
    ) {
        self.instanceID = instanceID
        self.name = name
        self.status = status
        self.createdAt = createdAt
        self.lastUpdatedAt = lastUpdatedAt
        self.properties = properties
    }

    /// What it was started with, as text; nil for nothing.
    public var input: String? { properties["dapr.workflow.input"] }

    /// What it ended with, as text; nil for nothing.
    public var output: String? { properties["dapr.workflow.output"] }

    /// What it says about itself.
    public var customStatus: String? { properties["dapr.workflow.custom_status"] }

    /// Why it failed; nil when it did not.
    public var failure: WorkflowFailure? {
        let prefix = "dapr.workflow.failure."
        let type = properties[prefix + "error_type"]
        let message = properties[prefix + "error_message"]
        guard type != nil || message != nil else { return nil }
        return WorkflowFailure(
            type: type ?? "", message: message ?? "",
            stackTrace: properties[prefix + "stack_trace"] ?? "")
    }

    /// The input as a value; nil for none.
    ///
    /// - Throws: `.malformedResponse` when it is no such value.
    public func decodeInput<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value? {
        guard let input else { return nil }
        return try Payload.decode(type, from: Array(input.utf8))
    }

    /// The output as a value; nil for none.
    ///
    /// - Throws: `.malformedResponse` when it is no such value.
    public func decodeOutput<Value: Decodable>(
        as type: Value.Type = Value.self
    ) throws(DaprError) -> Value? {
        guard let output else { return nil }
        return try Payload.decode(type, from: Array(output.utf8))
    }
}
