import SwiftProtobuf

extension GRPCMethod {
    /// A method of the Dapr service with messages instead of bytes, answered at once.
    static func unary<Request: Message, Response: Message>(
        _ name: String,
        _ answer: @escaping (Request) throws(GRPCStatus) -> Response
    ) -> GRPCMethod {
        .dapr(
            name,
            .immediate { request in
                do throws(GRPCStatus) {
                    return try encode(try answer(try decode(request.message)))
                } catch {
                    return GRPCReply(status: error)
                }
            })
    }

    /// A method of the Dapr service whose call stays open; a `GRPCStatus` that `serve` throws is its
    /// end.
    static func stream(
        _ name: String, _ serve: @escaping @Sendable (GRPCStreamCall) async throws -> GRPCReply
    ) -> GRPCMethod {
        .dapr(
            name,
            .streaming { call in
                do {
                    return try await serve(call)
                } catch let status as GRPCStatus {
                    return GRPCReply(status: status)
                } catch {
                    // The client is gone.
                    return GRPCReply()
                }
            })
    }

    /// Reads the request message.
    static func decode<Request: Message>(_ bytes: [UInt8]) throws(GRPCStatus) -> Request {
        do {
            return try Request(serializedBytes: bytes)
        } catch {
            throw .early(
                GRPCStatus.internalError,
                "grpc: error unmarshalling request: proto: cannot parse invalid wire-format data"
            )
        }
    }

    /// Makes the reply of a call that succeeded.
    static func encode(_ response: some Message) throws(GRPCStatus) -> GRPCReply {
        do {
            return GRPCReply(message: try response.serializedBytes())
        } catch {
            throw GRPCStatus(
                GRPCStatus.internalError, "grpc: error while marshaling: \(error)")
        }
    }
}
