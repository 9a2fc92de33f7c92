import DaprClient
import HTTPMessage
import HTTPTypes
import JSON

/// `/v1/jobs/{name}`: what the scheduler has the sidecar's app do.
enum JobRoutes {
    static let routes = [
        Route(
            .only(.put), "/v1/jobs/{name}", query: .known([.timeout]), body: .buffer,
            summary: "schedules a job, in place of one of the same name",
            example: #"-X PUT -d '{"schedule":"@every 1h","data":{"id":17}}' URL/v1/jobs/report"#,
            handler: .deferred(put)),
        Route(
            .only(.get), "/v1/jobs/{name}", query: .known([.timeout]), summary: "a scheduled job",
            example: "URL/v1/jobs/report", handler: .deferred(get)),
        Route(
            .only(.delete), "/v1/jobs/{name}", query: .known([.timeout]),
            summary: "deletes a job", example: "-X DELETE URL/v1/jobs/report",
            handler: .deferred(delete)),
    ]

    @Sendable
    private static func put(_ context: RequestContext) async throws(GatewayError) -> Response {
        let name = try name(context)
        let isCreateOnly = try context.isCreateOnly()
        let job = try job(name, context.content)
        do throws(DaprError) {
            try await context.attempt { dapr, options throws(DaprError) in
                try await dapr.scheduleJob(job, overwrite: !isCreateOnly, options: options)
            }
        } catch {
            throw context.failure(
                error, creating: "the job '\(name)'", isCreateOnly: isCreateOnly)
        }
        return Response(.noContent)
    }

    @Sendable
    private static func get(_ context: RequestContext) async throws(GatewayError) -> Response {
        let name = try name(context)
        let job = try await context.call { dapr, options throws(DaprError) in
            try await dapr.getJob(name, options: options)
        }
        guard let job else { throw GatewayError(.notFound, "there is no job '\(name)'") }
        var writer = JSONWriter()
        writer.write(job)
        return .json(writer.bytes)
    }

    @Sendable
    private static func delete(_ context: RequestContext) async throws(GatewayError) -> Response {
        let name = try name(context)
        try await context.call { dapr, options throws(DaprError) in
            try await dapr.deleteJob(name, options: options)
        }
        return Response(.noContent)
    }

    private static func name(_ context: RequestContext) throws(GatewayError) -> String {
        let name = try context.name("name", of: "name of a job")
        guard !name.allSatisfy(\.isWhitespace) else {
            throw GatewayError(.invalidName, "the name of the job is blank")
        }
        return name
    }

    private static func job(_ name: String, _ content: [UInt8]) throws(GatewayError) -> Job {
        var members = try BodyMembers(JSONNode(body: content), of: "the job")
        var job = Job(name: name)
        job.schedule = try members.text("schedule").map(JobSchedule.init)
        job.repeats = try members.integer("repeats", in: 1...Int(UInt32.max)).map(UInt32.init)
        job.dueTime = try members.time("dueTime")
        job.ttl = try members.time("ttl")
        switch try members.content("data") {
        case .json(let text): job.data = .json(text)
        case .bytes(let bytes): job.data = .bytes(bytes)
        case nil: break
        }
        job.failurePolicy = try members.failurePolicy()
        try members.finish()
        guard job.schedule != nil || job.dueTime != nil else {
            throw members.invalid("has neither 'schedule' nor 'dueTime'")
        }
        return job
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ job: Job) {
        beginObject()
        let texts = [
            ("name", job.name), ("schedule", job.schedule?.text),
            ("dueTime", job.dueTime?.description), ("ttl", job.ttl?.description),
        ]
        for (name, text) in texts {
            guard let text else { continue }
            key(name)
            string(text)
        }
        if let repeats = job.repeats {
            key("repeats")
            int(repeats)
        }
        switch job.data {
        case .json(let text):
            key("data")
            raw(text)
        case .bytes(let bytes):
            key("base64")
            string(Base64.encode(bytes))
        case nil: break
        }
        if let policy = job.failurePolicy {
            key("failurePolicy")
            write(policy)
        }
        endObject()
    }

    private mutating func write(_ policy: FailurePolicy) {
        beginObject()
        switch policy {
        case .drop:
            key("drop")
            beginObject()
        case .retry(let interval, let maxRetries):
            key("constant")
            beginObject()
            key("interval")
            string(interval.textWithUnit)
            if let maxRetries {
                key("maxRetries")
                int(maxRetries)
            }
        }
        endObject()
        endObject()
    }
}
