import EventLoop
import HTTP2

// What happens on the stream.
extension Exchange: HTTP2StreamHandler {
    func stream(
        _ stream: HTTP2Stream, received headers: HeaderBlock, kind: HeaderBlockKind,
        endStream: Bool
    ) {
        guard !isOver else { return }
        hasProgressed = true
        switch kind {
        case .informational: return
        case .trailers: response?.trailers = headers
        case .head:
            var response = ExchangeResponse(head: headers)
            self.response = response
            if case .stream(let limit) = request.reception, !endStream,
                headers.contentLength.map({ $0 > limit }) ?? true
            {
                // Only the caller holds the reader: when it lets go, the stream is reset.
                response.stream = BodyReader(openChannel(), loop: core.loop)
                answer(response)
            }
            resumeWaiters()
        }
    }

    func stream(_ stream: HTTP2Stream, received data: Span<UInt8>) {
        guard !isOver else { return stream.consume(data.count) }
        hasProgressed = true
        switch request.reception {
        case .stream, .channel:
            guard let channel else { return collect(data, upTo: .max, on: stream) }
            var chunk: [UInt8] = []
            chunk.append(copying: data)
            _ = channel.assumeIsolated { $0.offer(chunk) }
        case .bytes(let limit): collect(data, upTo: limit, on: stream)
        case .messages:
            stream.consume(data.count)
            decodeMessages(data)
        }
    }

    private func collect(_ data: Span<UInt8>, upTo limit: Int, on stream: HTTP2Stream) {
        stream.consume(data.count)
        guard let count = response?.body.count, count + data.count <= limit else {
            return fail(tooLarge(limit))
        }
        response?.body.append(copying: data)
    }

    private func decodeMessages(_ data: Span<UInt8>) {
        do throws(FramingError) {
            try decoder?.decode(data) { message in
                if response?.messageCount == 0 { response?.body = message }
                response?.messageCount += 1
            }
        } catch .tooLong(_, let limit) {
            fail(tooLarge(limit))
        } catch {
            fail(DaprError(.malformedResponse, "the sidecar's answer is not a gRPC message"))
        }
    }

    private func tooLarge(_ limit: Int) -> DaprError {
        DaprError(.tooLarge, "the sidecar's answer is longer than the limit of \(limit) bytes")
    }

    func streamReceivedEnd(_ stream: HTTP2Stream) {
        guard response != nil, !isOver else { return }
        guard decoder?.isAtBoundary ?? true else {
            return fail(DaprError(.malformedResponse, "the sidecar's answer ends in a message"))
        }
        succeed()
    }

    func streamBecameWritable(_ stream: HTTP2Stream) {
        resumeWaiters()
    }

    func stream(_ stream: HTTP2Stream, closed closure: StreamClosure) {
        guard case .running(let connection, _) = place else { return }
        ended(on: connection, closure)
    }

    /// A channel from the stream to the caller, who paces the sidecar by what it takes.
    func openChannel() -> ByteChannel {
        let channel = ByteChannel(loop: core.loop, capacity: 256 << 10)
        channel.assumeIsolated { channel in
            channel.setProducer(
                taken: { count in
                    self.hasProgressed = true
                    self.stream?.consume(count)
                },
                abandon: {
                    self.channel = nil
                    self.cancel()
                })
        }
        self.channel = channel
        return channel
    }
}

extension HeaderBlock {
    /// The number in `content-length`, if there is one.
    var contentLength: Int? { self["content-length"].flatMap { Int($0) } }
}
