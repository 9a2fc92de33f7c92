public import HTTPMessage

/// The names of requests in responses, logs and problem documents.
public struct RequestIDs: Sendable {
    private let prefix: [UInt8]
    private var count: UInt64 = 0

    /// A source of names that no other source in this or another process is likely to repeat.
    ///
    /// - Parameter seed: 35 random bits go into each name.
    public init(seed: UInt64) {
        prefix = Self.digits(of: seed, count: 7)
    }

    /// The name of a request: the caller's own, if it is sane, else a new one.
    ///
    /// A new name has 15 characters: so many fit into a string without an allocation.
    public mutating func id(for request: Request) -> String {
        if let id = request.fields[.xRequestID], Self.isSane(id) { return id }
        count += 1
        return String(decoding: prefix + Self.digits(of: count, count: 8), as: UTF8.self)
    }

    private static func isSane(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { isTokenByte($0) || $0 == 0x2F || $0 == 0x3A || $0 == 0x3D }
    }

    /// The lowest bits, five for each digit, without the letters that look like digits.
    private static func digits(of number: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { position in
            alphabet[Int(number >> UInt64(5 * position) & 31)]
        }
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
