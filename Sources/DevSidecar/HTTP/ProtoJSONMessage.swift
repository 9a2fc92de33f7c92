import SwiftProtobuf

/// Messages of the gRPC API in the bodies of the HTTP API, in protobuf's JSON form.
enum ProtoJSONMessage {
    /// Reads a body; an empty one is an empty message, and unknown fields are not looked at.
    ///
    /// - Throws: what protobuf's parser says about the body.
    static func read<Content: Message>(_ request: SidecarRequest) throws(SidecarError) -> Content {
        // Finds what is no JSON, in the parser's words.
        _ = try ProtoJSONObject(request)
        guard !request.body.isEmpty else { return Content() }
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        do {
            return try Content(jsonUTF8Bytes: request.body, options: options)
        } catch {
            throw .malformed("failed deserializing HTTP body: proto: \(error)")
        }
    }

    /// An answer.
    static func response(
        _ message: some Message, status: Int = 200
    ) throws(SidecarError) -> SidecarResponse {
        do {
            return .json(try message.jsonUTF8Bytes(), status: status)
        } catch {
            throw SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.internalError, code: "ERR_INTERNAL",
                message: "failed to serialize the response: \(error)")
        }
    }
}

extension HTTPRoute {
    /// A route whose handler fails as the sidecar does.
    static func failing(
        _ methods: [String], _ pattern: String,
        _ answer: @escaping (SidecarRequest) throws(SidecarError) -> SidecarResponse
    ) -> HTTPRoute {
        HTTPRoute(
            methods, pattern, readsBody: true,
            .immediate { request in
                do throws(SidecarError) {
                    return try answer(request)
                } catch {
                    return error.response
                }
            })
    }
}

extension GRPCMethod {
    /// A method whose handler fails as the sidecar does.
    static func failing<Request: Message, Response: Message>(
        _ name: String, _ answer: @escaping (Request) throws(SidecarError) -> Response
    ) -> GRPCMethod {
        .unary(name) { (request: Request) throws(GRPCStatus) in
            do throws(SidecarError) {
                return try answer(request)
            } catch {
                throw error.status
            }
        }
    }
}
