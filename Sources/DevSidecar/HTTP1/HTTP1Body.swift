/// Takes the content of a request out of the bytes of a connection (RFC 9112, sections 6 and 7).
struct HTTP1Body {
    /// How far it got.
    enum Progress: Equatable {
        case needsMore
        case complete
        /// The framing is broken, in the words of Go's `net/http`.
        case broken(String)
    }

    private enum State {
        case data(Int)
        case chunkSize
        case chunkEnd
        case trailers
        case done
    }

    private var state: State
    private let isChunked: Bool

    init(_ framing: HTTP1Head.Framing) {
        switch framing {
        case .none: (state, isChunked) = (.done, false)
        case .length(let length): (state, isChunked) = (.data(length), false)
        case .chunked: (state, isChunked) = (.chunkSize, true)
        }
    }

    /// How many bytes are missing, where the head told.
    var missing: Int? {
        switch state {
        case .done: 0
        case .data(let count) where !isChunked: count
        default: nil
        }
    }

    /// Moves content from `input`, beginning at `position`, to `sink`.
    mutating func read(
        _ input: [UInt8], _ position: inout Int, into sink: (ArraySlice<UInt8>) -> Void
    ) -> Progress {
        while true {
            switch state {
            case .done: return .complete
            case .data(let missing):
                let count = min(missing, input.count - position)
                if count > 0 { sink(input[position..<position + count]) }
                position += count
                guard count == missing else {
                    state = .data(missing - count)
                    return .needsMore
                }
                state = isChunked ? .chunkEnd : .done
            case .chunkSize:
                guard let line = Self.line(input, &position) else { return .needsMore }
                guard let size = Self.chunkSize(input[line]) else {
                    return .broken("invalid byte in chunk length")
                }
                state = size == 0 ? .trailers : .data(size)
            case .chunkEnd:
                guard let line = Self.line(input, &position) else { return .needsMore }
                guard line.isEmpty else { return .broken("malformed chunked encoding") }
                state = .chunkSize
            case .trailers:
                guard let line = Self.line(input, &position) else { return .needsMore }
                if line.isEmpty { state = .done }
            }
        }
    }

    private static func line(_ input: [UInt8], _ position: inout Int) -> Range<Int>? {
        guard let end = input[position...].firstIndex(of: 0x0A) else { return nil }
        let start = position
        position = end + 1
        return start..<(end > start && input[end - 1] == 0x0D ? end - 1 : end)
    }

    /// The size before an extension, in hexadecimal.
    private static func chunkSize(_ line: ArraySlice<UInt8>) -> Int? {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 && $0 != 0x09 }
        guard !digits.isEmpty, digits.count <= 8 else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
