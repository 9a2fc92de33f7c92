/// Replaces personal data in texts, as the sidecar does for the kinds that it was seen to replace:
/// mail addresses, and numbers of ten digits, which it takes for those of books.
enum PersonalData {
    static func scrubbed(_ text: String) -> String {
        var result = ""
        for piece in pieces(text) {
            if isMailAddress(piece) {
                result += "<EMAIL_ADDRESS>"
            } else if isNumber(piece) {
                result += "<ISBN>"
            } else {
                result += piece
            }
        }
        return result
    }

    /// The text in runs of characters that may be part of such data, and runs of others.
    private static func pieces(_ text: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = text[...]
        while let first = rest.first {
            let isWord = isWord(first)
            let run = rest.prefix { Self.isWord($0) == isWord }
            rest = rest.dropFirst(run.count)
            // What ends a sentence does not belong to its last word.
            let tail = isWord ? run.reversed().prefix { ".-".contains($0) }.count : 0
            pieces += [run.dropLast(tail), run.suffix(tail)]
        }
        return pieces
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || ".-_%+@".contains(character))
    }

    private static func isMailAddress(_ text: Substring) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return false }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1 && labels.allSatisfy { !$0.isEmpty }
    }

    private static func isNumber(_ text: Substring) -> Bool {
        let digits = text.filter(\.isNumber)
        return digits.count == 10 && text.allSatisfy { $0.isNumber || $0 == "-" }
    }
}
