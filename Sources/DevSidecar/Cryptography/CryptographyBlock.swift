import DaprProtos
import HTTPMessage
import HTTPTypes

/// The cryptography API.
final class CryptographyBlock: BuildingBlock {
    let context: SidecarContext
    private var providers: [String: LocalKeys] = [:]

    init(_ context: SidecarContext) {
        self.context = context
        for component in context.components(of: "crypto") {
            providers[component.name] = LocalKeys(component)
        }
    }

    /// The keys of a component.
    func provider(_ name: String) throws(SidecarError) -> LocalKeys {
        guard !providers.isEmpty else {
            throw SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.internalError,
                code: "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED",
                message: "crypto providers not configured")
        }
        guard let keys = providers[name] else {
            throw SidecarError(
                httpStatus: 400, grpcCode: GRPCStatus.invalidArgument,
                code: "ERR_CRYPTO_PROVIDER_NOT_FOUND",
                message: "crypto provider \(name) not found")
        }
        return keys
    }

    // MARK: - HTTP

    var httpRoutes: [HTTPRoute] {
        [
            route("encrypt") { [self] request, keys throws(SidecarError) in
                var coder = try encoder(request, keys)
                return try Self.run(&coder, on: request)
            },
            route("decrypt") { request, keys throws(SidecarError) in
                let keyName = request.fields[.daprKeyName] ?? ""
                var coder = DocumentDecoder(keyName: keyName, keys: keys)
                return try Self.run(&coder, on: request)
            },
        ] + Self.subtleRoutes
    }

    private func route(
        _ operation: String,
        _ answer: @escaping (SidecarRequest, LocalKeys) throws(SidecarError) -> SidecarResponse
    ) -> HTTPRoute {
        var route = HTTPRoute(
            ["PUT"], "/v1.0-alpha1/crypto/{name}/\(operation)", readsBody: true,
            .immediate { [self] request in
                do throws(SidecarError) {
                    return try answer(request, try provider(request.parameters[0]))
                } catch {
                    return error.response
                }
            })
        route.refusesBody = { [self] request in (try? provider(request.parameters[0])) == nil }
        return route
    }

    private func encoder(
        _ request: SidecarRequest, _ keys: LocalKeys
    ) throws(SidecarError) -> DocumentEncoder {
        let fields = request.fields
        let options = DocumentEncoder.Options(
            keyName: try Self.required(.daprKeyName, in: request),
            algorithm: try Self.required(.daprKeyWrapAlgorithm, in: request),
            cipher: fields[.daprDataEncryptionCipher] ?? "",
            omitsKeyName: Self.isTruthy(fields[.daprOmitDecryptionKeyName] ?? ""),
            decryptionKeyName: fields[.daprDecryptionKeyName] ?? "")
        do throws(CryptographyFailure) {
            return try DocumentEncoder(options, keys: keys)
        } catch {
            throw error.error
        }
    }

    private static func required(
        _ name: HTTPField.Name, in request: SidecarRequest
    ) throws(SidecarError) -> String {
        guard let value = request.fields[name], !value.isEmpty else {
            throw SidecarError(
                httpStatus: 400, grpcCode: GRPCStatus.invalidArgument, code: "ERR_BAD_REQUEST",
                message: "invalid request: missing header '\(name.canonicalName)'")
        }
        return value
    }

    private static func isTruthy(_ text: String) -> Bool {
        ["y", "yes", "true", "t", "on", "1"].contains(text.lowercased())
    }

    private static func run(
        _ coder: inout some DocumentCoder, on request: SidecarRequest
    ) throws(SidecarError) -> SidecarResponse {
        do throws(CryptographyFailure) {
            var pieces = try coder.append(request.body)
            if let reason = request.bodyError {
                throw CryptographyFailure(reason, isInData: true)
            }
            pieces += try coder.finish()
            var response = SidecarResponse(
                status: 200,
                fields: [.init(name: "content-type", value: "application/octet-stream")])
            response.body.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
            for piece in pieces { response.body.append(contentsOf: piece) }
            return response
        } catch {
            throw error.error
        }
    }

    // MARK: - Operations that sidecars are built without

    private static let isNotImplemented = SidecarError(
        httpStatus: 501, grpcCode: GRPCStatus.unimplemented, code: "ERR_API_UNIMPLEMENTED",
        message: "this API is currently not implemented")

    private static var subtleRoutes: [HTTPRoute] {
        ["getkey", "encrypt", "decrypt", "wrapkey", "unwrapkey", "sign", "verify"].map { name in
            HTTPRoute(
                ["POST"], "/v1.0-alpha1/subtlecrypto/{name}/\(name)", readsBody: true,
                .immediate { request in
                    (ProtoJSON.fault(request) ?? isNotImplemented).response
                })
        }
    }

    private static var subtleMethods: [GRPCMethod] {
        ["GetKey", "Encrypt", "Decrypt", "WrapKey", "UnwrapKey", "Sign", "Verify"].map { name in
            .dapr("Subtle\(name)Alpha1", .immediate { _ in isNotImplemented.reply })
        }
    }

    // MARK: - gRPC

    var grpcMethods: [GRPCMethod] {
        let block = LoopBound(self, on: context.loop)
        return [
            .dapr(
                "EncryptAlpha1",
                .streaming { call in
                    await DocumentCall<Dapr_Proto_Runtime_V1_EncryptRequest>(call).run {
                        options throws(SidecarError) in
                        try block.value.encoder(options)
                    }
                }),
            .dapr(
                "DecryptAlpha1",
                .streaming { call in
                    await DocumentCall<Dapr_Proto_Runtime_V1_DecryptRequest>(call).run {
                        options throws(SidecarError) in
                        DocumentDecoder(
                            keyName: options.keyName,
                            keys: try block.value.component(options.componentName))
                    }
                }),
        ] + Self.subtleMethods
    }

    private func encoder(
        _ options: Dapr_Proto_Runtime_V1_EncryptRequestOptions
    ) throws(SidecarError) -> DocumentEncoder {
        guard !options.keyName.isEmpty else {
            throw Self.badRequest("missing property 'keyName' in the options message")
        }
        guard !options.keyWrapAlgorithm.isEmpty else {
            throw Self.badRequest("missing property 'keyWrapAlgorithm' in the options message")
        }
        let keys = try component(options.componentName)
        do throws(CryptographyFailure) {
            return try DocumentEncoder(
                DocumentEncoder.Options(
                    keyName: options.keyName, algorithm: options.keyWrapAlgorithm,
                    cipher: options.dataEncryptionCipher,
                    omitsKeyName: options.omitDecryptionKeyName,
                    decryptionKeyName: options.decryptionKeyName), keys: keys)
        } catch {
            throw error.error
        }
    }

    private func component(_ name: String) throws(SidecarError) -> LocalKeys {
        guard !name.isEmpty || providers.isEmpty else {
            throw Self.badRequest("missing component name")
        }
        return try provider(name)
    }

    static func badRequest(_ reason: String) -> SidecarError {
        SidecarError(
            httpStatus: 400, grpcCode: GRPCStatus.invalidArgument, code: "ERR_BAD_REQUEST",
            message: "invalid request: " + reason)
    }
}

extension CryptographyFailure {
    /// The failure as both APIs word it.
    var error: SidecarError {
        let full = "failed to perform operation: " + text
        return SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError,
            code: isInData ? "ERROR" : "ERR_CRYPTO", message: isInData ? text : full,
            grpcMessage: full)
    }
}

extension HTTPField.Name {
    fileprivate static let daprKeyName = fieldName("dapr-key-name")
    fileprivate static let daprKeyWrapAlgorithm = fieldName("dapr-key-wrap-algorithm")
    fileprivate static let daprDataEncryptionCipher = fieldName("dapr-data-encryption-cipher")
    fileprivate static let daprOmitDecryptionKeyName = fieldName("dapr-omit-decryption-key-name")
    fileprivate static let daprDecryptionKeyName = fieldName("dapr-decryption-key-name")
}
