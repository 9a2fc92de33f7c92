import HTTPMessage
import HTTPTypes

/// What `Accept` says about media types (RFC 9110, section 12.5.1).
struct MediaPreference {
    private struct Range {
        let type: Substring
        let subtype: Substring
        /// In thousandths.
        let quality: Int
    }

    private let ranges: [Range]

    init(_ fields: FieldBlock) {
        ranges = listElements(fields.values(of: .accept)).compactMap(Self.range)
    }

    private static func range(_ element: Substring) -> Range? {
        let parts = element.split(separator: ";").map(trimmed)
        guard let name = parts.first, let slash = name.firstIndex(of: "/") else { return nil }
        let weight = parts.dropFirst().first { $0.hasPrefix("q=") || $0.hasPrefix("Q=") }
        return Range(
            type: name[..<slash], subtype: name[name.index(after: slash)...],
            quality: weight.map { quality($0.dropFirst(2)) } ?? 1000)
    }

    /// `0.8` in thousandths (RFC 9110, section 12.4.2); what is none counts as nothing said.
    private static func quality(_ text: Substring) -> Int {
        guard text.hasPrefix("0") || text.hasPrefix("1") else { return 1000 }
        guard text.hasPrefix("0") else { return 1000 }
        let digits = text.dropFirst().drop { $0 == "." }.prefix(3)
        guard let number = Int("0" + digits) else { return 1000 }
        return (digits.count..<3).reduce(number) { number, _ in number * 10 }
    }

    /// How much a media type is wanted, in thousandths: by the most specific range that has it; 1000
    /// where nothing was said at all.
    func quality(of type: String, _ subtype: String) -> Int {
        guard !ranges.isEmpty else { return 1000 }
        let matching = ranges.filter { range in
            (range.type == "*" || range.type.lowercased() == type)
                && (range.subtype == "*" || range.subtype.lowercased() == subtype)
        }
        func precision(_ range: Range) -> Int {
            (range.type == "*" ? 0 : 1) + (range.subtype == "*" ? 0 : 1)
        }
        return matching.max { precision($0) < precision($1) }?.quality ?? 0
    }

    /// Whether HTML is wanted more than plain text, as browsers do; programs take what comes.
    var prefersHTML: Bool { quality(of: "text", "html") > quality(of: "text", "plain") }
}
