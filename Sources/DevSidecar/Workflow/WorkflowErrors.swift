// The failures of workflow management (dapr/http-api.md section 11, dapr/grpc-api.md section 14).
extension SidecarError {
    private static func badWorkflow(_ code: String, _ message: String) -> SidecarError {
        SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.invalidArgument, code: code, message: message)
    }

    static let workflowIDMissing = badWorkflow(
        "ERR_INSTANCE_ID_PROVIDED_MISSING", "no instance ID was provided")
    static let workflowIDTooLong = badWorkflow(
        "ERR_INSTANCE_ID_TOO_LONG",
        "workflow instance ID exceeds the max length of 64 characters")
    static let workflowNameMissing = badWorkflow(
        "ERR_WORKFLOW_NAME_MISSING", "workflow name is not configured")
    static let workflowEventMissing = badWorkflow(
        "ERR_WORKFLOW_EVENT_NAME_MISSING", "missing workflow event name")

    static func workflowIDInvalid(_ id: String) -> SidecarError {
        badWorkflow(
            "ERR_INSTANCE_ID_INVALID",
            "workflow instance ID '\(id)' is invalid: only alphanumeric and underscore characters "
                + "are allowed")
    }

    static func workflowNotFound(_ id: String) -> SidecarError {
        SidecarError(
            httpStatus: 404, grpcCode: GRPCStatus.notFound, code: "ERR_INSTANCE_ID_NOT_FOUND",
            message: "unable to find workflow with the provided instance ID: \(id)")
    }

    /// - Parameter operation: such as `START`.
    static func workflow(_ operation: String, _ message: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError,
            code: "ERR_\(operation)_WORKFLOW", message: message)
    }
}
