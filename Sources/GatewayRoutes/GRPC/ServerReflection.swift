import DaprClient
import ProtobufJSON

/// Asks an app for its descriptors: gRPC's server reflection, through the sidecar
/// (https://grpc.io/docs/guides/reflection).
struct ServerReflection {
    let app: String
    let context: RequestContext

    /// Bounds on what an app may make us keep.
    private static let maximumFiles = 1000
    private static let maximumBytes = 16 << 20

    /// The first one is current, the second what it was called before.
    private static let services = [
        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
    ]

    /// Looks a service up.
    func schema(of service: String) async throws(GatewayError) -> GRPCSchema {
        for reflection in Self.services {
            do throws(DaprError) {
                guard
                    let files = try await self.files(
                        for: service, addingTo: DescriptorFiles(), from: reflection)
                else { return .noSuchService }
                return try Self.described(files)
            } catch {
                // Not served, under this name.
                guard GRPCStatusCode(error) == .unimplemented, error.status != nil else {
                    throw GatewayError(grpc: error, calling: app)
                }
            }
        }
        return .noReflection
    }

    /// The descriptors, and those of one more type; nil if the app does not know it.
    func adding(
        type: String, to files: DescriptorFiles
    ) async throws(GatewayError) -> GRPCSchema? {
        for reflection in Self.services {
            do throws(DaprError) {
                return try await self.files(for: type, addingTo: files, from: reflection)
                    .map { (files) throws(DaprError) in try Self.described(files) }
            } catch {
                guard GRPCStatusCode(error) == .unimplemented, error.status != nil else {
                    throw GatewayError(grpc: error, calling: app)
                }
            }
        }
        return nil
    }

    private static func described(_ files: DescriptorFiles) throws(DaprError) -> GRPCSchema {
        do throws(DescriptorError) {
            return .described(try DescriptorPool(files), files: files)
        } catch {
            throw malformed(error.description)
        }
    }

    private static func malformed(_ text: String) -> DaprError {
        DaprError(.malformedResponse, "the app's reflection service: \(text)")
    }

    /// The file that defines a symbol and all that it imports; nil if the app does not know the
    /// symbol.
    private func files(
        for symbol: String, addingTo known: DescriptorFiles, from reflection: String
    ) async throws(DaprError) -> DescriptorFiles? {
        try await context.attempt { dapr, options throws(DaprError) in
            let call = try await dapr.openAppCall(
                app, path: "/\(reflection)/ServerReflectionInfo", message: nil, metadata: [:],
                options: options)
            // What is not read to its end is given up.
            defer { call.cancel() }
            var size = 0
            var files = known
            guard
                try await Self.ask(
                    call, .fileContaining(symbol: symbol), &files, &size)
            else { return nil }
            while let missing = files.missingImports.first {
                guard try await Self.ask(call, .file(name: missing), &files, &size),
                    files.contains(missing)
                else { throw Self.malformed("it does not have '\(missing)', which it imports") }
            }
            await call.finishSending()
            return files
        }
    }

    /// - Returns: false if the app has nothing of that name.
    private static func ask(
        _ call: any AppCall, _ request: ReflectionRequest, _ files: inout DescriptorFiles,
        _ size: inout Int
    ) async throws(DaprError) -> Bool {
        do throws(DaprError) {
            try await call.send(request.bytes)
        } catch {
            // Why it ended is to be had from `next()`.
            if error.kind == .cancelled { throw error }
        }
        guard let message = try await call.next() else {
            throw malformed("it ended without an answer")
        }
        size += message.count
        switch try response(message) {
        case .failure(let code, let text):
            guard code == GRPCStatusCode.notFound.rawValue else { throw malformed(text) }
            return false
        case .files(let added):
            do throws(DescriptorError) {
                for file in added { try files.add(file: file) }
            } catch {
                throw malformed(error.description)
            }
        }
        guard files.count <= maximumFiles, size <= maximumBytes else {
            throw malformed("it has more files than \(maximumFiles), or larger ones")
        }
        return true
    }

    private static func response(_ message: [UInt8]) throws(DaprError) -> ReflectionResponse {
        do throws(TranscodingError) {
            return try ReflectionResponse(message)
        } catch {
            throw malformed(error.description)
        }
    }
}
