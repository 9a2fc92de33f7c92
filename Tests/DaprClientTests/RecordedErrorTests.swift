import Testing

@testable import DaprClient

/// A failure as daprd told it; the same one over both APIs where both were recorded.
struct RecordedError: Sendable {
    var block: BuildingBlock
    var message: String
    var kind: DaprError.Kind
    var http: (status: Int, code: String)?
    var grpc: (code: Int, reason: String?)?

    init(
        _ block: BuildingBlock, _ message: String, _ kind: DaprError.Kind,
        http: (status: Int, code: String)? = nil, grpc: (code: Int, reason: String?)? = nil
    ) {
        self.block = block
        self.message = message
        self.kind = kind
        self.http = http
        self.grpc = grpc
    }

    static let all: [RecordedError] =
        queries + writes + subscriptions + workflows + jobs + conversations

    private static func query(_ text: String, _ kind: DaprError.Kind) -> RecordedError {
        RecordedError(
            .state, "state store pgstore query failed: " + text, kind,
            http: (500, "ERR_STATE_QUERY"), grpc: (13, "DAPR_STATE_QUERY_FAILED"))
    }

    private static let queries = [
        query("strconv.ParseInt: parsing \"abc\": invalid syntax", .invalidArgument),
        query("failed to parse JSON query body: unexpected end of JSON input", .invalidArgument),
        query("failed to parse JSON query body: unsupported filter \"XX\"", .invalidArgument),
        query(
            "failed to parse JSON query body: EQ filter must contain a single key/value pair",
            .invalidArgument),
        query(
            "failed to parse JSON query body: json: cannot unmarshal array into Go struct field "
                + "QueryFields.filter of type map[string]interface {}", .invalidArgument),
        query("ERROR: syntax error at or near \"UP\" (SQLSTATE 42601)", .invalidArgument),
        query("redis-json server support is required for query capability", .notSupported),
        RecordedError(
            .state, "state store does not support querying", .notSupported,
            http: (500, "ERR_STATE_STORE_NOT_SUPPORTED"),
            grpc: (13, "DAPR_STATE_QUERYING_NOT_SUPPORTED")),
        RecordedError(
            .state, "state store nostore is not found", .noSuchComponent,
            http: (400, "ERR_STATE_STORE_NOT_FOUND"), grpc: (3, "DAPR_STATE_NOT_FOUND")),
        RecordedError(
            .state, "failed getting app id either from the URL path or the header dapr-app-id",
            .notSupported, http: (404, "ERR_DIRECT_INVOKE")),
    ]

    private static let writes = [
        RecordedError(
            .state,
            "failed deleting state with key p0: invalid etag value: strconv.ParseUint: parsing "
                + "\"abc\": invalid syntax", .invalidArgument, http: (400, "ERR_STATE_DELETE")),
        RecordedError(
            .state,
            "failed saving state in state store pgstore: possible etag mismatch. error "
                + "from state store", .conflict, http: (409, "ERR_STATE_SAVE")),
        RecordedError(
            .state,
            "error while executing state transaction: possible etag mismatch. error from "
                + "state store", .conflict, http: (500, "ERR_STATE_TRANSACTION")),
        RecordedError(
            .publish, "pubsub nopubsub is not found", .noSuchComponent,
            http: (404, "ERR_PUBSUB_NOT_FOUND"), grpc: (3, "DAPR_PUBSUB_NOT_FOUND")),
        RecordedError(
            .publish, "pubsub name is empty", .invalidArgument, grpc: (3, "DAPR_PUBSUB_NAME_EMPTY")
        ),
        RecordedError(
            .publish,
            "error marshaling events to bytes for topic orders pubsub mempubsub. error: entryId is "
                + "duplicated or not present for entry", .invalidArgument,
            http: (400, "ERR_PUBSUB_EVENTS_SER"), grpc: (3, "DAPR_PUBSUB_MARSHAL_EVENTS")),
        RecordedError(
            .publish,
            "error when marshalling cloud event envelope for topic orders pubsub mempubsub: error: "
                + "mismatch between contentType and event", .invalidArgument,
            http: (400, "ERR_PUBSUB_EVENTS_SER")),
    ]

    private static func subscription(
        _ text: String, _ kind: DaprError.Kind, _ code: Int = 2, _ reason: String? = nil
    ) -> RecordedError {
        RecordedError(.subscription, text, kind, grpc: (code, reason))
    }

    private static let subscriptions = [
        subscription("initial request is required", .invalidArgument),
        subscription("pubsubName is required", .invalidArgument),
        subscription("topic is required", .invalidArgument),
        subscription("pubsub nopubsub is not found", .noSuchComponent, 3, "DAPR_PUBSUB_NOT_FOUND"),
        subscription("EOF", .unavailable),
        subscription("stream closed", .unavailable),
    ]

    private static let workflows = [
        RecordedError(
            .workflow, "placement service is not configured", .notSupported,
            http: (400, "ERR_ACTOR_NO_PLACEMENT"), grpc: (14, nil))
    ]

    private static func scheduler(
        _ operation: String, _ code: String, onHTTP: Bool = true
    ) -> RecordedError {
        RecordedError(
            .jobs, "failed to \(operation) due to: scheduler clients are disabled", .notSupported,
            http: onHTTP ? (500, code) : nil, grpc: (13, code))
    }

    private static let jobs = [
        scheduler("schedule job", "DAPR_SCHEDULER_SCHEDULE_JOB"),
        scheduler("get job", "DAPR_SCHEDULER_GET_JOB"),
        scheduler("delete job", "DAPR_SCHEDULER_DELETE_JOB"),
        scheduler("list jobs", "DAPR_SCHEDULER_LIST_JOBS", onHTTP: false),
        RecordedError(
            .jobs, "Schedule is empty", .invalidArgument,
            http: (400, "DAPR_SCHEDULER_SCHEDULE_EMPTY"),
            grpc: (3, "DAPR_SCHEDULER_SCHEDULE_EMPTY")),
        RecordedError(
            .jobs, "Name is empty", .invalidArgument,
            http: (400, "DAPR_SCHEDULER_JOB_NAME_EMPTY"),
            grpc: (3, "DAPR_SCHEDULER_JOB_NAME_EMPTY")),
        RecordedError(
            .jobs, "Job is empty", .invalidArgument,
            http: (400, "DAPR_SCHEDULER_EMPTY"), grpc: (3, "DAPR_SCHEDULER_EMPTY")),
        RecordedError(
            .jobs, "failed deserializing HTTP body: proto: syntax error", .invalidArgument,
            http: (400, "ERR_MALFORMED_REQUEST")),
    ]

    private static let conversations = [
        RecordedError(
            .conversation, "failed conversing with component echo: missing inputs in request",
            .invalidArgument, http: (400, "ERR_CONVERSATION_MISSING_INPUTS"), grpc: (3, nil)),
        RecordedError(
            .conversation, "failed finding conversation component none", .noSuchComponent,
            http: (400, "ERR_CONVERSATION_NOT_FOUND"), grpc: (3, nil)),
        RecordedError(
            .conversation,
            "failed conversing with component echo: invalid params%!(EXTRA string=tool choice "
                + "selected was not found.)", .invalidArgument,
            http: (400, "ERR_CONVERSATION_INVALID_PARMS"), grpc: (3, nil)),
        RecordedError(
            .conversation,
            "failed deserializing HTTP body: proto: syntax error (line 1:2): invalid value bad",
            .invalidArgument, http: (400, "ERR_MALFORMED_REQUEST")),
    ]
}

@Suite("Failures as they were recorded")
struct RecordedErrorTests {
    @Test("each has its kind over both APIs", arguments: RecordedError.all)
    func kinds(error: RecordedError) {
        if let (status, code) = error.http {
            let failure = DaprError(
                httpStatus: status, code: code, message: error.message, in: error.block)
            #expect(failure.kind == error.kind)
        }
        if let (code, reason) = error.grpc {
            let details = reason.map {
                [DaprError.Detail.errorInfo(reason: $0, domain: "dapr.io", metadata: [:])]
            }
            let status = GRPCStatus(code: code, message: error.message, details: details ?? [])
            #expect(DaprError(status, in: error.block).kind == error.kind)
        }
    }
}
