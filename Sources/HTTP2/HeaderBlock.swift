/// A list of header fields in the order in which they are sent, in a single buffer.
///
/// A block of constant fields can be made once; copying it and appending the variable fields costs
/// one allocation. Pseudo-header fields come first.
public struct HeaderBlock: Sendable {
    /// Per field: a prefix of 8 bytes (name length, its top bit set when the field is never
    /// indexed; value length; both little-endian), then the name, then the value.
    var storage: [UInt8] = []
    /// How many fields there are.
    public private(set) var count = 0
    private var hasRegularFields = false

    static let prefixSize = 8
    private static let neverIndexedBit: UInt32 = 1 << 31

    /// An empty list.
    ///
    /// - Parameter capacity: the expected bytes of all names and values, plus 8 for each field.
    public init(capacity: Int = 0) {
        if capacity > 0 { storage.reserveCapacity(capacity) }
    }

    /// Whether there is no field.
    public var isEmpty: Bool { count == 0 }

    /// The size by which SETTINGS_MAX_HEADER_LIST_SIZE counts, in bytes (RFC 9113 §6.5.2).
    public var listSize: Int { storage.count + count * (32 - Self.prefixSize) }

    /// Adds a field.
    ///
    /// - Parameters:
    ///   - name: a token in lower case, or a pseudo-header field before all regular ones.
    ///   - value: no control characters but a tab, no white space at its ends.
    ///   - neverIndexed: keeps the value out of every compression table on its way (RFC 7541
    ///     §7.1.3); always so for credentials.
    public mutating func append(
        _ name: String, _ value: String, neverIndexed: Bool = false
    ) throws(HeaderFieldError) {
        try append(name.utf8.span, value.utf8.span, neverIndexed: neverIndexed)
    }

    /// Adds a field whose value is at hand as bytes.
    public mutating func append(
        _ name: String, _ value: Span<UInt8>, neverIndexed: Bool = false
    ) throws(HeaderFieldError) {
        try append(name.utf8.span, value, neverIndexed: neverIndexed)
    }

    /// Adds a field of which both parts are at hand as bytes.
    public mutating func append(
        _ name: Span<UInt8>, _ value: Span<UInt8>, neverIndexed: Bool = false
    ) throws(HeaderFieldError) {
        if !name.isEmpty && name[0] == UInt8(ascii: ":") {
            guard !hasRegularFields, HeaderFieldSyntax.isPseudoHeader(name) else {
                throw HeaderFieldError(name: Self.string(name), problem: .pseudoHeader)
            }
        } else {
            guard HeaderFieldSyntax.isName(name) else {
                throw HeaderFieldError(name: Self.string(name), problem: .name)
            }
            hasRegularFields = true
        }
        guard HeaderFieldSyntax.isValue(value) else {
            throw HeaderFieldError(name: Self.string(name), problem: .value)
        }
        let secret = neverIndexed || Self.isCredential(name)
        // Both pointers are used before the spans that they come from end.
        unsafe name.withUnsafeBufferPointer { name in
            unsafe value.withUnsafeBufferPointer { value in
                unsafe appendUnchecked(name: name, value: value, neverIndexed: secret)
            }
        }
    }

    /// Adds all fields of another list, which was checked when it was made.
    public mutating func append(contentsOf other: HeaderBlock) {
        storage.append(contentsOf: other.storage)
        count += other.count
        hasRegularFields = hasRegularFields || other.hasRegularFields
    }

    /// Adds a field that libnghttp2 has already checked.
    mutating func appendUnchecked(
        name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>, neverIndexed: Bool
    ) {
        let first = UInt64(name.count) | (neverIndexed ? UInt64(Self.neverIndexedBit) : 0)
        let prefix = first | UInt64(value.count) << 32
        unsafe withUnsafeBytes(of: prefix.littleEndian) { unsafe storage.append(contentsOf: $0) }
        // The caller vouches for the pointers; the array copies from them at once.
        unsafe storage.append(contentsOf: name)
        unsafe storage.append(contentsOf: value)
        count += 1
    }

    /// Where the field whose prefix is at `offset` has its parts.
    func layout(at offset: Int) -> (name: Range<Int>, value: Range<Int>, neverIndexed: Bool) {
        let first = number(at: offset)
        let nameStart = offset + Self.prefixSize
        let valueStart = nameStart + Int(first & ~Self.neverIndexedBit)
        let end = valueStart + Int(number(at: offset + 4))
        return (nameStart..<valueStart, valueStart..<end, first & Self.neverIndexedBit != 0)
    }

    private func number(at offset: Int) -> UInt32 {
        precondition(offset + 4 <= storage.count, "a field lies outside of its block")
        // Inside of the array, as was just checked; one check and one load instead of four.
        return unsafe UInt32(
            littleEndian: storage.withUnsafeBytes {
                unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            })
    }

    private static func isCredential(_ name: Span<UInt8>) -> Bool {
        equal(name, "dapr-api-token".utf8.span) || equal(name, "authorization".utf8.span)
    }
}
