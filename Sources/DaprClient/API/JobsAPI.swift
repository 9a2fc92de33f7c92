/// Jobs, as both APIs offer them.
public protocol JobsAPI: Sendable {
    /// Schedules a job (`ScheduleJob`).
    ///
    /// - Parameter overwrite: whether it may replace a job of the same name.
    /// - Throws: `.conflict` when there is one and it may not; `.invalidArgument` for an empty name,
    ///   neither a schedule nor a due time, or one that cannot be read; `.notSupported` over HTTP for
    ///   data that is not JSON, and when the sidecar has no scheduler.
    func scheduleJob(
        _ job: Job, overwrite: Bool, options: CallOptions
    ) async throws(DaprError)

    /// Reads a job (`GetJob`); nil when there is none, or it is over.
    ///
    /// - Throws: `.invalidArgument` for an empty name; `.notSupported` when the sidecar has no scheduler.
    func getJob(_ name: String, options: CallOptions) async throws(DaprError) -> Job?

    /// Deletes a job (`DeleteJob`), also one that is not there.
    ///
    /// - Throws: `.invalidArgument` for an empty name; `.notSupported` when the sidecar has no scheduler.
    func deleteJob(_ name: String, options: CallOptions) async throws(DaprError)

    /// Reads all jobs of the app (`ListJobs`).
    ///
    /// - Throws: `.notSupported` over the HTTP API: gRPC has this.
    func listJobs(options: CallOptions) async throws(DaprError) -> [Job]

    /// Deletes all jobs whose name begins so (`DeleteJobsByPrefix`); an empty prefix deletes all of
    /// the app.
    ///
    /// - Throws: `.notSupported` over the HTTP API: gRPC has this.
    func deleteJobs(prefix: String, options: CallOptions) async throws(DaprError)
}
