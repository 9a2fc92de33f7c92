import DaprClient
import HTTPMessage
import HTTPTypes

/// What `If-Match` or `If-None-Match` asks for (RFC 9110, section 13.1).
enum EntityTagCondition: Sendable, Hashable {
    /// `*`: any version.
    case any
    /// One of these; weak tags keep their mark because `If-Match` never matches them.
    case tags([EntityTag])

    /// Reads a header field; nil when it is absent.
    ///
    /// Tags without quotes are taken as well: shell scripts lose them easily.
    init?(_ name: HTTPField.Name, in fields: borrowing FieldBlock) throws(GatewayError) {
        guard fields.contains(name) else { return nil }
        let text = fields.values(of: name).joined(separator: ",")
        if trimmed(text[...]) == "*" {
            self = .any
            return
        }
        guard let tags = Self.parse(text), !tags.isEmpty else {
            throw GatewayError(
                .invalidHeader, "'\(name)' is '*' or a list of entity tags, not '\(text)'")
        }
        self = .tags(tags)
    }

    private static func parse(_ text: String) -> [EntityTag]? {
        var tags: [EntityTag] = []
        var rest = trimmed(text[...])
        while !rest.isEmpty {
            let isWeak = rest.hasPrefix("W/")
            if isWeak { rest = rest.dropFirst(2) }
            let value: Substring
            if rest.hasPrefix("\"") {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: "\"") else { return nil }
                value = rest[..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                value = trimmed(rest.prefix { $0 != "," })
                rest = rest.drop { $0 != "," }
                guard !value.isEmpty, !value.contains("\"") else { return nil }
            }
            tags.append(EntityTag(value: String(value), isWeak: isWeak))
            rest = trimmed(rest)
            guard rest.isEmpty || rest.hasPrefix(",") else { return nil }
            rest = trimmed(rest.drop { $0 == "," || $0 == " " || $0 == "\t" })
        }
        return tags
    }

    /// The weak comparison of `If-None-Match`; nil stands for a value without a version.
    func matchesWeakly(_ etag: ETag?) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains { $0.names(etag) }
        }
    }

    /// The strong comparison of `If-Match`.
    func matchesStrongly(_ etag: ETag?) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags):
            tags.contains { !$0.isWeak && $0.names(etag) }
        }
    }
}

/// An entity tag (RFC 9110, section 8.8.3).
struct EntityTag: Sendable, Hashable {
    let value: String
    let isWeak: Bool

    /// A store's version as the text between the quotes of an entity tag; nil when it has characters
    /// that cannot stand there.
    static func quotable(_ etag: ETag?) -> String? {
        guard let text = etag?.rawValue, !text.isEmpty else { return nil }
        let utf8 = text.utf8.span
        for index in utf8.indices
        where utf8[index] <= 0x20 || utf8[index] >= 0x7F || utf8[index] == 0x22 {
            return nil
        }
        return text
    }

    /// Whether this stands for a store's version, of content that was sent as it is or compressed.
    func names(_ etag: ETag?) -> Bool {
        guard let version = Self.quotable(etag) else { return false }
        return value == version
            || value.hasSuffix(Self.compressedMark)
                && value.dropLast(Self.compressedMark.count) == version
    }

    /// The tag of the compressed form of content, which differs because the bytes do (RFC 9110,
    /// section 8.8.3.3); a weak tag is the same for both.
    ///
    /// - Parameter field: the value of `ETag` for the content as it is.
    static func compressed(_ field: String) -> String {
        guard !field.hasPrefix("W/"), field.hasSuffix("\"") else { return field }
        return "\(field.dropLast())\(compressedMark)\""
    }

    private static let compressedMark = "-gzip"

    /// The value of the field `ETag`.
    static func field(_ etag: ETag?) -> String? {
        quotable(etag).map { "\"\($0)\"" }
    }
}
