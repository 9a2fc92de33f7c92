/// The health API.
final class HealthBlock: BuildingBlock {
    private let context: SidecarContext

    init(_ context: SidecarContext) {
        self.context = context
    }

    var httpRoutes: [HTTPRoute] {
        [
            HTTPRoute(["GET"], "/v1.0/healthz", .immediate { [self] in health($0) }),
            HTTPRoute(["GET"], "/v1.0/healthz/outbound", .immediate { _ in .noContent }),
        ]
    }

    var grpcMethods: [GRPCMethod] {
        // What a workflow worker asks first: whether anybody is there. Both messages are empty.
        [GRPCMethod("/TaskHubSidecarService/Hello", .immediate { _ in GRPCReply() })]
    }

    private func health(_ request: SidecarRequest) -> SidecarResponse {
        if let appID = request.queryValue("appid"), appID != context.appID {
            return SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.internalError,
                code: "ERR_HEALTH_APPID_NOT_MATCH", message: "dapr app-id does not match"
            ).response
        }
        guard context.isAppReady else {
            return SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.internalError,
                code: "ERR_HEALTH_NOT_READY", message: "dapr is not ready: [runtime]"
            ).response
        }
        return .noContent
    }
}
