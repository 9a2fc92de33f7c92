/// Workflow management, as both APIs offer it. The sidecar carries out most operations after it has
/// answered.
public protocol WorkflowAPI: Sendable {
    /// Starts an instance (`StartWorkflow`).
    ///
    /// - Parameters:
    ///   - name: the workflow.
    ///   - instanceID: at most 64 letters, digits, `-` and `_`; nil lets the sidecar choose.
    ///   - input: text in UTF-8, which workers take for JSON.
    ///   - startTime: when it begins; nil is now. Over gRPC only.
    /// - Returns: the id of the instance.
    /// - Throws: `.conflict` when an instance of this id is active; `.invalidArgument` for an empty name
    ///   or an id that is not of that form; `.notSupported` for a start time over HTTP, and when the
    ///   sidecar has no placement service.
    func startWorkflow(
        _ name: String, instanceID: String?, input: [UInt8], startTime: Timestamp?,
        options: CallOptions
    ) async throws(DaprError) -> String

    /// Reads what is known about an instance (`GetWorkflow`); nil when there is none of this id.
    ///
    /// - Throws: `.invalidArgument` for an empty id.
    func getWorkflow(
        _ instanceID: String, options: CallOptions
    ) async throws(DaprError) -> WorkflowState?

    /// Gives an event to an instance (`RaiseEventWorkflow`).
    ///
    /// - Parameter data: text in UTF-8, which workers take for JSON.
    /// - Throws: `.notFound` when there is no such instance; `.invalidArgument` for an empty id or event.
    func raiseWorkflowEvent(
        _ instanceID: String, event: String, data: [UInt8], options: CallOptions
    ) async throws(DaprError)

    /// Stops an instance for a while (`PauseWorkflow`).
    ///
    /// - Throws: `.notFound` when there is no such instance; `.invalidArgument` for an empty id.
    func pauseWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError)

    /// Goes on with an instance (`ResumeWorkflow`).
    ///
    /// - Throws: `.notFound` when there is no such instance; `.invalidArgument` for an empty id.
    func resumeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError)

    /// Ends an instance and those that it started (`TerminateWorkflow`).
    ///
    /// - Throws: `.notFound` when there is no such instance; `.invalidArgument` for an empty id.
    func terminateWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError)

    /// Forgets an instance that is over, and those that it started (`PurgeWorkflow`).
    ///
    /// - Throws: `.conflict` when it is not over; `.notFound` when there is no such instance;
    ///   `.invalidArgument` for an empty id.
    func purgeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError)
}
