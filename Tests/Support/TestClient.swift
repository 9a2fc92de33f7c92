public import EventLoop

/// A raw HTTP/1 client on a loop that the test runs, so that nothing has to sleep.
public final class TestClient: SocketStreamHandler, TurnParticipant {
    private let loop: EventLoop
    private var attempt: ConnectAttempt?
    private var stream: SocketStream?
    private var output: [UInt8] = []
    /// What arrived and was not consumed by `takeResponse`.
    public private(set) var input: [UInt8] = []
    /// How many bytes arrived in all.
    public private(set) var receivedBytes = 0
    /// How many bytes were given to the kernel.
    public private(set) var sentBytes = 0
    /// The server closed the connection, or it failed.
    public private(set) var isClosed = false
    /// Counts what arrives and keeps nothing of it.
    public var isDiscarding = false
    /// Makes the content of an upload that is larger than one should keep in memory.
    public var source: (() -> [UInt8]?)?

    /// Connects.
    public init(to address: SocketAddress, on loop: EventLoop) {
        self.loop = loop
        attempt = ConnectAttempt(to: address, on: loop, timeout: .seconds(5)) {
            [weak self] result in
            self?.connected(result)
        }
    }

    private func connected(_ result: consuming ConnectResult) {
        switch consume result {
        case .connected(let descriptor):
            stream = try? SocketStream(descriptor, on: loop, handler: self)
            stream?.flush()
        case .failed:
            isClosed = true
        }
    }

    /// Sends text as it is.
    public func send(_ text: String) {
        send(Array(text.utf8))
    }

    /// Sends bytes as they are.
    public func send(_ bytes: [UInt8]) {
        output += bytes
        stream?.flush()
    }

    /// Sends and closes before the server's turn to look, so that it sees both in one event.
    public func sendAndClose(_ text: String) {
        send(text)
        // After the stream, which writes when it is told that the turn ends.
        loop.callAtEndOfTurn(self)
    }

    /// See `sendAndClose`.
    public func turnEnds() {
        close()
    }

    /// Hangs up.
    public func close() {
        attempt?.cancel()
        stream?.close()
        stream = nil
    }

    /// A client that does not read lets the kernel's buffers fill up.
    public var isReadingPaused: Bool {
        get { stream?.isReadingPaused ?? false }
        set { stream?.isReadingPaused = newValue }
    }

    /// Whether the kernel has taken everything.
    public var isFlushed: Bool { output.isEmpty && stream?.isFlushed ?? false }

    /// See `SocketStreamHandler`.
    public func received(_ bytes: Span<UInt8>) {
        receivedBytes += bytes.count
        guard !isDiscarding else { return }
        for index in bytes.indices { input.append(bytes[index]) }
    }

    /// See `SocketStreamHandler`.
    public func fill(_ output: inout [UInt8]) {
        sentBytes += self.output.count
        output += self.output
        self.output = []
        if let chunk = source?() {
            sentBytes += chunk.count
            output += chunk
        }
    }

    /// Asks the source for more.
    public func flush() { stream?.flush() }

    /// See `SocketStreamHandler`.
    public func closed(_ error: SystemError?) {
        isClosed = true
        stream = nil
    }

    /// What arrived, as text.
    public var text: String { String(decoding: input, as: UTF8.self) }
}

/// A response as it came over the wire.
public struct WireResponse: Sendable {
    /// The first line.
    public var statusLine = ""
    /// The header fields in their order.
    public var fields: [(name: String, value: String)] = []
    /// The content.
    public var content: [UInt8] = []

    /// The content as text.
    public var body: String { String(decoding: content, as: UTF8.self) }
    /// The status code; 0 when there is none.
    public var status: Int { Int(statusLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    /// The value of the first field of that name, in any case.
    public subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

extension TestClient {
    /// Takes the first complete response off the input.
    ///
    /// - Parameter isHead: the response is to HEAD, so no content follows whatever its head says.
    public func takeResponse(isHead: Bool = false) -> WireResponse? {
        let separator = Array("\r\n\r\n".utf8)
        guard let headEnd = input.firstRange(of: separator) else { return nil }
        let lines = String(decoding: input[..<headEnd.lowerBound], as: UTF8.self)
            .split(separator: "\r\n")
        var response = WireResponse(statusLine: String(lines.first ?? ""))
        response.fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ": ", maxSplits: 1)
            return (String(parts[0]), String(parts.dropFirst().first ?? ""))
        }
        let rest = input[headEnd.upperBound...]
        if isHead || [100, 204, 304].contains(response.status) {
            input.removeSubrange(..<headEnd.upperBound)
            return response
        }
        if response["Transfer-Encoding"] != nil {
            guard let (content, end) = Self.dechunk(rest) else { return nil }
            response.content = content
            input.removeSubrange(..<end)
            return response
        }
        if let length = response["Content-Length"].flatMap({ Int($0) }) {
            guard rest.count >= length else { return nil }
            response.content = Array(rest.prefix(length))
            input.removeSubrange(..<(headEnd.upperBound + length))
            return response
        }
        guard isClosed else { return nil }
        response.content = Array(rest)
        input = []
        return response
    }

    private static func dechunk(_ bytes: ArraySlice<UInt8>) -> (content: [UInt8], end: Int)? {
        var content: [UInt8] = []
        var rest = bytes
        while let line = rest.firstRange(of: Array("\r\n".utf8)) {
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16)
            guard let size, rest.endIndex >= line.upperBound + size + 2 else { return nil }
            content += rest[line.upperBound..<(line.upperBound + size)]
            rest = rest[(line.upperBound + size + 2)...]
            if size == 0 { return (content, rest.startIndex) }
        }
        return nil
    }
}
