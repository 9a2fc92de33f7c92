import DaprProtos
import FoundationEssentials
import JSON
import SwiftProtobuf

/// Workflow management. There are no workers: see `WorkflowInstances`.
final class WorkflowBlock: BuildingBlock {
    private typealias Start = Dapr_Proto_Runtime_V1_StartWorkflowRequest
    private typealias Description = Dapr_Proto_Runtime_V1_GetWorkflowResponse

    private let context: SidecarContext
    private let instances: WorkflowInstances
    /// Workflows keep their state where actors do.
    private let hasStateStore: Bool

    init(_ context: SidecarContext) {
        self.context = context
        instances = WorkflowInstances(clock: context.clock)
        hasStateStore = context.components(of: "state").contains {
            $0.metadata["actorStateStore"] == "true"
        }
    }

    var inspection: InspectionPage? {
        InspectionPage("workflows") { [self] in
            let now = instances.now
            return .array(
                instances.all.map { id, instance in
                    [
                        "id": .string(id), "name": .string(instance.name),
                        "status": .string(instance.status(at: now)),
                        "events": .array(instance.events.map { .string($0) }),
                    ]
                })
        }
    }

    // MARK: - HTTP

    var httpRoutes: [HTTPRoute] {
        ["v1.0", "v1.0-beta1", "v1.0-alpha1"].flatMap { version -> [HTTPRoute] in
            let prefix = "/\(version)/workflows/{component}/"
            return [
                .failing(["POST"], prefix + "{name}/start") { [self] request throws(SidecarError) in
                    var start = Start()
                    start.workflowName = request.parameters[1]
                    start.instanceID = request.queryValue("instanceID") ?? ""
                    start.input = .init(request.body)
                    if let reason = request.bodyError { throw .unreadableBody(reason) }
                    return try ProtoJSONMessage.response(self.start(start), status: 202)
                },
                .failing(["GET"], prefix + "{id}") { [self] request throws(SidecarError) in
                    let id = request.parameters[1]
                    guard let found = try describe(id) else { throw .workflowNotFound(id) }
                    return try ProtoJSONMessage.response(found)
                },
                change(prefix + "{id}/raiseEvent/{event}") { [self] request throws(SidecarError) in
                    try raise(request.parameters[2], for: request.parameters[1])
                },
                change(prefix + "{id}/pause") { [self] request throws(SidecarError) in
                    try suspend(request.parameters[1], true)
                },
                change(prefix + "{id}/resume") { [self] request throws(SidecarError) in
                    try suspend(request.parameters[1], false)
                },
                change(prefix + "{id}/terminate") { [self] request throws(SidecarError) in
                    try terminate(request.parameters[1])
                },
                change(prefix + "{id}/purge") { [self] request throws(SidecarError) in
                    try purge(request.parameters[1])
                },
            ]
        }
    }

    private func change(
        _ pattern: String, _ action: @escaping (SidecarRequest) throws(SidecarError) -> Void
    ) -> HTTPRoute {
        .failing(["POST"], pattern) { request throws(SidecarError) in
            try action(request)
            return .json(Array("{}".utf8), status: 202)
        }
    }

    // MARK: - gRPC

    var grpcMethods: [GRPCMethod] {
        ["Alpha1", "Beta1"].flatMap { version -> [GRPCMethod] in
            [
                .failing("StartWorkflow" + version) {
                    [self] (request: Start) throws(SidecarError) in
                    try start(request)
                },
                .failing("GetWorkflow" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_GetWorkflowRequest)
                        throws(SidecarError) in
                    if let found = try describe(request.instanceID) { return found }
                    var unknown = Description()
                    unknown.instanceID = request.instanceID
                    return unknown
                },
                .failing("RaiseEventWorkflow" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_RaiseEventWorkflowRequest)
                        throws(SidecarError) in
                    try raise(request.eventName, for: request.instanceID)
                    return Google_Protobuf_Empty()
                },
                .failing("PauseWorkflow" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_PauseWorkflowRequest)
                        throws(SidecarError) in
                    try suspend(request.instanceID, true)
                    return Google_Protobuf_Empty()
                },
                .failing("ResumeWorkflow" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_ResumeWorkflowRequest)
                        throws(SidecarError) in
                    try suspend(request.instanceID, false)
                    return Google_Protobuf_Empty()
                },
                .failing("TerminateWorkflow" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_TerminateWorkflowRequest)
                        throws(SidecarError) in
                    try terminate(request.instanceID)
                    return Google_Protobuf_Empty()
                },
                .failing("PurgeWorkflow" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_PurgeWorkflowRequest)
                        throws(SidecarError) in
                    try purge(request.instanceID)
                    return Google_Protobuf_Empty()
                },
            ]
        }
    }

    // MARK: - Both

    /// Workflows run on actors, and are not there without them.
    private func check(_ id: String) throws(SidecarError) {
        try checkRuntime()
        guard !id.isEmpty else { throw .workflowIDMissing }
    }

    private func checkRuntime() throws(SidecarError) {
        guard context.configuration.hasPlacement else { throw .noPlacement }
        guard hasStateStore else { throw .noActorStateStore }
    }

    private func start(
        _ request: Start
    ) throws(SidecarError) -> Dapr_Proto_Runtime_V1_StartWorkflowResponse {
        try checkRuntime()
        var id = request.instanceID
        if id.isEmpty { id = RandomUUID.make() }
        guard id.utf8.count <= 64 else { throw .workflowIDTooLong }
        guard id.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }) else {
            throw .workflowIDInvalid(id)
        }
        guard !request.workflowName.isEmpty else { throw .workflowNameMissing }
        let name = request.workflowName
        let fault = { (text: String) in
            SidecarError.workflow("START", "error starting workflow '\(name)': \(text)")
        }
        var time: Int64?
        if let text = request.options["dapr.workflow.start_time"] {
            time = ScheduleTime.nanoseconds(rfc3339: text)
            guard time != nil else { throw fault("invalid start time '\(text)'") }
        }
        do throws(WorkflowInstances.Fault) {
            try instances.start(
                id, name: name, input: String(decoding: request.input, as: UTF8.self), at: time)
        } catch {
            throw fault(error.text)
        }
        var response = Dapr_Proto_Runtime_V1_StartWorkflowResponse()
        response.instanceID = id
        return response
    }

    private func describe(_ id: String) throws(SidecarError) -> Description? {
        try check(id)
        guard let instance = instances[id] else { return nil }
        var description = Description()
        description.instanceID = id
        description.workflowName = instance.name
        description.createdAt = Self.timestamp(instance.createdAt)
        description.lastUpdatedAt = Self.timestamp(instance.updatedAt)
        description.runtimeStatus = instance.status(at: instances.now)
        if !instance.input.isEmpty {
            description.properties["dapr.workflow.input"] = instance.input
        }
        return description
    }

    private static func timestamp(_ nanoseconds: Int64) -> Google_Protobuf_Timestamp {
        Google_Protobuf_Timestamp(
            seconds: nanoseconds / 1_000_000_000, nanos: Int32(nanoseconds % 1_000_000_000))
    }

    private func raise(_ event: String, for id: String) throws(SidecarError) {
        try check(id)
        guard !event.isEmpty else { throw .workflowEventMissing }
        do throws(WorkflowInstances.Fault) {
            try instances.raise(event, for: id)
        } catch {
            throw .workflow(
                "RAISE_EVENT", "error raising event on workflow '\(id)': \(error.text)")
        }
    }

    private func suspend(_ id: String, _ isSuspended: Bool) throws(SidecarError) {
        try check(id)
        do throws(WorkflowInstances.Fault) {
            try instances.suspend(id, isSuspended)
        } catch {
            let (code, verb) = isSuspended ? ("PAUSE", "pausing") : ("RESUME", "resuming")
            throw .workflow(code, "error \(verb) workflow \(id): \(error.text)")
        }
    }

    private func terminate(_ id: String) throws(SidecarError) {
        try check(id)
        do throws(WorkflowInstances.Fault) {
            try instances.terminate(id)
        } catch {
            throw .workflowNotFound(id)
        }
    }

    private func purge(_ id: String) throws(SidecarError) {
        try check(id)
        do throws(WorkflowInstances.Fault) {
            try instances.purge(id)
        } catch {
            guard case .failed(let text) = error else { throw .workflowNotFound(id) }
            throw .workflow("PURGE", "error purging workflow \(id): \(text)")
        }
    }
}

extension WorkflowInstances.Fault {
    /// In the words of the engine.
    fileprivate var text: String {
        switch self {
        case .unknown: "no such instance exists"
        case .failed(let text): text
        }
    }
}
