import DaprProtos
import FoundationEssentials
import SwiftProtobuf

/// What the requests to encrypt and to decrypt have in common; so do their responses, which are one
/// message with two names.
protocol DocumentRequest: Message, Sendable {
    associatedtype Options: Sendable
    var hasOptions: Bool { get }
    var options: Options { get }
    var hasPayload: Bool { get }
    var payload: Dapr_Proto_Common_V1_StreamPayload { get }
}

extension Dapr_Proto_Runtime_V1_EncryptRequest: DocumentRequest {}
extension Dapr_Proto_Runtime_V1_DecryptRequest: DocumentRequest {}

/// A call that streams a text in and a document out, or the other way round.
struct DocumentCall<Request: DocumentRequest> {
    /// How long the client may take for its first message.
    private static var firstMessageTime: Duration { .seconds(5) }

    private let call: GRPCStreamCall
    /// The number that the next piece of the client must have.
    private var expected: UInt64 = 0
    /// The number of the next piece that goes out.
    private var sequence: UInt64 = 0

    init(_ call: GRPCStreamCall) {
        self.call = call
    }

    /// Answers the call.
    ///
    /// - Parameter prepare: looks at the options and gives what does the work.
    consuming func run(
        _ prepare: (Request.Options) throws(SidecarError) -> some DocumentCoder
    ) async -> GRPCReply {
        do {
            let first = try await firstMessage()
            var coder = try prepare(first.options)
            try await send(try coder.append(try piece(of: first)))
            while let bytes = try await call.next() {
                let message: Request = try GRPCMethod.decode(bytes)
                guard !message.hasOptions else {
                    throw CryptographyFailure("options found in non-leading message")
                }
                try await send(try coder.append(try piece(of: message)))
            }
            try await send(try coder.finish())
            return GRPCReply()
        } catch let error as SidecarError {
            return error.reply
        } catch let error as CryptographyFailure {
            return error.error.reply
        } catch let status as GRPCStatus {
            return GRPCReply(status: status)
        } catch {
            // The call is over, so nobody hears this.
            return GRPCReply(status: GRPCStatus(GRPCStatus.internalError, "\(error)"))
        }
    }

    private func firstMessage() async throws -> Request {
        let bytes: [UInt8]?
        do {
            bytes = try await call.next(within: Self.firstMessageTime)
        } catch let status as GRPCStatus where status.code == GRPCStatus.deadlineExceeded {
            throw CryptographyBlock.badRequest(
                "error waiting for first message: " + status.message)
        }
        guard let bytes else {
            throw CryptographyFailure("error receiving the first message: EOF")
        }
        let message: Request = try GRPCMethod.decode(bytes)
        guard message.hasOptions else {
            throw CryptographyBlock.badRequest(
                "first message does not contain the required options")
        }
        return message
    }

    /// The bytes of a message; one without a payload does not count.
    private mutating func piece(of message: Request) throws(CryptographyFailure) -> [UInt8] {
        guard message.hasPayload else { return [] }
        let number = message.payload.seq
        guard number == expected else {
            throw CryptographyFailure(
                "invalid sequence number received: \(number) (expected: \(expected))")
        }
        expected += 1
        return Array(message.payload.data)
    }

    private mutating func send(_ pieces: [[UInt8]]) async throws {
        for piece in pieces {
            var response = Dapr_Proto_Runtime_V1_EncryptResponse()
            response.payload.data = Data(piece)
            response.payload.seq = sequence
            sequence += 1
            await call.send(try response.serializedBytes())
        }
    }
}
