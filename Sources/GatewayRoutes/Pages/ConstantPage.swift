import DaprClient
import HTTPMessage
import HTTPTypes

/// Content that stays the same as long as the process lives.
struct ConstantPage: Sendable {
    private let content: [UInt8]
    private let etag: ETag
    private var fields: HTTPFields

    init(_ content: [UInt8], type: String, fields: HTTPFields = [:]) {
        self.content = content
        etag = ETag(rawValue: Self.hash(of: content))
        self.fields = fields
        self.fields[.contentType] = type
    }

    /// The page, or that the client has it already.
    func response(to request: Request) throws(GatewayError) -> Response {
        let unwanted = try EntityTagCondition(.ifNoneMatch, in: request.fields)
        var fields = fields
        fields[.eTag] = EntityTag.field(etag)
        // To be asked for again each time: another version of the gateway has other routes.
        fields[.cacheControl] = "no-cache"
        if let unwanted, unwanted.matchesWeakly(etag) {
            fields[.contentType] = nil
            return Response(.notModified, fields: fields)
        }
        return Response(.ok, fields: fields, body: .bytes(content))
    }

    /// FNV-1a with 64 bits: it only has to tell versions of the gateway apart.
    private static func hash(of content: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in content { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}

/// What the facade says about itself, made when it starts.
struct Pages: Sendable {
    /// `GET /` for people with a shell.
    let text: ConstantPage
    /// `GET /` for people with a browser.
    let html: ConstantPage
    /// `GET /openapi.json`.
    let openAPI: ConstantPage

    init(of routes: [Route]) {
        let vary: HTTPFields = [.vary: "Accept"]
        text = ConstantPage(FrontPage.text(of: routes), type: ContentType.text, fields: vary)
        var browser = vary
        browser[.contentSecurityPolicy] = BrowserPage.policy
        html = ConstantPage(BrowserPage.html, type: "text/html; charset=utf-8", fields: browser)
        openAPI = ConstantPage(OpenAPIDocument.text(of: routes), type: ContentType.json)
    }
}
