import Testing

@testable import DevSidecar

@Suite("Large content that is not kept")
struct FillerTests {
    @Test("filler comes in pieces, as much as was asked for", arguments: [0, 1, 65_536, 200_001])
    func pieces(count: Int) {
        var filler = Filler(count: count)
        var seen = 0
        while let piece = filler.next() {
            #expect(!piece.isEmpty && piece.allSatisfy { $0 == UInt8(ascii: "x") })
            seen += piece.count
        }
        #expect(seen == count)
        #expect(filler.isEmpty)
    }

    @Test("a body is counted where only its beginning is kept")
    func counting() {
        var buffer = BodyBuffer(limit: 10, keeping: 3)
        for _ in 0..<9 { buffer.append([1][...]) }
        #expect(buffer.bytes.count == 3)
        #expect(buffer.unkept == 6)
        #expect(buffer.error == nil)
        for _ in 0..<3 { buffer.append([1][...]) }
        #expect(buffer.unkept == 7)
        #expect(buffer.error == "stream too large")
    }
}
