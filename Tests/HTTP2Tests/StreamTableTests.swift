import Testing

@testable import HTTP2

@Suite("The table of streams")
struct StreamTableTests {
    @Test("it holds what a dictionary holds, whatever is added and removed", arguments: 1...20)
    func model(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let session = try HTTP2Session(role: .client)
        var table = StreamTable()
        var model: [Int32: HTTP2Stream] = [:]
        var id: Int32 = seed % 2 == 0 ? 1 : .max - 8191
        for _ in 0..<4000 {
            if Int.random(in: 0..<100, using: &random) < 52 {
                let stream = HTTP2Stream(id: id, session: session, handler: nil)
                table.insert(stream)
                model[id] = stream
                // Streams that last leave gaps between those that come and go.
                id += 2
            } else if let victim = model.keys.sorted().randomElement(using: &random) {
                #expect(table.remove(victim) === model.removeValue(forKey: victim))
                #expect(table.remove(victim) == nil)
            }
            #expect(table.count == model.count)
        }
        for (id, stream) in model { #expect(table[id] === stream) }
        #expect(table[0] == nil)
        #expect(Set(table.all.map(\.id)) == Set(model.keys))
    }
}

private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    // SplitMix64, so that a failure can be repeated.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
