public import HTTPMessage

/// The names of requests in responses, logs and problem documents.
public struct RequestIDs: Sendable {
    /// The text of the last name: seven digits of the seed, then eight that count.
    private var text: [UInt8]
    private var count: UInt64 = 0

    private static let seedDigits = 7
    private static let length = 15

    /// A source of names that no other source in this or another process is likely to repeat.
    ///
    /// - Parameter seed: 35 random bits go into each name.
    public init(seed: UInt64) {
        text = Array(repeating: 0, count: Self.length)
        write(seed, to: 0..<Self.seedDigits)
    }

    /// The name of a request: the caller's own, if it is sane, else a new one.
    ///
    /// A new name has 15 characters: so many fit into a string without an allocation.
    public mutating func id(for request: Request) -> String {
        if let id = request.fields[.xRequestID], Self.isSane(id) { return id }
        count += 1
        write(count, to: Self.seedDigits..<Self.length)
        return String(decoding: text, as: UTF8.self)
    }

    /// Writes the lowest bits of a number, five for each digit, without the letters that look like
    /// digits.
    private mutating func write(_ number: UInt64, to digits: Range<Int>) {
        var rest = number
        for position in digits.reversed() {
            text[position] = Self.alphabet[Int(rest & 31)]
            rest >>= 5
        }
    }

    private static func isSane(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { isTokenByte($0) || $0 == 0x2F || $0 == 0x3A || $0 == 0x3D }
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
