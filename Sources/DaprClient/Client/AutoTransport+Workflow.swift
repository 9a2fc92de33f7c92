// Workflows, jobs and conversation: gRPC keeps all bytes and offers everything.
extension AutoTransport {
    func startWorkflow(
        _ name: String, instanceID: String?, input: [UInt8], startTime: Timestamp?,
        options: CallOptions
    ) async throws(DaprError) -> String {
        try await grpc.startWorkflow(
            name, instanceID: instanceID, input: input, startTime: startTime, options: options)
    }

    func getWorkflow(
        _ instanceID: String, options: CallOptions
    ) async throws(DaprError) -> WorkflowState? {
        try await grpc.getWorkflow(instanceID, options: options)
    }

    func raiseWorkflowEvent(
        _ instanceID: String, event: String, data: [UInt8], options: CallOptions
    ) async throws(DaprError) {
        try await grpc.raiseWorkflowEvent(instanceID, event: event, data: data, options: options)
    }

    func pauseWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await grpc.pauseWorkflow(instanceID, options: options)
    }

    func resumeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await grpc.resumeWorkflow(instanceID, options: options)
    }

    func terminateWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await grpc.terminateWorkflow(instanceID, options: options)
    }

    func purgeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await grpc.purgeWorkflow(instanceID, options: options)
    }

    func scheduleJob(
        _ job: Job, overwrite: Bool, options: CallOptions
    ) async throws(DaprError) {
        try await grpc.scheduleJob(job, overwrite: overwrite, options: options)
    }

    func getJob(_ name: String, options: CallOptions) async throws(DaprError) -> Job? {
        try await grpc.getJob(name, options: options)
    }

    func deleteJob(_ name: String, options: CallOptions) async throws(DaprError) {
        try await grpc.deleteJob(name, options: options)
    }

    func listJobs(options: CallOptions) async throws(DaprError) -> [Job] {
        try await grpc.listJobs(options: options)
    }

    func deleteJobs(prefix: String, options: CallOptions) async throws(DaprError) {
        try await grpc.deleteJobs(prefix: prefix, options: options)
    }

    func converse(
        with component: String, _ request: ConversationRequest, options: CallOptions
    ) async throws(DaprError) -> ConversationResponse {
        try await grpc.converse(with: component, request, options: options)
    }
}
