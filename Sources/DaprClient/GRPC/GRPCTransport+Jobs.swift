import DaprProtos

extension RPCs {
    static let scheduleJob = RPC<
        Dapr_Proto_Runtime_V1_ScheduleJobRequest, Dapr_Proto_Runtime_V1_ScheduleJobResponse
    >("ScheduleJob")
    static let getJob = RPC<
        Dapr_Proto_Runtime_V1_GetJobRequest, Dapr_Proto_Runtime_V1_GetJobResponse
    >("GetJob")
    static let deleteJob = RPC<
        Dapr_Proto_Runtime_V1_DeleteJobRequest, Dapr_Proto_Runtime_V1_DeleteJobResponse
    >("DeleteJob")
    static let listJobs = RPC<
        Dapr_Proto_Runtime_V1_ListJobsRequest, Dapr_Proto_Runtime_V1_ListJobsResponse
    >("ListJobs")
    static let deleteJobsByPrefix = RPC<
        Dapr_Proto_Runtime_V1_DeleteJobsByPrefixRequest,
        Dapr_Proto_Runtime_V1_DeleteJobsByPrefixResponse
    >("DeleteJobsByPrefix")
}

extension GRPCTransport {
    func scheduleJob(
        _ job: Job, overwrite: Bool, options: CallOptions
    ) async throws(DaprError) {
        var request = Dapr_Proto_Runtime_V1_ScheduleJobRequest()
        request.job = try job.message()
        request.overwrite = overwrite
        _ = try await call(RPCs.scheduleJob, request, in: .jobs, options)
    }

    func getJob(_ name: String, options: CallOptions) async throws(DaprError) -> Job? {
        try check(name, "job")
        var request = Dapr_Proto_Runtime_V1_GetJobRequest()
        request.name = name
        do throws(DaprError) {
            return Job(try await call(RPCs.getJob, request, in: .jobs, options).job)
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    func deleteJob(_ name: String, options: CallOptions) async throws(DaprError) {
        try check(name, "job")
        var request = Dapr_Proto_Runtime_V1_DeleteJobRequest()
        request.name = name
        _ = try await call(RPCs.deleteJob, request, in: .jobs, options)
    }

    func listJobs(options: CallOptions) async throws(DaprError) -> [Job] {
        let request = Dapr_Proto_Runtime_V1_ListJobsRequest()
        return try await call(RPCs.listJobs, request, in: .jobs, options).jobs.map { Job($0) }
    }

    func deleteJobs(prefix: String, options: CallOptions) async throws(DaprError) {
        var request = Dapr_Proto_Runtime_V1_DeleteJobsByPrefixRequest()
        request.namePrefix = prefix
        _ = try await call(RPCs.deleteJobsByPrefix, request, in: .jobs, options)
    }
}
