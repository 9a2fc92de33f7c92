@testable import DaprClient

extension APIMethod {
    static let workflows: [APIMethod] = [
        workflow("startWorkflow", "workflow.start", "start", isKnown: false, nil, .json) {
            api, id, data, options in
            _ = try await api.startWorkflow(
                "w", instanceID: "\(id)-started", input: data, startTime: nil, options: options)
        }.sendingData(),
        workflow("getWorkflow", "workflow.get", "state", nil, .json) { api, id, _, options in
            _ = try await api.getWorkflow(id, options: options)
        },
        workflow("raiseWorkflowEvent", "workflow.raise", "raise") { api, id, data, options in
            try await api.raiseWorkflowEvent(id, event: "e", data: data, options: options)
        }.sendingData(),
        workflow("pauseWorkflow", "workflow.pause", "pause") { api, id, _, options in
            try await api.pauseWorkflow(id, options: options)
        },
        workflow("resumeWorkflow", "workflow.resume", "resume") { api, id, _, options in
            try await api.resumeWorkflow(id, options: options)
        },
        workflow("terminateWorkflow", "workflow.terminate", "terminate") {
            api, id, _, options in
            try await api.terminateWorkflow(id, options: options)
        },
        workflow("purgeWorkflow", "workflow.purge", "purge") { api, id, _, options in
            try await api.purgeWorkflow(id, options: options)
        },
    ]

    static let jobs: [APIMethod] = [
        job("scheduleJob", "schedule") { api, name, data, options in
            try await api.scheduleJob(
                Job(name: name, schedule: .daily, data: .json(data)), overwrite: true,
                options: options)
        },
        job("getJob", "get", .json) { api, name, _, options in
            _ = try await api.getJob(name, options: options)
        },
        job("listJobs", "list") { api, _, _, options in
            _ = try await api.listJobs(options: options)
        }.overGRPCOnly(),
        job("deleteJob", "delete") { api, name, _, options in
            try await api.deleteJob(name, options: options)
        },
        job("deleteJobs", "delete(prefix:), deleteAll") { api, name, _, options in
            try await api.deleteJobs(prefix: name, options: options)
        }.overGRPCOnly(),
    ]

    private static func workflow(
        _ name: String, _ javaScript: String, _ handle: String, isKnown: Bool = true,
        _ unknown: DaprError.Kind? = .notFound, _ content: Content = .ignored,
        call: @escaping Call
    ) -> APIMethod {
        var method = APIMethod(
            name: name, block: "Workflows", javaScript: javaScript,
            handle: isKnown ? "workflows.instance(_:).\(handle)" : "workflows.\(handle)",
            subject: "order-1", unknown: unknown, content: content, call: call)
        guard isKnown else { return method }
        method.prepare = { api in
            let options = CallOptions()
            if try await api.getWorkflow("order-1", options: options) != nil {
                try await api.terminateWorkflow("order-1", options: options)
                // What is to be purged has to be over, everything else runs.
                guard name != "purgeWorkflow" else { return nil }
                try await api.purgeWorkflow("order-1", options: options)
            }
            _ = try await api.startWorkflow(
                "w", instanceID: "order-1", input: [], startTime: nil, options: options)
            if name == "purgeWorkflow" {
                try await api.terminateWorkflow("order-1", options: options)
            }
            return nil
        }
        return method
    }

    private static func job(
        _ name: String, _ handle: String, _ content: Content = .ignored, call: @escaping Call
    ) -> APIMethod {
        APIMethod(
            name: name, block: "Jobs", handle: "jobs.\(handle)", subject: "job-1",
            content: content, call: call)
    }
}
