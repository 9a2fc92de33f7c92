// The failures of actors, in the words of both APIs (dapr/http-api.md section 10).
extension SidecarError {
    static let noPlacement = SidecarError(
        httpStatus: 400, grpcCode: GRPCStatus.unavailable, code: "ERR_ACTOR_NO_PLACEMENT",
        message: "placement service is not configured")

    static let noActorStateStore = SidecarError(
        httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_ACTOR_RUNTIME_NOT_FOUND",
        message: "the state store is not configured to use the actor runtime. Have you set the "
            + "- name: actorStateStore value: \"true\" in your state store component file?")

    static let actorInstanceMissing = SidecarError(
        httpStatus: 400, grpcCode: GRPCStatus.internalError, code: "ERR_ACTOR_INSTANCE_MISSING",
        message: "actor instance is missing")

    static let reminderNotHosted = SidecarError(
        httpStatus: 403, grpcCode: 7, code: "ERR_ACTOR_REMINDER_NON_HOSTED",
        message: "operations on actor reminders are only possible on hosted actor types")

    static func actorInvocation(_ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_ACTOR_INVOKE_METHOD",
            message: "error invoke actor method: " + reason)
    }

    static func actorStateTransaction(_ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError,
            code: "ERR_ACTOR_STATE_TRANSACTION_SAVE",
            message: "error saving actor transaction state: " + reason)
    }

    static func actorTypeReserved(_ type: String) -> SidecarError {
        SidecarError(
            httpStatus: 403, grpcCode: 7, code: "ERR_ACTOR_TYPE_RESERVED",
            message: "actor type \"\(type)\" is reserved for the Dapr workflow runtime; "
                + "direct actor API access is not permitted")
    }

    static func reminderExists(_ name: String) -> SidecarError {
        SidecarError(
            httpStatus: 409, grpcCode: 6, code: "ERR_ACTOR_REMINDER_ALREADY_EXISTS",
            message: "actor reminder already exists: " + name)
    }

    static func reminderNotFound(_ name: String) -> SidecarError {
        SidecarError(
            httpStatus: 404, grpcCode: GRPCStatus.notFound, code: "ERR_ACTOR_REMINDER_NOT_FOUND",
            message: "actor reminder not found: " + name)
    }

    static func reminderCreation(_ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_ACTOR_REMINDER_CREATE",
            message: "error creating actor reminder: " + reason)
    }

    static func timerCreation(_ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_ACTOR_TIMER_CREATE",
            message: "error creating actor timer: " + reason)
    }

    /// A name that cannot stand in a path.
    static func actorName(_ what: String, _ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.invalidArgument, code: "ERR_BAD_REQUEST",
            message: "\(what): \(reason)")
    }
}
