// Failures of actors, and of what runs on them (workflows): the HTTP API names them, the gRPC API
// has texts only (dapr/grpc-api.md section 13).
extension DaprError {
    /// By `errorCode`; nil for codes of other building blocks.
    static func kind(ofActorCode code: String, message: String) -> Kind? {
        switch code {
        // The sidecar runs without actors, and always will.
        case "ERR_ACTOR_NO_PLACEMENT": .notSupported
        case "ERR_ACTOR_RUNTIME_NOT_FOUND", "ERR_ACTOR_NO_ADDRESS": .noSuchComponent
        case "ERR_ACTOR_RUNTIME_CLOSED", "ERR_ACTOR_NO_APP_CHANNEL": .unavailable
        case "ERR_ACTOR_INSTANCE_MISSING", "ERR_ACTOR_REMINDER_NOT_FOUND": .notFound
        case "ERR_ACTOR_REMINDER_ALREADY_EXISTS": .conflict
        case "ERR_ACTOR_REMINDER_NON_HOSTED", "ERR_ACTOR_TYPE_RESERVED": .denied
        case "ERR_ACTOR_NAMESPACE_REQUIRED": .invalidArgument
        case "ERR_ACTOR_INVOKE_METHOD", "ERR_ACTOR_STATE_GET",
            "ERR_ACTOR_STATE_TRANSACTION_SAVE", "ERR_ACTOR_REMINDER_CREATE",
            "ERR_ACTOR_REMINDER_GET", "ERR_ACTOR_REMINDER_DELETE", "ERR_ACTOR_TIMER_CREATE",
            "ERR_ACTOR_STACK_DEPTH":
            kind(ofActorMessage: message) ?? .componentFailed
        default: nil
        }
    }

    /// By the sidecar's text; nil when it is none of actors.
    static func kind(ofActorMessage message: String) -> Kind? {
        let texts: [(String, Kind)] = [
            ("placement service is not configured", .notSupported),
            ("did not find address for actor", .noSuchComponent),
            ("not configured to use the actor runtime", .noSuchComponent),
            ("actor method not found", .notFound),
            ("actor instance is missing", .notFound),
            ("maximum stack depth exceeded", .componentFailed),
            ("unsupported period format", .invalidArgument),
            ("context deadline exceeded", .deadlineExceeded),
        ]
        return texts.first { message.contains($0.0) }?.1
    }
}
