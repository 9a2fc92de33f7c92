import HTTPMessage
import HTTPTypes

/// Server-sent events (WHATWG HTML, section 9.2): what a stream of them consists of.
enum ServerSentEvents {
    static let mediaType = "text/event-stream"

    /// How long a stream is silent at most: proxies in between give up after a minute.
    static let heartbeat = Duration.seconds(20)

    /// Whether a request asks for events.
    static func areAsked(for request: Request) -> Bool {
        listElements(request.fields.values(of: .accept)).contains {
            ContentType.essence(String($0)) == mediaType
        }
    }

    /// The response whose body is such a stream.
    static func response(_ stream: BodyStream) -> Response {
        Response(
            .ok,
            fields: [
                .contentType: mediaType, .cacheControl: "no-store", .xAccelBuffering: "no",
            ], body: .stream(stream))
    }

    // MARK: - What a stream consists of

    /// An event.
    ///
    /// - Parameters:
    ///   - id: what a client sends as `Last-Event-ID` when it comes back; left out where it cannot
    ///     stand in a line.
    ///   - name: the type; nil for `message`.
    ///   - data: any text; its lines become lines of the event, whichever ends they have.
    static func event(id: String? = nil, name: String? = nil, data: some Sequence<UInt8>) -> [UInt8]
    {
        var bytes: [UInt8] = []
        if let name { bytes += Array("event: \(name)\n".utf8) }
        if let id, !id.isEmpty,
            id.utf8.allSatisfy({ $0 != 0 && $0 != lineFeed && $0 != carriageReturn })
        {
            bytes += Array("id: \(id)\n".utf8)
        }
        bytes += Array("data: ".utf8)
        var last: UInt8 = 0
        for byte in data {
            if byte == carriageReturn || byte == lineFeed {
                // The two together are one end of a line.
                if byte == carriageReturn || last != carriageReturn {
                    bytes += Array("\ndata: ".utf8)
                }
            } else {
                bytes.append(byte)
            }
            last = byte
        }
        return bytes + [lineFeed, lineFeed]
    }

    /// A line that means nothing, so that proxies and clients see that the stream lives.
    static func comment(_ text: String = "") -> [UInt8] {
        Array(text.isEmpty ? ":\n\n".utf8 : ": \(text)\n\n".utf8)
    }

    /// How long a client shall wait before it comes back.
    static func retry(_ delay: Duration) -> [UInt8] {
        let (seconds, attoseconds) = delay.components
        return Array("retry: \(seconds * 1000 + attoseconds / 1_000_000_000_000_000)\n\n".utf8)
    }

    /// How a stream begins.
    static let beginning = retry(.seconds(3))

    /// How a stream ends whose clients are to come back, not all at once.
    static func farewell(_ time: StreamTime) -> [UInt8] {
        let spread = Duration.seconds(4) * time.jitter()
        return retry(Duration.seconds(1) + spread)
    }

    /// How a stream ends that cannot go on: the problem document, as an event of its own type.
    static func end(_ error: GatewayError, instance: String, _ time: StreamTime) -> [UInt8] {
        event(name: "problem", data: error.problemDocument(instance: instance)) + farewell(time)
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}

extension HTTPField.Name {
    /// Tells nginx not to hold a stream back.
    static let xAccelBuffering = constant("X-Accel-Buffering")
    static let lastEventID = constant("Last-Event-ID")
}
