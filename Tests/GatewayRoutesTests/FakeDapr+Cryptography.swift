import DaprClient
import Synchronization

extension FakeDapr {
    func encrypt(
        _ content: DaprBody, component: String, encryption: EncryptionOptions,
        options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try record("encrypt", component, options)
        world.withLock { $0.answers.encryption = encryption }
        return try await process(content)
    }

    func decrypt(
        _ document: DaprBody, component: String, keyName: String?, options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try record("decrypt", "\(component) \(keyName ?? "-")", options)
        return try await process(document)
    }

    private func process(_ content: DaprBody) async throws(DaprError) -> CryptographyStream {
        let bytes: [UInt8]
        do {
            bytes = try await content.collect() ?? []
        } catch {
            throw DaprError(.cancelled, "the content could not be read")
        }
        world.withLock { $0.answers.content = bytes }
        return CryptographyStream { [self] () async throws(DaprError) -> [UInt8]? in
            let (piece, failure, isStuck) = world.withLock { world in
                world.answers.pieces.isEmpty
                    ? (nil, world.answers.failure, world.answers.isStuck)
                    : (world.answers.pieces.removeFirst(), nil, false)
            }
            if let failure { throw failure }
            if isStuck {
                world.withLock { $0.answers.isAwaited = true }
                // Ends when the task is cancelled.
                try? await Task.sleep(for: .seconds(3600))
                throw DaprError(.cancelled, "the task was cancelled")
            }
            return piece
        }
    }
}
