import DaprClient
import Synchronization

extension FakeDapr {
    func startWorkflow(
        _ name: String, instanceID: String?, input: [UInt8], startTime: Timestamp?,
        options: CallOptions
    ) async throws(DaprError) -> String {
        try record(
            "startWorkflow",
            "\(name) \(instanceID ?? "-") \(text(input)) \(startTime?.description ?? "-")",
            options)
        return instanceID ?? "made up"
    }

    func getWorkflow(
        _ instanceID: String, options: CallOptions
    ) async throws(DaprError) -> WorkflowState? {
        try record("getWorkflow", instanceID, options)
        return world.withLock { world in
            world.answers.workflows.count > 1
                ? world.answers.workflows.removeFirst() : world.answers.workflows.first
        }
    }

    func raiseWorkflowEvent(
        _ instanceID: String, event: String, data: [UInt8], options: CallOptions
    ) async throws(DaprError) {
        try record("raiseWorkflowEvent", "\(instanceID) \(event) \(text(data))", options)
    }

    func pauseWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try record("pauseWorkflow", instanceID, options)
    }

    func resumeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try record("resumeWorkflow", instanceID, options)
    }

    func terminateWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try record("terminateWorkflow", instanceID, options)
    }

    func purgeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try record("purgeWorkflow", instanceID, options)
    }

    // MARK: - Jobs

    func scheduleJob(
        _ job: Job, overwrite: Bool, options: CallOptions
    ) async throws(DaprError) {
        try record("scheduleJob", "\(job.name)\(overwrite ? " overwrite" : "")", options)
        world.withLock { $0.answers.scheduledJob = job }
    }

    func getJob(_ name: String, options: CallOptions) async throws(DaprError) -> Job? {
        try record("getJob", name, options)
        return world.withLock { $0.answers.job }
    }

    func deleteJob(_ name: String, options: CallOptions) async throws(DaprError) {
        try record("deleteJob", name, options)
    }

    func listJobs(options: CallOptions) async throws(DaprError) -> [Job] {
        throw DaprError(.notSupported, "no route lists jobs")
    }

    func deleteJobs(prefix: String, options: CallOptions) async throws(DaprError) {
        throw DaprError(.notSupported, "no route deletes several jobs")
    }

    // MARK: - Conversation

    func converse(
        with component: String, _ request: ConversationRequest, options: CallOptions
    ) async throws(DaprError) -> ConversationResponse {
        try record("converse", component, options)
        return world.withLock { world in
            world.answers.question = request
            return world.answers.conversation
        }
    }
}
