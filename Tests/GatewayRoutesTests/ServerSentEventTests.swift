import Testing

@testable import GatewayRoutes

@Suite("Server-sent events")
struct ServerSentEventTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(
        "lines of the data become lines of the event, whatever ends them",
        arguments: [
            ("", "data: \n\n"), ("a", "data: a\n\n"), ("a\nb", "data: a\ndata: b\n\n"),
            ("a\r\nb\rc", "data: a\ndata: b\ndata: c\n\n"), ("\n", "data: \ndata: \n\n"),
            ("a\r\r\n", "data: a\ndata: \ndata: \n\n"), ("é: x", "data: é: x\n\n"),
        ])
    func data(content: String, event: String) {
        #expect(text(ServerSentEvents.event(data: content.utf8)) == event)
    }

    @Test(
        "an id that would break the line is left out",
        arguments: [("7", "id: 7\n"), ("", ""), ("a\nb", ""), ("a\r", ""), ("a\0", "")])
    func id(id: String, line: String) {
        #expect(
            text(ServerSentEvents.event(id: id, name: "n", data: "x".utf8))
                == "event: n\n\(line)data: x\n\n")
    }

    @Test("the farewell asks for a pause between 1 and 5 seconds")
    func farewell() {
        for jitter in [0, 0.5, 0.999] {
            let time = StreamTime(jitter: { jitter })
            let line = text(ServerSentEvents.farewell(time))
            let milliseconds = Int(line.dropFirst("retry: ".count).dropLast(2))
            #expect(milliseconds.map { (1000...5000).contains($0) } == true, "\(line)")
        }
        #expect(text(ServerSentEvents.beginning) == "retry: 3000\n\n")
    }
}
