import DaprProtos
import JSON
import SwiftProtobuf

extension JobsBlock {
    // MARK: - HTTP

    var httpRoutes: [HTTPRoute] {
        ["v1.0", "v1.0-alpha1"].flatMap { version -> [HTTPRoute] in
            let pattern = "/\(version)/jobs/{name}"
            return [
                .failing(["POST"], pattern) { [self] request throws(SidecarError) in
                    let (job, overwrites) = try Self.read(request, appID: context.appID)
                    try schedule(job, overwrites: overwrites)
                    return .noContent
                },
                .failing(["GET"], pattern) { [self] request throws(SidecarError) in
                    try ProtoJSONMessage.response(job(request.parameters[0]))
                },
                .failing(["DELETE"], pattern) { [self] request throws(SidecarError) in
                    try delete(request.parameters[0])
                    return .noContent
                },
            ]
        }
    }

    /// A job whose `data` may be any JSON.
    private static func read(
        _ request: SidecarRequest, appID: String
    ) throws(SidecarError) -> (Job, overwrites: Bool) {
        // Finds what is no JSON, in the parser's words.
        _ = try ProtoJSONObject(request)
        var job = Job()
        var overwrites = false
        do {
            if !request.body.isEmpty {
                let members = try JSONDocument(
                    parsing: request.body, options: JSONParsingOptions(invalidUTF8: .replace)
                ).root.members
                var data: Google_Protobuf_Any?
                var others = JSONWriter()
                others.beginObject()
                for member in members {
                    switch member.key {
                    case "data":
                        data = try Google_Protobuf_Any(
                            message: Google_Protobuf_Value(jsonUTF8Bytes: Array(member.value.text)))
                    case "overwrite": overwrites = member.value.boolValue ?? false
                    default:
                        others.key(member.key)
                        others.raw(member.value.text)
                    }
                }
                others.endObject()
                var options = JSONDecodingOptions()
                options.ignoreUnknownFields = true
                job = try Job(jsonUTF8Bytes: others.bytes, options: options)
                if let data { job.data = data }
            }
        } catch {
            throw .malformed("failed deserializing HTTP body: proto: \(error)")
        }
        guard job.name.isEmpty else {
            throw .badJob("JOB_NAME", "Set the job name in the url only", appID)
        }
        job.name = request.parameters[0]
        return (job, overwrites)
    }

    // MARK: - gRPC

    var grpcMethods: [GRPCMethod] {
        ["", "Alpha1"].flatMap { version -> [GRPCMethod] in
            [
                .failing("ScheduleJob" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_ScheduleJobRequest)
                        throws(SidecarError) in
                    guard request.hasJob else {
                        throw .badJob("EMPTY", "Job is empty", context.appID)
                    }
                    try schedule(request.job, overwrites: request.overwrite)
                    return Dapr_Proto_Runtime_V1_ScheduleJobResponse()
                },
                .failing("GetJob" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_GetJobRequest) throws(SidecarError) in
                    var response = Dapr_Proto_Runtime_V1_GetJobResponse()
                    response.job = try job(request.name)
                    return response
                },
                .failing("DeleteJob" + version) {
                    [self] (request: Dapr_Proto_Runtime_V1_DeleteJobRequest)
                        throws(SidecarError) in
                    try delete(request.name)
                    return Dapr_Proto_Runtime_V1_DeleteJobResponse()
                },
            ]
        } + [
            .failing("ListJobs") {
                [self] (_: Dapr_Proto_Runtime_V1_ListJobsRequest) throws(SidecarError) in
                var response = Dapr_Proto_Runtime_V1_ListJobsResponse()
                response.jobs = try jobs()
                return response
            },
            .failing("ListJobsAlpha1") {
                [self] (_: Dapr_Proto_Runtime_V1_ListJobsRequestAlpha1) throws(SidecarError) in
                var response = Dapr_Proto_Runtime_V1_ListJobsResponseAlpha1()
                response.jobs = try jobs()
                return response
            },
            .failing("DeleteJobsByPrefix") {
                [self] (request: Dapr_Proto_Runtime_V1_DeleteJobsByPrefixRequest)
                    throws(SidecarError) in
                try delete(prefix: request.namePrefix)
                return Dapr_Proto_Runtime_V1_DeleteJobsByPrefixResponse()
            },
            .failing("DeleteJobsByPrefixAlpha1") {
                [self] (request: Dapr_Proto_Runtime_V1_DeleteJobsByPrefixRequestAlpha1)
                    throws(SidecarError) in
                try delete(prefix: request.namePrefix)
                return Dapr_Proto_Runtime_V1_DeleteJobsByPrefixResponseAlpha1()
            },
        ]
    }
}
