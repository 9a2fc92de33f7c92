import DaprProtos
import HTTP2
import SwiftProtobuf

/// A method of the sidecar's gRPC API: its path and the types of its messages.
struct RPC<Request: Message & Sendable, Response: Message & Sendable>: Sendable {
    /// What `:path` says.
    let path: String
    /// The field `:path`, which begins the head of each call.
    let pathField: HeaderBlock

    /// Whether it changes nothing, so that it can be repeated when its connection is lost.
    let isRead: Bool

    init(_ method: String, isRead: Bool = false) {
        self.isRead = isRead
        path = "/dapr.proto.runtime.v1.Dapr/" + method
        do throws(HeaderFieldError) {
            pathField = try HeaderBlock(path: path)
        } catch {
            preconditionFailure("the name of a method is no value of a field: \(error)")
        }
    }
}

/// All methods that the client calls.
enum RPCs {
    typealias Empty = Google_Protobuf_Empty

    static let getState = RPC<
        Dapr_Proto_Runtime_V1_GetStateRequest, Dapr_Proto_Runtime_V1_GetStateResponse
    >("GetState", isRead: true)
    static let saveState = RPC<Dapr_Proto_Runtime_V1_SaveStateRequest, Empty>("SaveState")
    static let deleteState = RPC<Dapr_Proto_Runtime_V1_DeleteStateRequest, Empty>("DeleteState")
    static let getBulkState = RPC<
        Dapr_Proto_Runtime_V1_GetBulkStateRequest, Dapr_Proto_Runtime_V1_GetBulkStateResponse
    >("GetBulkState", isRead: true)
    static let executeStateTransaction = RPC<
        Dapr_Proto_Runtime_V1_ExecuteStateTransactionRequest, Empty
    >("ExecuteStateTransaction")
    static let publishEvent = RPC<Dapr_Proto_Runtime_V1_PublishEventRequest, Empty>("PublishEvent")
    static let invokeService = RPC<
        Dapr_Proto_Runtime_V1_InvokeServiceRequest, Dapr_Proto_Common_V1_InvokeResponse
    >("InvokeService")
    static let getSecret = RPC<
        Dapr_Proto_Runtime_V1_GetSecretRequest, Dapr_Proto_Runtime_V1_GetSecretResponse
    >("GetSecret", isRead: true)
    static let getBulkSecret = RPC<
        Dapr_Proto_Runtime_V1_GetBulkSecretRequest, Dapr_Proto_Runtime_V1_GetBulkSecretResponse
    >("GetBulkSecret", isRead: true)
}
