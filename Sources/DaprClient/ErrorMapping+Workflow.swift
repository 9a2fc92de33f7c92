// Failures of workflow management, jobs and conversation.
extension DaprError {
    // MARK: - Workflows (dapr/http-api.md section 11)

    /// By `errorCode`; nil for codes of other building blocks.
    static func kind(ofWorkflowCode code: String, message: String) -> Kind? {
        switch code {
        case "ERR_INSTANCE_ID_NOT_FOUND": .notFound
        case "ERR_INSTANCE_ID_TOO_LONG", "ERR_INSTANCE_ID_INVALID",
            "ERR_INSTANCE_ID_PROVIDED_MISSING", "ERR_WORKFLOW_NAME_MISSING",
            "ERR_WORKFLOW_EVENT_NAME_MISSING", "ERR_WORKFLOW_COMPONENT_MISSING":
            .invalidArgument
        case "ERR_WORKFLOW_COMPONENT_NOT_FOUND": .noSuchComponent
        case "ERR_START_WORKFLOW", "ERR_GET_WORKFLOW", "ERR_RAISE_EVENT_WORKFLOW",
            "ERR_PAUSE_WORKFLOW", "ERR_RESUME_WORKFLOW", "ERR_TERMINATE_WORKFLOW",
            "ERR_PURGE_WORKFLOW":
            kind(ofWorkflowMessage: message)
        default: nil
        }
    }

    /// By the engine's text, which is all that the gRPC API gives.
    static func kind(ofWorkflowMessage message: String) -> Kind {
        if message.contains("no such instance exists") { return .notFound }
        if message.contains("already exists") || message.contains("not yet completed") {
            return .conflict
        }
        return kind(ofActorMessage: message) ?? .componentFailed
    }

    // MARK: - Jobs (dapr/grpc-api.md section 15)

    /// By `errorCode`, which is the same as `ErrorInfo.reason`; nil for other building blocks.
    static func kind(
        ofJobCode code: String, _ status: TransportStatus, message: String
    ) -> Kind? {
        switch code {
        case "DAPR_SCHEDULER_EMPTY", "DAPR_SCHEDULER_JOB_NAME", "DAPR_SCHEDULER_JOB_NAME_EMPTY",
            "DAPR_SCHEDULER_SCHEDULE_EMPTY":
            return .invalidArgument
        case "DAPR_SCHEDULER_SCHEDULE_JOB", "DAPR_SCHEDULER_GET_JOB",
            "DAPR_SCHEDULER_DELETE_JOB", "DAPR_SCHEDULER_LIST_JOBS":
            break
        default: return nil
        }
        // The sidecar runs without a scheduler, and always will.
        if message.contains("scheduler clients are disabled") { return .notSupported }
        if message.contains("job not found") { return .notFound }
        if message.contains("failed to parse") { return .invalidArgument }
        if message.contains("context deadline exceeded") { return .deadlineExceeded }
        switch status {
        case .http(409), .grpc(6): return .conflict
        case .http(400), .grpc(3): return .invalidArgument
        case .http(504), .grpc(4): return .deadlineExceeded
        case .http(503), .grpc(14): return .unavailable
        default: return .componentFailed
        }
    }

    // MARK: - Conversation (dapr/http-api.md section 14)

    /// How the gRPC API says that a component is not known: with the code for wrong arguments.
    static let noConversationComponent = "failed finding conversation component"

    /// By `errorCode`; nil for codes of other building blocks.
    static func kind(ofConversationCode code: String) -> Kind? {
        switch code {
        case "ERR_CONVERSATION_NOT_FOUND": .noSuchComponent
        case "ERR_CONVERSATION_MISSING_INPUTS", "ERR_CONVERSATION_INVALID_PARMS": .invalidArgument
        case "ERR_CONVERSATION_INVOKE": .componentFailed
        default: nil
        }
    }
}
