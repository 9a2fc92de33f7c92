import DaprProtos
import SwiftProtobuf

extension RPCs {
    static let startWorkflow = RPC<
        Dapr_Proto_Runtime_V1_StartWorkflowRequest, Dapr_Proto_Runtime_V1_StartWorkflowResponse
    >("StartWorkflowBeta1")
    static let getWorkflow = RPC<
        Dapr_Proto_Runtime_V1_GetWorkflowRequest, Dapr_Proto_Runtime_V1_GetWorkflowResponse
    >("GetWorkflowBeta1")
    static let raiseWorkflowEvent = RPC<
        Dapr_Proto_Runtime_V1_RaiseEventWorkflowRequest, Empty
    >("RaiseEventWorkflowBeta1")
    static let pauseWorkflow = RPC<Dapr_Proto_Runtime_V1_PauseWorkflowRequest, Empty>(
        "PauseWorkflowBeta1")
    static let resumeWorkflow = RPC<Dapr_Proto_Runtime_V1_ResumeWorkflowRequest, Empty>(
        "ResumeWorkflowBeta1")
    static let terminateWorkflow = RPC<Dapr_Proto_Runtime_V1_TerminateWorkflowRequest, Empty>(
        "TerminateWorkflowBeta1")
    static let purgeWorkflow = RPC<Dapr_Proto_Runtime_V1_PurgeWorkflowRequest, Empty>(
        "PurgeWorkflowBeta1")
}

extension GRPCTransport {
    /// The only component that there is; the sidecar does not look at it.
    private static let component = "dapr"

    func startWorkflow(
        _ name: String, instanceID: String?, input: [UInt8], startTime: Timestamp?,
        options: CallOptions
    ) async throws(DaprError) -> String {
        try WorkflowArguments.check(name: name, instanceID: instanceID)
        var request = Dapr_Proto_Runtime_V1_StartWorkflowRequest()
        request.instanceID = instanceID ?? ""
        request.workflowComponent = Self.component
        request.workflowName = name
        request.options["dapr.workflow.start_time"] = startTime?.description
        request.input = input.data
        return try await call(RPCs.startWorkflow, request, in: .workflow, options).instanceID
    }

    func getWorkflow(
        _ instanceID: String, options: CallOptions
    ) async throws(DaprError) -> WorkflowState? {
        try check(instanceID, "workflow instance")
        var request = Dapr_Proto_Runtime_V1_GetWorkflowRequest()
        request.instanceID = instanceID
        request.workflowComponent = Self.component
        let response = try await call(RPCs.getWorkflow, request, in: .workflow, options)
        // An unknown instance is no error, but has nothing.
        return response.runtimeStatus.isEmpty ? nil : WorkflowState(response)
    }

    func raiseWorkflowEvent(
        _ instanceID: String, event: String, data: [UInt8], options: CallOptions
    ) async throws(DaprError) {
        try check(event, "event")
        try check(instanceID, "workflow instance")
        var request = Dapr_Proto_Runtime_V1_RaiseEventWorkflowRequest()
        request.instanceID = instanceID
        request.workflowComponent = Self.component
        request.eventName = event
        request.eventData = data.data
        _ = try await call(RPCs.raiseWorkflowEvent, request, in: .workflow, options)
    }

    func pauseWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try check(instanceID, "workflow instance")
        var request = Dapr_Proto_Runtime_V1_PauseWorkflowRequest()
        request.instanceID = instanceID
        request.workflowComponent = Self.component
        _ = try await call(RPCs.pauseWorkflow, request, in: .workflow, options)
    }

    func resumeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try check(instanceID, "workflow instance")
        var request = Dapr_Proto_Runtime_V1_ResumeWorkflowRequest()
        request.instanceID = instanceID
        request.workflowComponent = Self.component
        _ = try await call(RPCs.resumeWorkflow, request, in: .workflow, options)
    }

    func terminateWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try check(instanceID, "workflow instance")
        var request = Dapr_Proto_Runtime_V1_TerminateWorkflowRequest()
        request.instanceID = instanceID
        request.workflowComponent = Self.component
        _ = try await call(RPCs.terminateWorkflow, request, in: .workflow, options)
    }

    func purgeWorkflow(_ instanceID: String, options: CallOptions) async throws(DaprError) {
        try check(instanceID, "workflow instance")
        var request = Dapr_Proto_Runtime_V1_PurgeWorkflowRequest()
        request.instanceID = instanceID
        request.workflowComponent = Self.component
        _ = try await call(RPCs.purgeWorkflow, request, in: .workflow, options)
    }
}

/// What both APIs check before they ask.
enum WorkflowArguments {
    static func check(name: String, instanceID: String?) throws(DaprError) {
        let fault: String
        if name.isEmpty {
            fault = "the name of the workflow is empty"
        } else if instanceID?.isEmpty ?? false {
            fault = "the id of the instance is empty: nil lets the sidecar choose"
        } else {
            return
        }
        throw DaprError(.invalidArgument, fault, isUnprocessed: true)
    }
}

extension WorkflowState {
    init(_ message: Dapr_Proto_Runtime_V1_GetWorkflowResponse) {
        self.init(
            instanceID: message.instanceID, name: message.workflowName,
            status: WorkflowStatus(message.runtimeStatus),
            createdAt: message.hasCreatedAt ? Timestamp(message.createdAt) : nil,
            lastUpdatedAt: message.hasLastUpdatedAt ? Timestamp(message.lastUpdatedAt) : nil,
            properties: message.properties)
    }
}
