import DaprClient
import HTTPTypes

extension GatewayError {
    /// What the failed call of an app's gRPC method means: the app's own status, or that there was
    /// no app to give one.
    init(grpc error: DaprError, calling app: String) {
        guard case .grpc(let number) = error.status, let code = GRPCStatusCode(rawValue: number)
        else {
            self.init(error)
            return
        }
        // What the sidecar says itself has these texts only (dapr/grpc-api.md sections 18.4, 19.8).
        switch (error.kind, code) {
        case (.malformedResponse, _), (.tooLarge, _): self.init(error)
        case (.noSuchComponent, _):
            self.init(.noSuchApp, "the sidecar knows no app '\(app)'", cause: error)
        case (_, .unauthenticated) where error.code == "Unauthorized":
            self.init(.sidecarRefusedToken, error.message, cause: error)
        case (_, .unavailable) where error.message.hasPrefix("connection error:"):
            self.init(.appUnreachable, error.message, cause: error)
        default:
            var fields = HTTPFields()
            // A 401 has to name a scheme (RFC 9110, section 15.5.2); gRPC's credentials are bearer's.
            if code == .unauthenticated { fields[.wwwAuthenticate] = "Bearer" }
            let message = error.message.isEmpty ? "the app answered \(code.name)" : error.message
            self.init(code.problem, message, cause: error, fields: fields)
        }
    }
}
