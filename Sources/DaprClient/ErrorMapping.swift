import HTTP2

/// Which part of Dapr's API was called: the same status means different things in them.
enum BuildingBlock: CaseIterable {
    case state, publish, invoke, secrets, metadata, health
    case configuration, lock
    case actors, workflow, jobs, conversation
    case bindings, cryptography
    case subscription
}

// MARK: - What the sidecar said

extension DaprError {
    /// What a gRPC status means. The reason counts first, the code second.
    init(_ status: GRPCStatus, in block: BuildingBlock) {
        self.init(
            Self.kind(of: status, in: block), status.message, code: status.reason,
            status: .grpc(status.code), details: status.details)
    }

    private static func kind(of status: GRPCStatus, in block: BuildingBlock) -> Kind {
        if status.isMalformed { return .malformedResponse }
        if block == .invoke { return invokeKind(status) }
        if block == .cryptography, let kind = kind(ofCryptographyMessage: status.message) {
            return kind
        }
        if let reason = status.reason,
            let kind = kind(ofCode: reason, .grpc(status.code), message: status.message)
        {
            return kind
        }
        if block == .actors || block == .workflow, status.code >= 8, status.code != 10,
            let kind = kind(ofActorMessage: status.message)
        {
            return kind
        }
        if block == .workflow, status.code == 13 { return kind(ofWorkflowMessage: status.message) }
        if block == .conversation, status.message.hasPrefix(noConversationComponent) {
            return .noSuchComponent
        }
        return kind(ofGRPCCode: status.code, message: status.message, in: block)
    }

    private static func invokeKind(_ status: GRPCStatus) -> Kind {
        switch status.code {
        case 2, 13: kind(ofInvokeMessage: status.message)
        default: kind(ofGRPCCode: status.code, message: status.message, in: .invoke)
        }
    }

    /// What an error answer of the HTTP API means. `errorCode` counts first, the status second.
    init(
        httpStatus status: Int, code: String?, message: String, details: [Detail] = [],
        in block: BuildingBlock
    ) {
        self.init(
            Self.kind(ofHTTPStatus: status, code: code, message: message, in: block), message,
            code: code, status: .http(status), details: details)
    }

    private static func kind(
        ofHTTPStatus status: Int, code: String?, message: String, in block: BuildingBlock
    ) -> Kind {
        // There is no 413: the limit shows in the text of several other errors (http-api.md 1.6).
        if status >= 400, message.contains("stream too large") { return .tooLarge }
        // One byte over the limit is cut off, and what we send is whole (observed/SURPRISES.md).
        if code == "ERR_MALFORMED_REQUEST", message.contains("unexpected EOF") { return .tooLarge }
        if code == "ERR_DIRECT_INVOKE" {
            guard block == .invoke else {
                // The fallback for paths that this sidecar does not serve, or does not allow.
                return .notSupported
            }
            return status == 403 ? .denied : kind(ofInvokeMessage: message)
        }
        if block == .cryptography, let kind = kind(ofCryptographyMessage: message) { return kind }
        if let code, let kind = kind(ofCode: code, .http(status), message: message) {
            return kind
        }
        // What unsubscribing from an unknown id is answered.
        if block == .configuration, code == nil, message.hasSuffix("does not exist") {
            return .notFound
        }
        return kind(ofHTTPStatus: status)
    }
}

// MARK: - Tables

extension DaprError {
    /// By `errorCode` or `ErrorInfo.reason`: the same fault has one name in each API. Codes that
    /// stand for several faults are decided by the status; nil leaves it to the status alone.
    static func kind(
        ofCode code: String, _ status: TransportStatus, message: String
    ) -> Kind? {
        switch code {
        case "ERR_STATE_STORE_NOT_FOUND", "ERR_STATE_STORE_NOT_CONFIGURED",
            "DAPR_STATE_NOT_FOUND", "DAPR_STATE_NOT_CONFIGURED",
            "ERR_PUBSUB_NOT_FOUND", "ERR_PUBSUB_NOT_CONFIGURED",
            "DAPR_PUBSUB_NOT_FOUND", "DAPR_PUBSUB_NOT_CONFIGURED", "DAPR_PUBSUB_TEST_NOT_FOUND",
            "ERR_SECRET_STORE_NOT_FOUND", "ERR_SECRET_STORES_NOT_CONFIGURED",
            "ERR_CONFIGURATION_STORE_NOT_FOUND", "ERR_CONFIGURATION_STORE_NOT_CONFIGURED",
            "ERR_LOCK_STORE_NOT_FOUND", "ERR_LOCK_STORE_NOT_CONFIGURED",
            "ERR_CRYPTO_PROVIDER_NOT_FOUND", "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED":
            .noSuchComponent
        case "ERR_STATE_STORE_NOT_SUPPORTED", "DAPR_STATE_TRANSACTIONS_NOT_SUPPORTED",
            "DAPR_STATE_QUERYING_NOT_SUPPORTED", "ERR_API_UNIMPLEMENTED", "Not Implemented":
            .notSupported
        case "ERR_STATE_STORE_TOO_MANY_TRANSACTIONS", "DAPR_STATE_TOO_MANY_TRANSACTIONS",
            "ERR_NOT_SUPPORTED_STATE_OPERATION", "DAPR_STATE_ILLEGAL_KEY",
            "ERR_PUBSUB_EMPTY", "ERR_TOPIC_NAME_EMPTY",
            "DAPR_PUBSUB_NAME_EMPTY", "DAPR_PUBSUB_TOPIC_NAME_EMPTY",
            "ERR_PUBSUB_REQUEST_METADATA", "DAPR_PUBSUB_METADATA_DESERIALIZATION",
            "ERR_PUBSUB_CLOUD_EVENTS_SER", "DAPR_PUBSUB_CLOUD_EVENT_CREATION",
            "ERR_PUBSUB_EVENTS_SER", "DAPR_PUBSUB_MARSHAL_ENVELOPE",
            "DAPR_PUBSUB_MARSHAL_EVENTS", "DAPR_PUBSUB_UNMARSHAL_EVENTS",
            "ERR_MALFORMED_REQUEST", "ERR_BODY_READ", "ERR_BAD_REQUEST",
            "ERR_HEALTH_APPID_NOT_MATCH":
            .invalidArgument
        case "ERR_PUBSUB_FORBIDDEN", "DAPR_PUBSUB_FORBIDDEN", "ERR_PERMISSION_DENIED":
            .denied
        case "ERR_STATE_SAVE", "ERR_STATE_DELETE", "ERR_STATE_BULK_DELETE":
            // One code for a conflict, a malformed ETag and a store that is down.
            switch status {
            case .http(409), .grpc(10): .conflict
            case .http(400), .grpc(3): .invalidArgument
            default: .componentFailed
            }
        case "ERR_STATE_TRANSACTION":
            // A transaction has one status for every fault (http-api.md 3.5).
            message.contains("possible etag mismatch") ? .conflict : .componentFailed
        case "ERR_STATE_QUERY", "DAPR_STATE_QUERY_FAILED": kind(ofQueryMessage: message)
        case "ERR_STATE_GET", "ERR_STATE_BULK_GET",
            "ERR_PUBLISH_OUTBOX", "DAPR_PUBSUB_OUTBOX",
            "ERR_PUBSUB_PUBLISH_MESSAGE", "DAPR_PUBSUB_PUBLISH_MESSAGE", "ERR_SECRET_GET",
            "ERR_CONFIGURATION_GET", "ERR_CONFIGURATION_SUBSCRIBE":
            .componentFailed
        case "ERR_TRY_LOCK", "ERR_UNLOCK":
            isIllegalKey(message) ? .invalidArgument : .componentFailed
        case "ERR_APP_CHANNEL_NIL": .notSupported
        case "ERR_INVOKE_OUTPUT_BINDING": kind(ofBindingMessage: message)
        case "ERR_HEALTH_NOT_READY", "ERR_OUTBOUND_HEALTH_NOT_READY": .unavailable
        case "ERR_MALFORMED_RESPONSE": .malformedResponse
        case "Unauthorized": .unauthenticated
        default:
            kind(ofActorCode: code, message: message)
                ?? kind(ofWorkflowCode: code, message: message)
                ?? kind(ofJobCode: code, status, message: message)
                ?? kind(ofConversationCode: code)
        }
    }

    /// By gRPC code (dapr/grpc-api.md section 18.4).
    static func kind(ofGRPCCode code: Int, message: String, in block: BuildingBlock) -> Kind {
        let isComponent =
            switch block {
            case .state, .publish, .secrets, .configuration, .lock, .bindings: true
            case .invoke, .metadata, .health, .actors, .cryptography, .subscription: false
            case .workflow, .jobs, .conversation: false
            }
        switch code {
        // Not our own cancellation, which needs no answer: the sidecar gave the call up.
        case 1: return .unavailable
        // An unknown method falls through to the sidecar's proxy, which misses an app id.
        case 2 where message.contains("dapr-app-id not found"): return .notSupported
        case 2 where block == .subscription: return kind(ofSubscriptionMessage: message)
        case 2: return isComponent ? .componentFailed : .unknown
        // Errors on secrets have no details, and this code means an unknown store.
        case 3 where block == .secrets: return .noSuchComponent
        // Errors on locks have none either.
        case 3 where block == .lock && message.hasSuffix(" not found"): return .noSuchComponent
        case 3: return .invalidArgument
        case 4: return .deadlineExceeded
        case 5: return .notFound
        case 6, 10: return .conflict
        case 7: return .denied
        case 8: return message.contains("larger than max") ? .tooLarge : .unavailable
        case 9: return isComponent ? .noSuchComponent : .unknown
        case 11: return .invalidArgument
        case 12: return .notSupported
        case 13 where block == .lock && isIllegalKey(message): return .invalidArgument
        case 13, 15: return .componentFailed
        case 14: return .unavailable
        case 16: return .unauthenticated
        default: return .unknown
        }
    }

    /// What a failed query means: a query that the sidecar or the database cannot read, a store
    /// without what it takes, or a store that failed.
    private static func kind(ofQueryMessage message: String) -> Kind {
        if message.contains("failed to parse JSON query") || message.contains("(SQLSTATE 42")
            || message.contains("(SQLSTATE 2201") || message.contains("strconv.Parse")
        {
            return .invalidArgument
        }
        return message.contains("support is required") ? .notSupported : .componentFailed
    }

    /// How a subscription ended: its errors have the code 2 and texts only (grpc-api.md section 7).
    private static func kind(ofSubscriptionMessage message: String) -> Kind {
        switch message {
        case "stream closed", "api server closed", "EOF": .unavailable
        case "initial request is required", "pubsubName is required", "topic is required",
            "duplicate initial request received":
            .invalidArgument
        default: message.hasSuffix("is not allowed") ? .denied : .componentFailed
        }
    }

    /// The name of a lock must not contain what separates it from its prefix.
    private static func isIllegalKey(_ message: String) -> Bool {
        message.contains("can't contain '||'")
    }

    /// By HTTP status.
    static func kind(ofHTTPStatus status: Int) -> Kind {
        switch status {
        case 400: .invalidArgument
        case 401: .unauthenticated
        case 403: .denied
        case 404: .notFound
        case 405, 501: .notSupported
        case 408, 504: .deadlineExceeded
        case 409, 412: .conflict
        case 413, 431: .tooLarge
        case 429, 502, 503: .unavailable
        case 500: .componentFailed
        default: .unknown
        }
    }

    /// What a binding's failure means: they all have one code.
    static func kind(ofBindingMessage message: String) -> Kind {
        if message.contains("couldn't find output binding") { return .noSuchComponent }
        if message.contains("operation field is missing") { return .invalidArgument }
        return message.contains("does not support operation") ? .notSupported : .componentFailed
    }

    /// What a failure of cryptography means, where its text tells more than its code.
    static func kind(ofCryptographyMessage message: String) -> Kind? {
        if message.contains("crypto provider") {
            let isMissing =
                message.hasSuffix("not found") || message.hasSuffix("not configured")
            return isMissing ? .noSuchComponent : nil
        }
        if message.contains("failed to retrieve the key encryption key") {
            return message.contains("no such file") || message.contains("not found")
                ? .notFound : .componentFailed
        }
        // What the caller gave is no document, not the one it was, or for another key.
        let faults = [
            "option Algorithm is not valid", "option Cipher is not valid", "invalid header",
            "does not contain a key name", "validate the document's signature",
            "failed to decrypt segment",
        ]
        return faults.contains { message.contains($0) } ? .invalidArgument : nil
    }

    /// What the sidecar's own failure to invoke means: its errors have no code, only texts.
    static func kind(ofInvokeMessage message: String) -> Kind {
        if message.contains("couldn't find service") || message.contains("timeout waiting for addr")
            || message.contains("failed getting app id")
        {
            return .noSuchComponent
        }
        if message.contains("invalid method") || message.contains("invalid app id")
            || message.contains("invalid HTTP verb")
        {
            return .invalidArgument
        }
        if message.contains("stream too large") || message.contains("larger than max") {
            return .tooLarge
        }
        return message.contains("is not ready") ? .unavailable : .componentFailed
    }
}

// MARK: - What the connection did

extension DaprError {
    /// No connection could be had; nothing was sent.
    static func unreachable(_ reason: String) -> DaprError {
        DaprError(.unavailable, reason, isUnprocessed: true)
    }

    /// The stream ended before an answer was complete (dapr/grpc-api.md section 19.6).
    ///
    /// - Parameter isDeadlineNear: the sidecar's own CANCEL means that its clock was first.
    init(_ closure: StreamClosure, isDeadlineNear: Bool) {
        let kind: Kind
        let message: String
        switch closure.cause {
        case .connection(let error):
            kind = error.kind == .protocolViolation ? .malformedResponse : .unavailable
            message = "the connection to the sidecar ended: \(error.text)"
        case .goAway:
            kind = .unavailable
            message = "the sidecar is closing the connection"
        case .finished:
            kind = .malformedResponse
            message = "the sidecar's answer is not complete"
        case .resetByPeer where closure.code == .connectError:
            kind = .unavailable
            message = "the connection to the sidecar was lost"
        case .resetByPeer where closure.code == .refusedStream:
            // Also what the bridge to HTTP/1.1 says when it finds no connection for a call.
            kind = .unavailable
            message = "the sidecar did not take the call, nor could it be reached anew"
        case .resetByPeer, .resetLocally:
            kind =
                closure.code == .cancel && isDeadlineNear
                ? .deadlineExceeded : Self.kind(ofReset: closure.code)
            message = "the stream was reset: \(closure.code)"
        }
        self.init(kind, message, isUnprocessed: closure.isUnprocessed)
    }

    private static func kind(ofReset code: HTTP2ErrorCode) -> Kind {
        switch code {
        case .refusedStream, .cancel, .enhanceYourCalm: .unavailable
        case .inadequateSecurity: .denied
        // What the Go server says to a header list that is too long.
        case .frameSizeError: .tooLarge
        default: .malformedResponse
        }
    }
}

extension StreamClosure {
    /// The connection was lost below the stream. `connectError` is what the bridge to HTTP/1.1 says.
    var isLoss: Bool {
        switch cause {
        case .connection(let error): error.kind == .connectionLost || error.kind == .closed
        case .resetByPeer: code == .connectError
        case .goAway, .finished, .resetLocally: false
        }
    }
}
