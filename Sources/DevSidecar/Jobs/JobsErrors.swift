// The failures of jobs (dapr/http-api.md section 13, dapr/grpc-api.md section 15).
extension SidecarError {
    private static func job(
        _ reason: String, _ message: String, _ httpStatus: Int, _ grpcCode: Int, _ appID: String
    ) -> SidecarError {
        let code = "DAPR_SCHEDULER_" + reason
        let info = ErrorDetail.errorInfo(
            reason: code, metadata: ["appID": appID, "namespace": "default"])
        return SidecarError(
            httpStatus: httpStatus, grpcCode: grpcCode, code: code, message: message,
            httpDetails: [info], grpcDetails: [info])
    }

    /// An argument is wrong.
    static func badJob(_ reason: String, _ message: String, _ appID: String) -> SidecarError {
        job(reason, message, 400, GRPCStatus.invalidArgument, appID)
    }

    /// The scheduler failed.
    static func scheduler(_ reason: String, _ message: String, _ appID: String) -> SidecarError {
        job(reason, message, 500, GRPCStatus.internalError, appID)
    }

    /// There is a job of that name.
    static func jobExists(_ name: String, _ appID: String) -> SidecarError {
        job(
            "SCHEDULE_JOB",
            "failed to schedule job due to: rpc error: code = AlreadyExists desc = job already "
                + "exists: '\(name)'", 409, 6, appID)
    }
}
