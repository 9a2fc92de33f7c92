import HTTPMessage
import HTTPTypes

/// What a client accepts: the elements of `Accept` or `Accept-Encoding` with their weights (RFC 9110,
/// sections 12.5.1 and 12.5.3).
///
/// Reading is lenient, since old clients send `*` and `.2`: what makes no sense is passed over.
struct Acceptance {
    private struct Element {
        /// In lower case, without parameters.
        var name: Substring
        /// Whether it has parameters that narrow it down; no answer of ours has any but a charset.
        var isNarrowed = false
        /// From 0, not acceptable, to 1000.
        var weight = 1000
    }

    private var elements: [Element] = []

    init(_ values: [String]) {
        for value in values {
            for text in value.lowercased().split(separator: ",") {
                if let element = Self.element(text) { elements.append(element) }
            }
        }
    }

    private static func element(_ text: Substring) -> Element? {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard let name = parts.first, !name.isEmpty else { return nil }
        var element = Element(name: name)
        for part in parts.dropFirst() where !part.isEmpty {
            let pair = part.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false
            ).map(trimmed)
            switch pair[0] {
            case "q": if pair.count == 2 { element.weight = weight(pair[1]) }
            case "charset": break
            default: element.isNarrowed = true
            }
        }
        return element
    }

    /// A weight in thousandths: `0`, `1`, `0.25`; 1000 where it is none.
    private static func weight(_ text: Substring) -> Int {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts[0].isEmpty ? 0 : Int(parts[0]), whole >= 0 else { return 1000 }
        let fraction = parts.count == 2 ? parts[1].prefix(3) : ""
        guard let thousandths = fraction.isEmpty ? 0 : Int(fraction), thousandths >= 0 else {
            return 1000
        }
        let scale = [1, 100, 10, 1][fraction.utf8.count]
        return min(1000, whole * 1000 + thousandths * scale)
    }

    // MARK: - Questions

    /// Whether a media type may be sent: the most specific element that matches decides.
    ///
    /// - Parameter type: without parameters, in lower case.
    func allows(type: String) -> Bool {
        let types = elements.filter { $0.name == "*" || $0.name.utf8.contains(UInt8(ascii: "/")) }
        // There is nothing to go by.
        guard !types.isEmpty else { return true }
        var family = type.prefix { $0 != "/" }
        family += "/*"
        for candidates in [[type[...]], [family], ["*/*", "*"]] {
            let matching = types.filter { !$0.isNarrowed && candidates.contains($0.name) }
            if let best = matching.map(\.weight).max() { return best > 0 }
        }
        return false
    }

    /// Whether gzip may be sent, and is wanted no less than the content as it is.
    var prefersGzip: Bool {
        let any = elements.first { $0.name == "*" }?.weight
        let gzip = elements.first { $0.name == "gzip" || $0.name == "x-gzip" }?.weight ?? any ?? 0
        let identity = elements.first { $0.name == "identity" }?.weight ?? 0
        return gzip > 0 && gzip >= identity
    }
}
