import DaprProtos
import SwiftProtobuf
import Synchronization

extension RPCs {
    static let encrypt = RPC<
        Dapr_Proto_Runtime_V1_EncryptRequest, Dapr_Proto_Runtime_V1_EncryptResponse
    >("EncryptAlpha1")
    static let decrypt = RPC<
        Dapr_Proto_Runtime_V1_DecryptRequest, Dapr_Proto_Runtime_V1_DecryptResponse
    >("DecryptAlpha1")
}

extension GRPCTransport {
    func encrypt(
        _ content: DaprBody, component: String, encryption: EncryptionOptions,
        options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try EncryptionOptions.require(component, "component")
        try encryption.check()
        var first = Dapr_Proto_Runtime_V1_EncryptRequest()
        first.options.componentName = component
        first.options.keyName = encryption.keyName
        first.options.keyWrapAlgorithm = encryption.keyWrapAlgorithm.rawValue
        first.options.dataEncryptionCipher = encryption.dataEncryptionCipher?.rawValue ?? ""
        first.options.omitDecryptionKeyName = encryption.omitDecryptionKeyName
        first.options.decryptionKeyName = encryption.decryptionKeyName ?? ""
        return try await process(content, RPCs.encrypt, first, options)
    }

    func decrypt(
        _ document: DaprBody, component: String, keyName: String?, options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        try EncryptionOptions.require(component, "component")
        var first = Dapr_Proto_Runtime_V1_DecryptRequest()
        first.options.componentName = component
        first.options.keyName = keyName ?? ""
        return try await process(document, RPCs.decrypt, first, options)
    }

    /// Opens the stream and sends the options, whether or not anything follows them.
    private func process<Request: PieceRequest, Response: PieceResponse>(
        _ content: DaprBody, _ rpc: RPC<Request, Response>, _ first: Request,
        _ options: CallOptions
    ) async throws(DaprError) -> CryptographyStream {
        var options = options
        // Only a stream may last for ever.
        if case .stream = content {} else { options.timeout = options.timeout ?? settings.timeout }
        let stream = try await stream(rpc, in: .cryptography, options)
        let pump = PiecePump(stream, content)
        do throws(DaprError) {
            try await stream.send(first)
            pump.start()
        } catch {
            // A call that is over has an answer, which the reader will hear.
            if error.kind == .tooLarge { throw error }
        }
        return CryptographyStream { () async throws(DaprError) in try await pump.next() }
    }
}

/// What carries pieces to the sidecar.
private protocol PieceRequest: Message, Sendable {
    var payload: Dapr_Proto_Common_V1_StreamPayload { get set }
}

/// What carries pieces from the sidecar.
private protocol PieceResponse: Message, Sendable {
    var hasPayload: Bool { get }
    var payload: Dapr_Proto_Common_V1_StreamPayload { get }
}

extension Dapr_Proto_Runtime_V1_EncryptRequest: PieceRequest {}
extension Dapr_Proto_Runtime_V1_DecryptRequest: PieceRequest {}
extension Dapr_Proto_Runtime_V1_EncryptResponse: PieceResponse {}
extension Dapr_Proto_Runtime_V1_DecryptResponse: PieceResponse {}

/// Feeds a stream with a content while its answer is read.
///
/// Letting go of it ends both.
private final class PiecePump<Request: PieceRequest, Response: PieceResponse>: Sendable {
    /// The longest piece that is sent: what daprd works on at a time.
    private static var pieceSize: Int { 64 << 10 }

    private struct State {
        var task: Task<Void, Never>?
        /// Why the content could not be read.
        var failure: DaprError?
        /// The number that the next piece of the sidecar must have.
        var expected: UInt64 = 0
    }

    private let stream: GRPCStream<Request, Response>
    private let content: DaprBody
    private let state = Mutex(State())

    init(_ stream: GRPCStream<Request, Response>, _ content: DaprBody) {
        self.stream = stream
        self.content = content
    }

    deinit {
        state.withLock { $0.task.take() }?.cancel()
        // The task may hold the stream until the content gives it something.
        stream.call.cancel()
    }

    func start() {
        let stream = stream
        let content = content
        let task = Task { [weak self] in
            do throws(DaprError) {
                try await Self.send(content, to: stream)
            } catch {
                self?.state.withLock { $0.failure = error }
                stream.call.cancel()
            }
        }
        state.withLock { $0.task = task }
    }

    /// - Throws: why the content could not be read. What ends the call is for the reader to say.
    private static func send(
        _ content: DaprBody, to stream: GRPCStream<Request, Response>
    ) async throws(DaprError) {
        var sequence: UInt64 = 0
        func send(_ chunk: [UInt8]) async -> Bool {
            var start = 0
            while start < chunk.count {
                let end = min(start + pieceSize, chunk.count)
                var message = Request()
                message.payload.data = Array(chunk[start..<end]).data
                message.payload.seq = sequence
                guard (try? await stream.send(message)) != nil else { return false }
                sequence += 1
                start = end
            }
            return true
        }
        switch content {
        case .empty: break
        case .bytes(let bytes): guard await send(bytes) else { return }
        case .stream(_, let next):
            while true {
                let chunk: [UInt8]?
                do {
                    chunk = try await next()
                } catch let error as DaprError {
                    throw error
                } catch {
                    throw DaprError(.cancelled, "the content could not be read: \(error)")
                }
                guard let chunk else { break }
                guard await send(chunk) else { return }
            }
        }
        await stream.finishSending()
    }

    /// The next piece of the answer; nil at its end.
    func next() async throws(DaprError) -> [UInt8]? {
        do throws(DaprError) {
            while let message = try await stream.next() {
                guard message.hasPayload else { continue }
                try check(message.payload.seq)
                if !message.payload.data.isEmpty { return message.payload.data.array }
            }
            return nil
        } catch {
            throw state.withLock { $0.failure } ?? error
        }
    }

    private func check(_ number: UInt64) throws(DaprError) {
        let expected = state.withLock { state in
            defer { state.expected += 1 }
            return state.expected
        }
        guard number == expected else {
            stream.call.cancel()
            throw DaprError(
                .malformedResponse,
                "the sidecar's pieces are not in order: number \(number) came instead of "
                    + "\(expected)")
        }
    }
}
