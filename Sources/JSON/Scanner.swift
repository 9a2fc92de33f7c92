/// Why and where a scan stopped; a ``JSONError`` once somebody asks for line and column.
struct ScanFailure: Error {
    let kind: JSONError.Kind
    let offset: Int
}

/// The one reader of JSON text: checks the grammar and, if asked, records every value on a tape.
///
/// It keeps its own stack of open arrays and objects, so nesting costs one bit and no call frames.
/// The bytes are a parameter throughout because a span cannot be stored in a structure yet.
struct Scanner {
    /// What this scan accepts and produces.
    struct Policy {
        var maximumDepth: Int
        var refusesInvalidUTF8 = true
        var refusesLoneSurrogates = true
        var refusesTrailingBytes = true
        var recordsTape = false
    }

    let policy: Policy
    var index = 0
    private(set) var tape: [TapeEntry] = []
    /// The tape index of the innermost open array or object.
    private var container = 0
    private var nesting = NestingStack()

    init(_ policy: Policy) {
        self.policy = policy
    }

    /// Reads one value, from the start.
    mutating func scan(_ bytes: Span<UInt8>) throws(ScanFailure) {
        if policy.recordsTape { tape.reserveCapacity(min(bytes.count / 4 + 1, 32)) }
        repeat {
            try beginValue(bytes)
            // Ends arrays and objects until another value must follow.
            while nesting.depth > 0, try !moveToNextValue(bytes) {}
        } while nesting.depth > 0
        if policy.refusesTrailingBytes {
            skipWhiteSpace(bytes)
            if index < bytes.count { throw failure(.trailingBytes) }
        }
    }

    /// Reads a scalar or an empty container whole; opens other containers down to their first
    /// scalar.
    private mutating func beginValue(_ bytes: Span<UInt8>) throws(ScanFailure) {
        while true {
            skipWhiteSpace(bytes)
            let start = index
            switch try byte(in: bytes) {
            case UInt8(ascii: "\""):
                let isPlain = try scanString(bytes)
                record(.string, from: start, isPlain: isPlain)
            case UInt8(ascii: "{"):
                try open(.object)
                skipWhiteSpace(bytes)
                if try byte(in: bytes) != UInt8(ascii: "}") {
                    try scanKey(bytes)
                    continue
                }
                close()
            case UInt8(ascii: "["):
                try open(.array)
                skipWhiteSpace(bytes)
                if try byte(in: bytes) != UInt8(ascii: "]") { continue }
                close()
            case UInt8(ascii: "t"):
                try scanLiteral("true", bytes)
                record(.bool, from: start)
            case UInt8(ascii: "f"):
                try scanLiteral("false", bytes)
                record(.bool, from: start)
            case UInt8(ascii: "n"):
                try scanLiteral("null", bytes)
                record(.null, from: start)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                try scanNumber(bytes)
                record(.number, from: start)
            default:
                throw failure(.expectedValue)
            }
            return
        }
    }

    /// After a value inside a container: moves over the comma (and, in an object, the next key), or
    /// closes the container and answers false.
    private mutating func moveToNextValue(_ bytes: Span<UInt8>) throws(ScanFailure) -> Bool {
        skipWhiteSpace(bytes)
        let next = try byte(in: bytes)
        if nesting.isInObject {
            switch next {
            case UInt8(ascii: ","):
                index += 1
                skipWhiteSpace(bytes)
                try scanKey(bytes)
                return true
            case UInt8(ascii: "}"): close()
            default: throw failure(.expectedCommaOrBrace)
            }
        } else {
            switch next {
            case UInt8(ascii: ","):
                index += 1
                return true
            case UInt8(ascii: "]"): close()
            default: throw failure(.expectedCommaOrBracket)
            }
        }
        return false
    }

    private mutating func scanKey(_ bytes: Span<UInt8>) throws(ScanFailure) {
        let start = index
        guard try byte(in: bytes) == UInt8(ascii: "\"") else { throw failure(.expectedKey) }
        let isPlain = try scanString(bytes)
        record(.string, from: start, isPlain: isPlain)
        skipWhiteSpace(bytes)
        guard try byte(in: bytes) == UInt8(ascii: ":") else { throw failure(.expectedColon) }
        index += 1
    }

    private mutating func scanLiteral(
        _ literal: String, _ bytes: Span<UInt8>
    ) throws(ScanFailure) {
        for expected in literal.utf8 {
            guard try byte(in: bytes) == expected else {
                throw failure(
                    .invalidLiteral(
                        literal: literal, expected: Character(Unicode.Scalar(expected))))
            }
            index += 1
        }
    }

    private mutating func skipWhiteSpace(_ bytes: Span<UInt8>) {
        while index < bytes.count, isWhiteSpace(bytes[index]) { index += 1 }
    }

    /// The byte at the current place; fails at the end of the input.
    func byte(in bytes: Span<UInt8>) throws(ScanFailure) -> UInt8 {
        guard index < bytes.count else { throw failure(.unexpectedEnd) }
        return bytes[index]
    }

    func failure(_ kind: JSONError.Kind) -> ScanFailure {
        ScanFailure(kind: kind, offset: index)
    }

    // MARK: - Containers and the tape

    private mutating func open(_ kind: JSONKind) throws(ScanFailure) {
        guard nesting.depth < policy.maximumDepth else {
            throw failure(.tooDeep(limit: policy.maximumDepth))
        }
        nesting.push(isObject: kind == .object)
        if policy.recordsTape {
            // Until it is closed, `next` of a container is the container around it.
            tape.append(TapeEntry(kind: kind, start: index, end: index, next: container))
            container = tape.count - 1
        }
        index += 1
    }

    private mutating func close() {
        index += 1
        nesting.pop()
        if policy.recordsTape {
            let outer = tape[container].next
            tape[container].end = index
            tape[container].next = tape.count
            container = outer
        }
    }

    private mutating func record(_ kind: JSONKind, from start: Int, isPlain: Bool = true) {
        guard policy.recordsTape else { return }
        tape.append(
            TapeEntry(
                kind: kind, isPlain: isPlain, start: start, end: index, next: tape.count + 1))
    }
}

/// The white space of RFC 8259 section 2.
func isWhiteSpace(_ byte: UInt8) -> Bool {
    // Most bytes of compact JSON fail the first comparison.
    byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
}

/// Which of the open containers are objects, one bit each; allocates from the 65th level on.
private struct NestingStack {
    private(set) var depth = 0
    private var innermost: UInt64 = 0
    private var outer: [UInt64] = []

    var isInObject: Bool { innermost & 1 == 1 }

    mutating func push(isObject: Bool) {
        if depth > 0, depth.isMultiple(of: 64) { outer.append(innermost) }
        innermost = innermost << 1 | (isObject ? 1 : 0)
        depth += 1
    }

    mutating func pop() {
        depth -= 1
        innermost >>= 1
        if depth > 0, depth.isMultiple(of: 64), let word = outer.popLast() { innermost = word }
    }
}
