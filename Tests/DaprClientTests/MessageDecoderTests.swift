import Testing

@testable import DaprClient

@Suite("gRPC message framing")
struct MessageDecoderTests {
    @Test("messages come out whole, however the bytes are cut", arguments: 0..<50)
    func randomSlicing(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let messages = (0..<8).map { _ in
            [UInt8](
                repeating: .random(in: 0...255, using: &random),
                count: .random(in: 0...300, using: &random))
        }
        var bytes = messages.flatMap { message in
            var framed = MessageFraming.begin(capacity: message.count)
            framed += message
            MessageFraming.finish(&framed)
            return framed
        }[...]
        var decoder = MessageDecoder(limit: 300)
        var received: [[UInt8]] = []
        while !bytes.isEmpty {
            let count = min(bytes.count, .random(in: 1...20, using: &random))
            try decoder.decode(Array(bytes.prefix(count)).span) { received.append($0) }
            bytes = bytes.dropFirst(count)
        }
        #expect(received == messages)
        #expect(decoder.isAtBoundary)
    }

    @Test("an empty message is one as soon as its prefix is there")
    func emptyMessage() throws {
        var decoder = MessageDecoder(limit: 0)
        var count = 0
        try decoder.decode([0, 0, 0, 0, 0, 0, 0].span) { _ in count += 1 }
        #expect(count == 1)
        #expect(!decoder.isAtBoundary)
        try decoder.decode([0, 0, 0].span) { _ in count += 1 }
        #expect(count == 2)
        #expect(decoder.isAtBoundary)
    }

    @Test("a flag other than 0 is refused: nobody agreed on compression", arguments: [1, 2, 255])
    func flag(flag: UInt8) {
        var decoder = MessageDecoder(limit: 10)
        #expect(throws: FramingError.flag(flag)) {
            try decoder.decode([flag, 0, 0, 0, 0].span) { _ in }
        }
    }

    @Test("a length above the limit is refused before a byte of it came")
    func tooLong() throws {
        var decoder = MessageDecoder(limit: 4)
        var messages: [[UInt8]] = []
        try decoder.decode([0, 0, 0, 0, 4, 1, 2, 3, 4].span) { messages.append($0) }
        #expect(messages == [[1, 2, 3, 4]])
        #expect(throws: FramingError.tooLong(length: 1 << 24, limit: 4)) {
            try decoder.decode([0, 1, 0, 0, 0].span) { _ in }
        }
    }

    @Test(
        "a timeout is sent in the finest unit that needs eight digits, rounded up",
        arguments: [
            (Duration.seconds(10), "10000000u"), (.nanoseconds(1), "1n"), (.zero, "1n"),
            (.seconds(-1), "1n"), (.nanoseconds(99_999_999), "99999999n"),
            (.nanoseconds(100_000_001), "100001u"), (.seconds(100), "100000m"),
            (.seconds(100_000), "100000S"), (.seconds(100_000_000), "1666667M"),
            (.seconds(9_000_000_000), "2500000H"),
        ])
    func timeout(duration: Duration, text: String) {
        #expect(GRPCTimeout.format(duration) == text)
    }
}
