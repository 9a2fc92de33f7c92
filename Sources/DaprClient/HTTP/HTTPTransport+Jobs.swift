import DaprProtos
import JSON

extension HTTPTransport {
    func scheduleJob(
        _ job: Job, overwrite: Bool, options: CallOptions
    ) async throws(DaprError) {
        var data: [UInt8]?
        switch job.data {
        case nil: break
        case .json(let text):
            guard isValidJSON(text) else {
                throw DaprError(
                    .invalidArgument, "the data of the job is not JSON", isUnprocessed: true)
            }
            data = text
        case .bytes:
            throw DaprError(
                .notSupported,
                "over the HTTP API the data of a job is JSON: use gRPC for other bytes",
                isUnprocessed: true)
        }
        var message = try job.message()
        // The name stands in the path, and the data is JSON as it is.
        message.name = ""
        message.clearData()
        var body = try ProtoJSON.body(message)
        body.removeLast()
        if overwrite { body += ",\"overwrite\":true".utf8 }
        if let data { body += ",\"data\":".utf8 + data }
        body.append(UInt8(ascii: "}"))
        try settings.check(body: body.count)
        _ = try await call(
            "POST", RequestPath("jobs", job.name), body: body, contentType: "application/json",
            in: .jobs, options)
    }

    func getJob(_ name: String, options: CallOptions) async throws(DaprError) -> Job? {
        let response: ExchangeResponse
        do throws(DaprError) {
            response = try await call("GET", RequestPath("jobs", name), in: .jobs, options)
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
        return Job(try ProtoJSON.read(Dapr_Proto_Runtime_V1_Job.self, response))
    }

    func deleteJob(_ name: String, options: CallOptions) async throws(DaprError) {
        _ = try await call("DELETE", RequestPath("jobs", name), in: .jobs, options)
    }

    func listJobs(options: CallOptions) async throws(DaprError) -> [Job] {
        throw DaprError(
            .notSupported, "the HTTP API has no list of jobs: use gRPC", isUnprocessed: true)
    }

    func deleteJobs(prefix: String, options: CallOptions) async throws(DaprError) {
        throw DaprError(
            .notSupported, "the HTTP API deletes single jobs only: use gRPC", isUnprocessed: true)
    }
}
