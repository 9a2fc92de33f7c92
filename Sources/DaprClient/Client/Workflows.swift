import EventLoop

extension DaprClient {
    /// The workflows of the sidecar's app.
    public var workflows: Workflows { Workflows(api: api) }
}

/// The workflows of a sidecar's app: starting instances, and finding them again.
public struct Workflows: Sendable {
    private let api: any WorkflowAPI

    /// Workflows on any implementation of the API, such as a test's.
    public init(api: any WorkflowAPI) {
        self.api = api
    }

    /// The instance of this id, whether there is one or not.
    public func instance(_ id: String) -> WorkflowInstance {
        WorkflowInstance(id: id, api: api)
    }

    /// Starts an instance without input.
    ///
    /// - Parameters:
    ///   - name: the workflow.
    ///   - id: at most 64 letters, digits, `-` and `_`; nil lets the sidecar choose.
    ///   - startTime: when it begins; nil is now. Over gRPC only.
    ///   - options: deadline and trace context.
    /// - Throws: `.conflict` when an instance of this id is active.
    @discardableResult
    public func start(
        _ name: String, id: String? = nil, startTime: Timestamp? = nil,
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> WorkflowInstance {
        let id = try await api.startWorkflow(
            name, instanceID: id, input: [], startTime: startTime, options: options)
        return instance(id)
    }

    /// Starts an instance with an input: JSON, unless it is bytes or a `String`, which are sent as
    /// they are and have to be UTF-8. Workers written with an SDK expect JSON.
    @discardableResult
    public func start(
        _ name: String, input: some Encodable, id: String? = nil, startTime: Timestamp? = nil,
        options: CallOptions = CallOptions()
    ) async throws(DaprError) -> WorkflowInstance {
        let id = try await api.startWorkflow(
            name, instanceID: id, input: Payload(input).bytes, startTime: startTime,
            options: options)
        return instance(id)
    }
}

/// One instance of a workflow.
public struct WorkflowInstance: Sendable {
    /// Its id.
    public let id: String
    private let api: any WorkflowAPI
    private let time: Timekeeper

    /// An instance on any implementation of the API, such as a test's.
    public init(id: String, api: any WorkflowAPI) {
        self.init(id: id, api: api, time: Timekeeper())
    }

    init(id: String, api: any WorkflowAPI, time: Timekeeper) {
        self.id = id
        self.api = api
        self.time = time
    }

    /// What is known about it; nil when there is no such instance.
    public func state(options: CallOptions = CallOptions()) async throws(DaprError)
        -> WorkflowState?
    {
        try await api.getWorkflow(id, options: options)
    }

    /// Gives it an event without data.
    public func raise(
        _ event: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.raiseWorkflowEvent(id, event: event, data: [], options: options)
    }

    /// Gives it an event: JSON, unless the data is bytes or a `String`, which are sent as they are
    /// and have to be UTF-8.
    public func raise(
        _ event: String, _ data: some Encodable, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.raiseWorkflowEvent(
            id, event: event, data: Payload(data).bytes, options: options)
    }

    /// Stops it for a while.
    public func pause(options: CallOptions = CallOptions()) async throws(DaprError) {
        try await api.pauseWorkflow(id, options: options)
    }

    /// Goes on with it.
    public func resume(options: CallOptions = CallOptions()) async throws(DaprError) {
        try await api.resumeWorkflow(id, options: options)
    }

    /// Ends it, and the instances that it started.
    public func terminate(options: CallOptions = CallOptions()) async throws(DaprError) {
        try await api.terminateWorkflow(id, options: options)
    }

    /// Has the sidecar forget it and the instances that it started.
    ///
    /// - Throws: `.conflict` when it is not over.
    public func purge(options: CallOptions = CallOptions()) async throws(DaprError) {
        try await api.purgeWorkflow(id, options: options)
    }

    // MARK: - Waiting

    /// Waits until it runs, or is over already. Asks after 100 ms, 200 ms, 400 ms, ... and from then
    /// on every 5 s.
    ///
    /// - Parameters:
    ///   - timeout: for how long.
    ///   - options: of each question.
    /// - Throws: `.deadlineExceeded`, and `.notFound` when there is no such instance.
    @discardableResult
    public func waitForStart(
        timeout: Duration = .seconds(60), options: CallOptions = CallOptions()
    ) async throws(DaprError) -> WorkflowState {
        try await wait(for: "started", timeout, options) { $0 != .pending }
    }

    /// Waits until it is over, however it ended. Asks after 100 ms, 200 ms, 400 ms, ... and from then
    /// on every 5 s.
    ///
    /// - Parameters:
    ///   - timeout: for how long.
    ///   - options: of each question.
    /// - Throws: `.deadlineExceeded`, and `.notFound` when there is no such instance.
    @discardableResult
    public func waitForCompletion(
        timeout: Duration = .seconds(60), options: CallOptions = CallOptions()
    ) async throws(DaprError) -> WorkflowState {
        try await wait(for: "over", timeout, options, until: \.isFinal)
    }

    private func wait(
        for what: String, _ timeout: Duration, _ options: CallOptions,
        until condition: (WorkflowStatus) -> Bool
    ) async throws(DaprError) -> WorkflowState {
        var rest = timeout
        var pause = Duration.milliseconds(100)
        while true {
            let before = time.now()
            guard let state = try await state(options: options) else {
                throw DaprError(.notFound, "there is no workflow instance '\(id)'")
            }
            if condition(state.status) { return state }
            rest -= time.now() - before
            guard rest > .zero else {
                throw DaprError(
                    .deadlineExceeded,
                    "the workflow instance '\(id)' was not \(what) within \(timeout)")
            }
            try await sleep(min(pause, rest))
            rest -= min(pause, rest)
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func sleep(_ pause: Duration) async throws(DaprError) {
        do {
            try await time.sleep(pause)
            try Task.checkCancellation()
        } catch {
            throw DaprError(.cancelled, "the task was cancelled")
        }
    }
}
