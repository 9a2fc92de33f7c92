import DaprProtos

extension HTTPTransport {
    func startWorkflow(
        _ name: String, instanceID: String?, input: [UInt8], startTime: Timestamp?,
        options: CallOptions
    ) async throws(DaprError) -> String {
        try WorkflowArguments.check(name: name, instanceID: instanceID)
        guard startTime == nil else {
            throw DaprError(
                .notSupported,
                "a start time of a workflow is not possible over the HTTP API: use gRPC",
                isUnprocessed: true)
        }
        // What is one byte too long the sidecar would cut off without a word.
        try settings.check(body: input.count)
        var path = RequestPath("workflows", "dapr", name, "start")
        if let instanceID { path.append(query: "instanceID", instanceID) }
        let response = try await call(
            "POST", path, body: input, contentType: "application/json", in: .workflow, options)
        return try ProtoJSON.read(
            Dapr_Proto_Runtime_V1_StartWorkflowResponse.self, response
        ).instanceID
    }

    func getWorkflow(
        _ instanceID: String, options: CallOptions
    ) async throws(DaprError) -> WorkflowState? {
        let response: ExchangeResponse
        do throws(DaprError) {
            response = try await call(
                "GET", RequestPath("workflows", "dapr", instanceID), in: .workflow, options)
        } catch {
            guard error.code == "ERR_INSTANCE_ID_NOT_FOUND" else { throw error }
            return nil
        }
        return WorkflowState(
            try ProtoJSON.read(Dapr_Proto_Runtime_V1_GetWorkflowResponse.self, response))
    }

    func raiseWorkflowEvent(
        _ instanceID: String, event: String, data: [UInt8], options: CallOptions
    ) async throws(DaprError) {
        try settings.check(body: data.count)
        let path = RequestPath("workflows", "dapr", instanceID, "raiseEvent", event)
        _ = try await call(
            "POST", path, body: data, contentType: "application/json", in: .workflow, options)
    }

    func pauseWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await change(instanceID, "pause", options)
    }

    func resumeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await change(instanceID, "resume", options)
    }

    func terminateWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await change(instanceID, "terminate", options)
    }

    func purgeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try await change(instanceID, "purge", options)
    }

    private func change(
        _ instanceID: String, _ verb: String, _ options: CallOptions
    ) async throws(DaprError) {
        _ = try await call(
            "POST", RequestPath("workflows", "dapr", instanceID, verb), in: .workflow, options)
    }
}
