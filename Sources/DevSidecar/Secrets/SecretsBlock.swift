import DaprProtos
import JSON
import SwiftProtobuf

/// The secrets API.
final class SecretsBlock: BuildingBlock {
    private var stores: [String: SecretStore] = [:]

    /// - Throws: `SecretStore.BadFile`.
    init(_ context: SidecarContext) throws(SecretStore.BadFile) {
        for component in context.components(of: "secretstores") {
            switch component.type {
            case "secretstores.local.file":
                stores[component.name] = try SecretStore(file: component)
            case "secretstores.local.env":
                stores[component.name] = SecretStore(
                    environment: context.configuration.environment,
                    prefix: component.metadata["prefix"] ?? "")
            default: break
            }
        }
    }

    // MARK: - HTTP

    var httpRoutes: [HTTPRoute] {
        [
            route("/v1.0/secrets/{store}/bulk") { [self] request throws(SidecarError) in
                let all = try store(request.parameters[0]).all
                return .object(
                    JSONObject(
                        all.map { JSONObject.Member(key: $0, value: Self.object($1)) }))
            },
            route("/v1.0/secrets/{store}/{key}") { [self] request throws(SidecarError) in
                Self.object(try secret(request.parameters[1], in: request.parameters[0]))
            },
        ]
    }

    private func route(
        _ pattern: String,
        _ answer: @escaping (SidecarRequest) throws(SidecarError) -> JSONValue
    ) -> HTTPRoute {
        HTTPRoute(
            ["GET"], pattern, readsBody: true,
            .immediate { request in
                if let fault = ProtoJSON.fault(request) { return fault.response }
                do throws(SidecarError) {
                    let body = try answer(request).serialized(options: .go)
                    return .json(body + [UInt8(ascii: "\n")])
                } catch {
                    return error.response
                }
            })
    }

    private static func object(_ secret: [String: String]) -> JSONValue {
        .object(
            JSONObject(secret.map { JSONObject.Member(key: $0, value: .string($1)) }))
    }

    // MARK: - gRPC

    var grpcMethods: [GRPCMethod] {
        [
            .unary("GetSecret") {
                [self] (request: Dapr_Proto_Runtime_V1_GetSecretRequest) throws(GRPCStatus) in
                do throws(SidecarError) {
                    var response = Dapr_Proto_Runtime_V1_GetSecretResponse()
                    response.data = try secret(request.key, in: request.storeName)
                    return response
                } catch {
                    throw error.status
                }
            },
            .unary("GetBulkSecret") {
                [self] (request: Dapr_Proto_Runtime_V1_GetBulkSecretRequest) throws(GRPCStatus)
                in
                do throws(SidecarError) {
                    var response = Dapr_Proto_Runtime_V1_GetBulkSecretResponse()
                    for (name, entries) in try store(request.storeName).all {
                        var secret = Dapr_Proto_Runtime_V1_SecretResponse()
                        secret.secrets = entries
                        response.data[name] = secret
                    }
                    return response
                } catch {
                    throw error.status
                }
            },
        ]
    }

    // MARK: - Both

    private func store(_ name: String) throws(SidecarError) -> SecretStore {
        guard !stores.isEmpty else {
            throw SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.failedPrecondition,
                code: "ERR_SECRET_STORES_NOT_CONFIGURED", message: "secret store is not configured"
            )
        }
        guard let store = stores[name] else {
            throw SidecarError(
                httpStatus: 401, grpcCode: GRPCStatus.invalidArgument,
                code: "ERR_SECRET_STORE_NOT_FOUND",
                message: "failed finding secret store with key \(name)")
        }
        return store
    }

    private func secret(
        _ key: String, in storeName: String
    ) throws(SidecarError) -> [String: String] {
        let store = try store(storeName)
        do throws(SecretStore.NotFound) {
            return try store.secret(key)
        } catch {
            throw SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_SECRET_GET",
                message: "failed getting secret with key \(key) from secret store \(storeName): "
                    + error.text)
        }
    }
}
