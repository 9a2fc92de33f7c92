import DaprClient

// No route uses workflows, jobs or conversation yet.
extension FakeDapr {
    private static let missing = DaprError(.notSupported, "the fake has no workflows")

    func startWorkflow(
        _ name: String, instanceID: String?, input: [UInt8], startTime: Timestamp?,
        options: CallOptions
    ) async throws(DaprError) -> String { throw Self.missing }

    func getWorkflow(
        _ instanceID: String, options: CallOptions
    ) async throws(DaprError) -> WorkflowState? { throw Self.missing }

    func raiseWorkflowEvent(
        _ instanceID: String, event: String, data: [UInt8], options: CallOptions
    ) async throws(DaprError) { throw Self.missing }

    func pauseWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw Self.missing
    }

    func resumeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw Self.missing
    }

    func terminateWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw Self.missing
    }

    func purgeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        throw Self.missing
    }

    func scheduleJob(
        _ job: Job, overwrite: Bool, options: CallOptions
    ) async throws(DaprError) { throw Self.missing }

    func getJob(_ name: String, options: CallOptions) async throws(DaprError) -> Job? {
        throw Self.missing
    }

    func deleteJob(_ name: String, options: CallOptions) async throws(DaprError) {
        throw Self.missing
    }

    func listJobs(options: CallOptions) async throws(DaprError) -> [Job] { throw Self.missing }

    func deleteJobs(prefix: String, options: CallOptions) async throws(DaprError) {
        throw Self.missing
    }

    func converse(
        with component: String, _ request: ConversationRequest, options: CallOptions
    ) async throws(DaprError) -> ConversationResponse { throw Self.missing }
}
