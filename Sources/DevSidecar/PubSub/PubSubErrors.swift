/// The errors of publishing.
extension SidecarError {
    /// The reasons in the details, and what goes with them.
    enum PubSubFault {
        case noName
        case noTopic
        case marshalEvents
        case unmarshalEvents
        case marshalEnvelope

        var reason: String {
            switch self {
            case .noName: "DAPR_PUBSUB_NAME_EMPTY"
            case .noTopic: "DAPR_PUBSUB_TOPIC_NAME_EMPTY"
            case .marshalEvents: "DAPR_PUBSUB_MARSHAL_EVENTS"
            case .unmarshalEvents: "DAPR_PUBSUB_UNMARSHAL_EVENTS"
            case .marshalEnvelope: "DAPR_PUBSUB_MARSHAL_ENVELOPE"
            }
        }

        var code: String {
            switch self {
            case .noName: "ERR_PUBSUB_EMPTY"
            case .noTopic: "ERR_TOPIC_NAME_EMPTY"
            case .marshalEvents, .unmarshalEvents, .marshalEnvelope: "ERR_PUBSUB_EVENTS_SER"
            }
        }
    }

    /// A call that names no component or topic.
    static func pubsub(_ fault: PubSubFault, _ name: String, _ message: String) -> SidecarError {
        make(400, fault.code, message, name, fault.reason, metadata: nil)
    }

    /// Events that cannot be read or written.
    static func bulk(
        _ fault: PubSubFault, _ message: String, _ request: PublishRequest,
        _ metadata: [String: String]
    ) -> SidecarError {
        make(400, fault.code, message, request.pubsub, fault.reason, metadata: metadata)
    }

    /// There is no such component.
    static func unknownPubsub(_ name: String, metadata: [String: String]) -> SidecarError {
        let reason = "DAPR_PUBSUB_NOT_FOUND"
        return SidecarError(
            httpStatus: 404, grpcCode: GRPCStatus.invalidArgument, code: "ERR_PUBSUB_NOT_FOUND",
            message: "pubsub \(name) is not found",
            httpDetails: [.errorInfo(reason: reason, metadata: metadata)],
            grpcDetails: [.errorInfo(reason)])
    }

    /// A `rawPayload` that is no boolean.
    static func badRawPayload(_ value: String, _ request: PublishRequest) -> SidecarError {
        make(
            400, "ERR_PUBSUB_REQUEST_METADATA",
            "failed deserializing metadata. Error: rawPayload value must be a valid boolean:"
                + " actual is '\(value)'",
            request.pubsub, "DAPR_PUBSUB_METADATA_DESERIALIZATION", metadata: request.metadata)
    }

    /// Content that is no CloudEvent though its type says so.
    static func noCloudEvent(
        _ reason: String, _ request: PublishRequest, appID: String
    ) -> SidecarError {
        make(
            500, "ERR_PUBSUB_CLOUD_EVENTS_SER", "cannot create cloudevent", request.pubsub,
            "DAPR_PUBSUB_CLOUD_EVENT_CREATION", metadata: ["appID": appID, "error": reason])
    }

    /// Content that could not be read to its end.
    static func unpublished(_ reason: String, _ request: PublishRequest) -> SidecarError {
        make(
            500, "ERR_PUBSUB_PUBLISH_MESSAGE",
            "error when publishing to topic \(request.topic) in pubsub \(request.pubsub): \(reason)",
            request.pubsub, "DAPR_PUBSUB_PUBLISH_MESSAGE",
            metadata: ["error": reason, "topic": request.topic])
    }

    private static func make(
        _ httpStatus: Int, _ code: String, _ message: String, _ pubsub: String, _ reason: String,
        metadata: [String: String]?
    ) -> SidecarError {
        let details: [ErrorDetail] = [
            .resourceInfo(type: "pubsub", name: pubsub, description: message),
            .errorInfo(reason: reason, metadata: metadata),
        ]
        return SidecarError(
            httpStatus: httpStatus, grpcCode: GRPCStatus.invalidArgument, code: code,
            message: message, httpDetails: details, grpcDetails: details)
    }
}
