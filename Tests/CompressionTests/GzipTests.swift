import Compression
import Testing

@Suite("Gzip")
struct GzipTests {
    /// Text that compresses, of any length.
    private func text(_ count: Int) -> [UInt8] {
        Array((0...(count / 2)).lazy.flatMap { "\($0),".utf8 }.prefix(count))
    }

    @Test("what was compressed comes back", arguments: [0, 1, 1023, 1024, 300_000])
    func roundTrip(count: Int) throws {
        let content = text(count)
        let compressor = try #require(GzipCompressor())
        let whole = compressor.compress(content[...], isLast: true)
        #expect(Gzip.decompress(whole) == content)
    }

    @Test("pieces are one member, whatever their lengths", arguments: [1, 7, 1000, 65_536])
    func pieces(length: Int) throws {
        let content = text(140_000)
        let compressor = try #require(GzipCompressor())
        var compressed: [UInt8] = []
        var start = 0
        while start < content.count {
            let end = min(start + length, content.count)
            compressed += compressor.compress(content[start..<end], isLast: end == content.count)
            start = end
        }
        #expect(Gzip.decompress(compressed) == content)
        #expect(compressed.count < content.count / 2)
    }

    @Test("content that gets no smaller stays as it is")
    func incompressible() {
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(GzipCompressor.compress(noise) == nil)
        let compressed = GzipCompressor.compress(text(2000))
        #expect(compressed.flatMap { Gzip.decompress($0) } == text(2000))
    }

    @Test("every level compresses, and the content stays", arguments: [1, 6, 9])
    func levels(level: Int) throws {
        let content = text(50_000)
        let compressed = try #require(GzipCompressor.compress(content, level: level))
        #expect(Gzip.decompress(compressed) == content)
        #expect(compressed.count < content.count / 2)
    }

    @Test("a piece after the last is a mistake")
    func afterTheLast() async {
        await #expect(processExitsWith: .failure) {
            let compressor = GzipCompressor()
            _ = compressor?.compress([], isLast: true)
            _ = compressor?.compress([], isLast: true)
        }
    }
}
