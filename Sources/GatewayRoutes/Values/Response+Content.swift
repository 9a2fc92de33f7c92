import HTTPMessage
import HTTPTypes

extension Response {
    /// What a building block answered: 200 with the type that it looks like, 204 when it is nothing.
    static func content(_ bytes: [UInt8], fields: HTTPFields = [:]) -> Response {
        guard !bytes.isEmpty else { return Response(.noContent, fields: fields) }
        var fields = fields
        fields[.contentType] = ContentType.sniffed(bytes)
        return Response(.ok, fields: fields, body: .bytes(bytes))
    }

    /// A JSON document.
    static func json(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, fields: HTTPFields = [:]
    ) -> Response {
        var fields = fields
        fields[.contentType] = ContentType.json
        return Response(status, fields: fields, body: .bytes(bytes))
    }
}
