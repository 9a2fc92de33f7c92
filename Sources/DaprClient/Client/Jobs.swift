extension DaprClient {
    /// The jobs of the sidecar's app.
    public var jobs: Jobs { Jobs(api: api) }
}

/// The jobs of a sidecar's app.
public struct Jobs: Sendable {
    private let api: any JobsAPI

    /// Jobs on any implementation of the API, such as a test's.
    public init(api: any JobsAPI) {
        self.api = api
    }

    /// Schedules a job that is described in full.
    ///
    /// - Throws: `.conflict` when there is one of that name and `overwrite` is false.
    public func schedule(
        _ job: Job, overwrite: Bool = false, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.scheduleJob(job, overwrite: overwrite, options: options)
    }

    /// Schedules a job with data for the app: JSON, also where it is a `String`; bytes are sent as
    /// they are, over gRPC only.
    ///
    /// - Throws: `.conflict` when there is one of that name and `overwrite` is false.
    public func schedule(
        _ job: Job, data: some Encodable, overwrite: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        var job = job
        job.data = try JobData(encoding: data)
        try await api.scheduleJob(job, overwrite: overwrite, options: options)
    }

    /// Reads a job; nil when there is none, or it is over.
    public func get(
        _ name: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) -> Job? {
        try await api.getJob(name, options: options)
    }

    /// Deletes a job, also one that is not there.
    public func delete(
        _ name: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        try await api.deleteJob(name, options: options)
    }

    /// All jobs of the app; over gRPC only.
    public func list(options: CallOptions = CallOptions()) async throws(DaprError) -> [Job] {
        try await api.listJobs(options: options)
    }

    /// Deletes all jobs whose name begins so; over gRPC only.
    ///
    /// - Parameter prefix: not empty. ``deleteAll(options:)`` deletes all of them.
    public func delete(
        prefix: String, options: CallOptions = CallOptions()
    ) async throws(DaprError) {
        guard !prefix.isEmpty else {
            throw DaprError(
                .invalidArgument, "an empty prefix would delete all jobs", isUnprocessed: true)
        }
        try await api.deleteJobs(prefix: prefix, options: options)
    }

    /// Deletes all jobs of the app; over gRPC only.
    public func deleteAll(options: CallOptions = CallOptions()) async throws(DaprError) {
        try await api.deleteJobs(prefix: "", options: options)
    }
}

extension JobData {
    /// Bytes as they are, all else as JSON.
    fileprivate init(encoding value: some Encodable) throws(DaprError) {
        if let bytes = PlainValue.bytes(of: value) {
            self = .bytes(bytes)
        } else {
            self = .json(try PlainValue.json(of: value))
        }
    }
}
