import HTTP2
import Testing

@testable import DaprClient

@Suite("One table of errors for both transports")
struct ErrorMappingTests {
    typealias Kind = DaprError.Kind

    @Test(
        "the same fault has the same kind, whichever API tells it",
        arguments: [
            // block, HTTP status, errorCode, gRPC code, reason, kind
            (
                BuildingBlock.state, 400, "ERR_STATE_STORE_NOT_FOUND", 3, "DAPR_STATE_NOT_FOUND",
                Kind.noSuchComponent
            ),
            (
                .state, 500, "ERR_STATE_STORE_NOT_CONFIGURED", 9, "DAPR_STATE_NOT_CONFIGURED",
                .noSuchComponent
            ),
            (.state, 409, "ERR_STATE_SAVE", 10, "ERR_STATE_SAVE", .conflict),
            (.state, 400, "ERR_STATE_SAVE", 3, "ERR_STATE_SAVE", .invalidArgument),
            (.state, 500, "ERR_STATE_SAVE", 13, "ERR_STATE_SAVE", .componentFailed),
            (.state, 409, "ERR_STATE_DELETE", 10, "ERR_STATE_DELETE", .conflict),
            (.state, 400, "ERR_STATE_DELETE", 3, "ERR_STATE_DELETE", .invalidArgument),
            (.state, 500, "ERR_STATE_DELETE", 13, "ERR_STATE_DELETE", .componentFailed),
            (.state, 500, "ERR_STATE_GET", 13, "ERR_STATE_GET", .componentFailed),
            (.state, 500, "ERR_STATE_BULK_GET", 2, nil, .componentFailed),
            (.state, 500, "ERR_STATE_TRANSACTION", 13, "ERR_STATE_TRANSACTION", .componentFailed),
            (.state, 400, "ERR_MALFORMED_REQUEST", 3, "DAPR_STATE_ILLEGAL_KEY", .invalidArgument),
            (
                .state, 500, "ERR_STATE_STORE_NOT_SUPPORTED", 12,
                "DAPR_STATE_TRANSACTIONS_NOT_SUPPORTED", .notSupported
            ),
            (
                .state, 500, "ERR_STATE_STORE_NOT_SUPPORTED", 13,
                "DAPR_STATE_QUERYING_NOT_SUPPORTED", .notSupported
            ),
            (
                .state, 400, "ERR_NOT_SUPPORTED_STATE_OPERATION", 12,
                "ERR_NOT_SUPPORTED_STATE_OPERATION", .invalidArgument
            ),
            (
                .state, 400, "ERR_STATE_STORE_TOO_MANY_TRANSACTIONS", 3,
                "DAPR_STATE_TOO_MANY_TRANSACTIONS", .invalidArgument
            ),
            (.state, 500, "ERR_PUBLISH_OUTBOX", 13, "DAPR_PUBSUB_OUTBOX", .componentFailed),
            (.state, 500, "ERR_STATE_QUERY", 13, "DAPR_STATE_QUERY_FAILED", .componentFailed),
            (.publish, 404, "ERR_PUBSUB_NOT_FOUND", 3, "DAPR_PUBSUB_NOT_FOUND", .noSuchComponent),
            (
                .publish, 400, "ERR_PUBSUB_NOT_FOUND", 5, "DAPR_PUBSUB_TEST_NOT_FOUND",
                .noSuchComponent
            ),
            (
                .publish, 400, "ERR_PUBSUB_NOT_CONFIGURED", 9, "DAPR_PUBSUB_NOT_CONFIGURED",
                .noSuchComponent
            ),
            (.publish, 404, "ERR_PUBSUB_EMPTY", 3, "DAPR_PUBSUB_NAME_EMPTY", .invalidArgument),
            (
                .publish, 404, "ERR_TOPIC_NAME_EMPTY", 3, "DAPR_PUBSUB_TOPIC_NAME_EMPTY",
                .invalidArgument
            ),
            (
                .publish, 400, "ERR_PUBSUB_REQUEST_METADATA", 3,
                "DAPR_PUBSUB_METADATA_DESERIALIZATION", .invalidArgument
            ),
            (
                .publish, 500, "ERR_PUBSUB_CLOUD_EVENTS_SER", 3, "DAPR_PUBSUB_CLOUD_EVENT_CREATION",
                .invalidArgument
            ),
            (
                .publish, 400, "ERR_PUBSUB_EVENTS_SER", 3, "DAPR_PUBSUB_MARSHAL_ENVELOPE",
                .invalidArgument
            ),
            (.publish, 403, "ERR_PUBSUB_FORBIDDEN", 7, "DAPR_PUBSUB_FORBIDDEN", .denied),
            (
                .publish, 500, "ERR_PUBSUB_PUBLISH_MESSAGE", 13, "DAPR_PUBSUB_PUBLISH_MESSAGE",
                .componentFailed
            ),
            (.secrets, 500, "ERR_SECRET_STORES_NOT_CONFIGURED", 9, nil, .noSuchComponent),
            (.secrets, 401, "ERR_SECRET_STORE_NOT_FOUND", 3, nil, .noSuchComponent),
            (.secrets, 403, "ERR_PERMISSION_DENIED", 7, nil, .denied),
            (.secrets, 500, "ERR_SECRET_GET", 13, nil, .componentFailed),
            (
                .configuration, 400, "ERR_CONFIGURATION_STORE_NOT_FOUND", 3,
                "ERR_CONFIGURATION_STORE_NOT_FOUND", .noSuchComponent
            ),
            (
                .configuration, 500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", 9,
                "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", .noSuchComponent
            ),
            (
                .configuration, 500, "ERR_CONFIGURATION_GET", 13, "ERR_CONFIGURATION_GET",
                .componentFailed
            ),
            (
                .configuration, 500, "ERR_CONFIGURATION_SUBSCRIBE", 3,
                "ERR_CONFIGURATION_SUBSCRIBE", .componentFailed
            ),
            (
                .configuration, 500, "ERR_APP_CHANNEL_NIL", 12, "ERR_APP_CHANNEL_NIL",
                .notSupported
            ),
            (.lock, 500, "ERR_LOCK_STORE_NOT_CONFIGURED", 9, nil, .noSuchComponent),
            (.lock, 400, "ERR_MALFORMED_REQUEST", 3, nil, .invalidArgument),
            (.lock, 500, "ERR_TRY_LOCK", 13, nil, .componentFailed),
            (.lock, 500, "ERR_UNLOCK", 13, nil, .componentFailed),
            (.metadata, 401, nil, 16, "Unauthorized", .unauthenticated),
            (.metadata, 404, "ERR_DIRECT_INVOKE", 12, "Not Implemented", .notSupported),
            (.invoke, 403, "ERR_DIRECT_INVOKE", 7, nil, .denied),
            (.health, 500, "ERR_HEALTH_NOT_READY", 14, nil, .unavailable),
            (.health, 500, "ERR_OUTBOUND_HEALTH_NOT_READY", 14, nil, .unavailable),
        ] as [(BuildingBlock, Int, String?, Int, String?, Kind)])
    func sameKind(
        block: BuildingBlock, httpStatus: Int, code: String?, grpcCode: Int, reason: String?,
        kind: Kind
    ) {
        let overHTTP = DaprError(httpStatus: httpStatus, code: code, message: "m", in: block)
        #expect(overHTTP.kind == kind)
        #expect(overHTTP.code == code)
        #expect(overHTTP.status == .http(httpStatus))
        let details = reason.map {
            [DaprError.Detail.errorInfo(reason: $0, domain: "dapr.io", metadata: [:])]
        }
        let overGRPC = DaprError(
            GRPCStatus(code: grpcCode, message: "m", details: details ?? []), in: block)
        #expect(overGRPC.kind == kind)
        #expect(overGRPC.code == reason)
        #expect(overGRPC.status == .grpc(grpcCode))
    }

    @Test("errors on locks have no details over gRPC: texts tell an unknown store and a bad name")
    func locks() {
        let unknown = DaprError(
            GRPCStatus(code: 3, message: "lock store nostore not found"), in: .lock)
        #expect(unknown.kind == .noSuchComponent)
        let text = "failed to release lock: input key/keyPrefix 'a||b' can't contain '||'"
        #expect(DaprError(GRPCStatus(code: 13, message: text), in: .lock).kind == .invalidArgument)
        let overHTTP = DaprError(
            httpStatus: 500, code: "ERR_UNLOCK", message: text, in: .lock)
        #expect(overHTTP.kind == .invalidArgument)
        let store = DaprError(
            httpStatus: 400, code: "ERR_LOCK_STORE_NOT_FOUND", message: "not found", in: .lock)
        #expect(store.kind == .noSuchComponent)
    }

    @Test(
        "without a reason the gRPC code decides",
        arguments: [
            (1, Kind.unavailable), (2, .unknown), (3, .invalidArgument), (4, .deadlineExceeded),
            (5, .notFound), (6, .conflict), (7, .denied), (8, .unavailable), (9, .unknown),
            (10, .conflict), (11, .invalidArgument), (12, .notSupported), (13, .componentFailed),
            (14, .unavailable), (15, .componentFailed), (16, .unauthenticated), (17, .unknown),
        ])
    func grpcCode(code: Int, kind: Kind) {
        #expect(DaprError(GRPCStatus(code: code), in: .metadata).kind == kind)
    }

    @Test(
        "without an error code the HTTP status decides",
        arguments: [
            (400, Kind.invalidArgument), (401, .unauthenticated), (403, .denied),
            (404, .notFound), (405, .notSupported), (408, .deadlineExceeded), (409, .conflict),
            (412, .conflict), (413, .tooLarge), (429, .unavailable), (431, .tooLarge),
            (500, .componentFailed), (501, .notSupported), (502, .unavailable),
            (503, .unavailable), (504, .deadlineExceeded), (302, .unknown), (0, .unknown),
        ])
    func httpStatus(status: Int, kind: Kind) {
        #expect(
            DaprError(httpStatus: status, code: nil, message: "", in: .state).kind == kind)
        #expect(
            DaprError(httpStatus: status, code: "ERROR", message: "", in: .state).kind == kind)
    }

    @Test(
        "a size limit shows in the text only",
        arguments: [
            DaprError(
                httpStatus: 400, code: "ERR_MALFORMED_REQUEST",
                message: "failed deserializing HTTP body: stream too large", in: .state),
            DaprError(
                httpStatus: 400, code: "ERR_MALFORMED_REQUEST", message: "unexpected EOF",
                in: .state),
            DaprError(
                httpStatus: 500, code: "ERR_PUBSUB_PUBLISH_MESSAGE",
                message: "error when publishing to topic T in pubsub P: stream too large",
                in: .publish),
            DaprError(
                GRPCStatus(
                    code: 8, message: "grpc: received message larger than max (5 vs. 4)"),
                in: .state),
        ])
    func tooLarge(error: DaprError) {
        #expect(error.kind == .tooLarge)
    }

    @Test("a conflict in a transaction shows in the text only, the same over both APIs")
    func conflictInTransaction() {
        let message =
            "error while executing state transaction: possible etag mismatch. error from state "
            + "store: state etag not match"
        let overHTTP = DaprError(
            httpStatus: 500, code: "ERR_STATE_TRANSACTION", message: message, in: .state)
        #expect(overHTTP.kind == .conflict)
        let info = DaprError.Detail.errorInfo(
            reason: "ERR_STATE_TRANSACTION", domain: "dapr.io", metadata: [:])
        let overGRPC = DaprError(
            GRPCStatus(code: 13, message: message, details: [info]), in: .state)
        #expect(overGRPC.kind == .conflict)
    }

    @Test(
        "the sidecar's own failure to invoke is told by its text, the same over both APIs",
        arguments: [
            ("failed to invoke, id: x, err: couldn't find service: x", Kind.noSuchComponent),
            (
                "failed to invoke, id: x, err: timeout waiting for address for app id x",
                .noSuchComponent
            ),
            ("failed to invoke, id: x, err: invalid app id a.b.c", .invalidArgument),
            ("failed to invoke, id: x, err: invalid method: forbidden character", .invalidArgument),
            ("invoke API is not ready", .unavailable),
            (
                "failed to invoke, id: x, err: failed to invoke target x after 3 retries",
                .componentFailed
            ),
        ])
    func invoke(message: String, kind: Kind) {
        #expect(
            DaprError(
                httpStatus: 500, code: "ERR_DIRECT_INVOKE", message: message, in: .invoke
            ).kind == kind)
        #expect(DaprError(GRPCStatus(code: 13, message: message), in: .invoke).kind == kind)
    }

    @Test("a method that this sidecar does not know is not supported")
    func unknownMethod() {
        let status = GRPCStatus(
            code: 2,
            message: "failed to proxy request: required metadata dapr-callee-app-id or "
                + "dapr-app-id not found")
        #expect(DaprError(status, in: .state).kind == .notSupported)
    }

    @Test(
        "a reset stream is told apart by its code",
        arguments: [
            (HTTP2ErrorCode.refusedStream, Kind.unavailable), (.cancel, .unavailable),
            (.enhanceYourCalm, .unavailable), (.inadequateSecurity, .denied),
            (.frameSizeError, .tooLarge), (.noError, .malformedResponse),
            (.protocolError, .malformedResponse), (.internalError, .malformedResponse),
            (.flowControlError, .malformedResponse), (.settingsTimeout, .malformedResponse),
            (.streamClosed, .malformedResponse), (.compressionError, .malformedResponse),
            (.connectError, .unavailable), (.http11Required, .malformedResponse),
            (HTTP2ErrorCode(rawValue: 99), .malformedResponse),
        ])
    func reset(code: HTTP2ErrorCode, kind: Kind) {
        let closure = StreamClosure(cause: .resetByPeer, code: code, isUnprocessed: false)
        #expect(DaprError(closure, isDeadlineNear: false).kind == kind)
    }

    @Test("the sidecar's CANCEL at the deadline is the deadline")
    func cancelAtDeadline() {
        let closure = StreamClosure(cause: .resetByPeer, code: .cancel, isUnprocessed: false)
        #expect(DaprError(closure, isDeadlineNear: true).kind == .deadlineExceeded)
    }

    @Test(
        "what bindings and cryptography answer, as it was recorded",
        arguments: [
            (
                .bindings, 13, "error invoking output binding b: couldn't find output binding b",
                .noSuchComponent
            ),
            (
                .bindings, 13,
                "error invoking output binding b: operation field is missing from request",
                .invalidArgument
            ),
            (
                .bindings, 13,
                "error invoking output binding b: binding b does not support operation x. supported operations:create",
                .notSupported
            ),
            (
                .bindings, 13, "error invoking output binding b: received status code 404",
                .componentFailed
            ),
            (.cryptography, 3, "crypto provider nocrypto not found", .noSuchComponent),
            (.cryptography, 13, "crypto providers not configured", .noSuchComponent),
            (
                .cryptography, 13,
                "failed to perform operation: option Cipher is not valid: cipher ROT13 is not supported",
                .invalidArgument
            ),
            (
                .cryptography, 13,
                "failed to perform operation: option Algorithm is not valid: algorithm NOPE is not supported",
                .invalidArgument
            ),
            (
                .cryptography, 13,
                "failed to perform operation: failed to wrap the file key: failed to retrieve the key encryption key: failed to load key 'nokey': open /keys/nokey: no such file or directory",
                .notFound
            ),
            (
                .cryptography, 13,
                "failed to perform operation: invalid header: scheme name not found",
                .invalidArgument
            ),
            (
                .cryptography, 13,
                "failed to perform operation: document's manifest does not contain a key name, and no key name was provided",
                .invalidArgument
            ),
            (
                .cryptography, 13,
                "failed to perform operation: failed to validate the document's signature",
                .invalidArgument
            ),
            (
                .cryptography, 13, "error processing segment 0: failed to decrypt segment",
                .invalidArgument
            ),
            (.cryptography, 3, "invalid request: missing component name", .invalidArgument),
            (.cryptography, 12, "this API is currently not implemented", .notSupported),
        ] as [(BuildingBlock, Int, String, Kind)])
    func recordedTexts(block: BuildingBlock, grpcCode: Int, message: String, kind: Kind) {
        let details =
            block == .bindings
            ? [
                DaprError.Detail.errorInfo(
                    reason: "ERR_INVOKE_OUTPUT_BINDING", domain: "dapr.io", metadata: [:])
            ]
            : []
        let status = GRPCStatus(code: grpcCode, message: message, details: details)
        #expect(DaprError(status, in: block).kind == kind)
        let code =
            switch (block, grpcCode) {
            case (.bindings, _): "ERR_INVOKE_OUTPUT_BINDING"
            case (_, 3): "ERR_BAD_REQUEST"
            case (_, 12): "ERR_API_UNIMPLEMENTED"
            default: "ERR_CRYPTO"
            }
        let httpStatus = grpcCode == 3 ? 400 : grpcCode == 12 ? 501 : 500
        let error = DaprError(httpStatus: httpStatus, code: code, message: message, in: block)
        #expect(error.kind == kind)
    }
}
