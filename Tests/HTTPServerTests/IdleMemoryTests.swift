import EventLoop
import Glibc
import HTTPMessage
import TestSupport
import Testing

@testable import HTTPServer

@Suite("What idle connections give back")
struct IdleMemoryTests {
    static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    @Test("pages of zeros go back to the kernel, all others stay as they are")
    func pages() throws {
        let pages = 10
        let size = pages * Self.pageSize
        // A private mapping of this test, unmapped at its end.
        let mapping = unsafe mmap(
            nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory = unsafe mapping else {
            Issue.record("no memory")
            return
        }
        defer { unsafe munmap(memory, size) }
        _ = unsafe memset(memory, 1, size)
        _ = unsafe memset(memory, 0, size)
        unsafe memory.storeBytes(of: 7, toByteOffset: 3 * Self.pageSize + 17, as: UInt8.self)
        #expect(unsafe Self.residentPages(memory, pages) == pages)
        let requestLine = unsafe UnsafeRawPointer(memory.advanced(by: 4))
        let found = unsafe IdleMemory(requestLineAt: requestLine, poolSize: size)
        let idle = try #require(found)
        idle.giveBack()
        #expect(unsafe Self.residentPages(memory, pages) == 1)
        #expect(unsafe memory.load(fromByteOffset: 3 * Self.pageSize + 17, as: UInt8.self) == 7)
        #expect(unsafe memory.load(fromByteOffset: 5, as: UInt8.self) == 0)
    }

    static func residentPages(_ memory: UnsafeMutableRawPointer, _ count: Int) -> Int {
        var states = [UInt8](repeating: 0, count: count)
        _ = unsafe mincore(memory, count * pageSize, &states)
        return states.count { $0 & 1 == 1 }
    }

    @Test("a connection that was idle for seconds, and one with half a request, go on")
    func goesOn() throws {
        let clock = ManualClock()
        let server = try TestServer(
            clock: clock,
            answer: { exchange in
                exchange.respond(.text(exchange.request.target.description))
            })
        try server.use {
            let idle = server.client()
            let half = server.client()
            for client in [idle, half] {
                client.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n")
                try #expect(server.response(client).body == "/first")
            }
            let long = String(repeating: "a", count: 9000)
            half.send("GET /second HTTP/1.1\r\nHost: x\r\nX-Long: " + long)
            // Two looks of the server, a second apart.
            for _ in 0..<3 {
                clock.advance(by: .seconds(1))
                server.loop.runOnce()
            }
            idle.send("GET /second HTTP/1.1\r\nHost: x\r\n\r\n")
            half.send("\r\n\r\n")
            for client in [idle, half] {
                try #expect(server.response(client).body == "/second")
                client.close()
            }
        }
    }
}
