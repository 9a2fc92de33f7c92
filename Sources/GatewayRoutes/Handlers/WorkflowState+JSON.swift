import DaprClient
import JSON

extension JSONWriter {
    /// What is known about an instance of a workflow.
    mutating func write(_ state: WorkflowState) {
        beginObject()
        member("id", state.instanceID)
        member("name", state.name)
        member("status", state.status.text)
        if let time = state.createdAt { member("createdAt", time.description) }
        if let time = state.lastUpdatedAt { member("lastUpdatedAt", time.description) }
        if let input = state.input { document("input", input) }
        if let output = state.output { document("output", output) }
        if let status = state.customStatus { document("customStatus", status) }
        if let failure = state.failure {
            key("failure")
            beginObject()
            member("type", failure.type)
            member("message", failure.message)
            if !failure.stackTrace.isEmpty { member("stackTrace", failure.stackTrace) }
            endObject()
        }
        endObject()
    }

    private mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    /// What workers take for JSON, verbatim; what is none as a text.
    private mutating func document(_ name: String, _ text: String) {
        key(name)
        if isValidJSON(Array(text.utf8)) { raw(text.utf8) } else { string(text) }
    }
}

extension WorkflowStatus {
    /// The word that Dapr has for it.
    fileprivate var text: String {
        switch self {
        case .pending: "PENDING"
        case .running: "RUNNING"
        case .continuedAsNew: "CONTINUED_AS_NEW"
        case .suspended: "SUSPENDED"
        case .completed: "COMPLETED"
        case .failed: "FAILED"
        case .canceled: "CANCELED"
        case .terminated: "TERMINATED"
        case .other(let text): text
        }
    }
}
