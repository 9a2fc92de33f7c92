import EventLoop
import HTTP2
import HTTPMessage
import HTTPTypes

/// The shutdown API.
final class ShutdownBlock: BuildingBlock {
    private let context: SidecarContext

    init(_ context: SidecarContext) {
        self.context = context
    }

    var httpRoutes: [HTTPRoute] {
        [
            HTTPRoute(
                ["POST"], "/v1.0/shutdown",
                .immediate { [context] request in
                    Self.shutDown(context, isForced: request.fields[.forceShutdown] == "true")
                    return .noContent
                })
        ]
    }

    var grpcMethods: [GRPCMethod] {
        [
            .dapr(
                "Shutdown",
                .immediate { [context] request in
                    Self.shutDown(
                        context, isForced: request.metadata["dapr-force-shutdown"] == "true")
                    return GRPCReply()
                })
        ]
    }

    /// Shuts down after the answer has left.
    private static func shutDown(_ context: SidecarContext, isForced: Bool) {
        context.loop.schedule(after: .milliseconds(100)) { context.shutDown(isForced) }
    }
}

extension HTTPField.Name {
    fileprivate static let forceShutdown = fieldName("dapr-force-shutdown")
}
