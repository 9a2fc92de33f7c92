import DequeModule

/// What a stream has still to send: chunks as they were given, then the end.
struct OutgoingBody {
    /// How the message ends.
    enum Ending {
        case undecided
        case end
        case trailers(HeaderBlock)
    }

    var ending = Ending.undecided
    /// Bytes that wait.
    private(set) var count = 0
    // The first chunk has a place of its own, so that a short message needs no queue.
    private var first: [UInt8] = []
    private var sent = 0
    private var rest = Deque<[UInt8]>()

    mutating func append(_ chunk: [UInt8]) {
        guard !chunk.isEmpty else { return }
        if count == 0 { first = chunk } else { rest.append(chunk) }
        count += chunk.count
    }

    /// Moves the next `length` bytes, at most `count`, to the end of `output`.
    mutating func move(_ length: Int, to output: inout [UInt8]) {
        var missing = length
        while missing > 0 {
            let piece = Swift.min(missing, first.count - sent)
            output.append(copying: first.span.extracting(sent..<sent + piece))
            missing -= piece
            sent += piece
            if sent == first.count {
                first = rest.popFirst() ?? []
                sent = 0
            }
        }
        count -= length
    }

    mutating func removeAll() {
        self = OutgoingBody()
    }
}
