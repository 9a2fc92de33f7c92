import HTTP1
import HTTP2

/// A connection's answers, one after the other, as the bridge to HTTP/1.1 asks for them.
///
/// However the bytes are cut, the same comes out of them.
enum HTTP1Fuzzing {
    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let content = Array(bytes.dropFirst())
        // The lowest bit says whether the first request was HEAD, the others how it is cut.
        let isHead = first & 1 == 1
        let whole = read([content], isHead: isHead)
        let size = Int(first >> 1) + 1
        let pieces = stride(from: 0, to: content.count, by: size).map {
            Array(content[$0..<min($0 + size, content.count)])
        }
        let cut = read(pieces, isHead: isHead)
        precondition(whole.heads == cut.heads, "the cuts decide what the heads are")
        precondition(whole.content == cut.content, "the cuts decide what the content is")
    }

    private static func read(_ pieces: [[UInt8]], isHead: Bool) -> Answer {
        let answer = Answer()
        let parser = HTTP1ResponseParser(handler: answer)
        parser.expect(isHead: isHead)
        do throws(HTTP1Error) {
            for piece in pieces {
                // As the connection does: what is complete is over, and nothing else is asked.
                if case .complete = try parser.receive(piece.span) { return answer }
            }
            _ = try parser.finish()
        } catch {}
        return answer
    }

    private final class Answer: HTTP1ResponseHandler {
        var heads: [HeaderBlock] = []
        var content: [UInt8] = []

        func responseBegan(_ head: HeaderBlock, hasContent: Bool) {
            precondition(head.status.map { (200...999).contains($0) } ?? false, "no final status")
            heads.append(head)
        }

        func responseReceived(_ bytes: Span<UInt8>) {
            precondition(!heads.isEmpty, "content before the head")
            for index in bytes.indices { content.append(bytes[index]) }
        }
    }
}
