import DaprProtos
import HTTP2
import JSON
import SwiftProtobuf

/// What gRPC puts into HTTP/2: heads, message frames and trailers.
enum GRPCWire {
    /// The head of a response.
    static func head(contentType: String?, trace: TraceContext) -> HeaderBlock {
        if contentType == "application/grpc", trace.isNone { return plainHead }
        return makeHead(contentType: contentType ?? "application/grpc", trace: trace)
    }

    /// The head of almost every response.
    private static let plainHead = makeHead(contentType: "application/grpc", trace: .none)

    private static func makeHead(contentType: String, trace: TraceContext) -> HeaderBlock {
        var block = HeaderBlock(capacity: 160)
        block.add(":status", "200")
        block.add("content-type", contentType)
        block.add("grpc-trace-bin", trace.binary)
        if !trace.baggage.isEmpty { block.add("baggage", trace.baggage) }
        return block
    }

    /// Sends one message with its prefix.
    static func send(_ message: [UInt8], on stream: HTTP2Stream) {
        let length = UInt32(truncatingIfNeeded: message.count)
        var frame: [UInt8] = []
        frame.reserveCapacity(message.count < 4096 ? 5 + message.count : 5)
        frame.append(0)
        frame.append(UInt8(truncatingIfNeeded: length >> 24))
        frame.append(UInt8(truncatingIfNeeded: length >> 16))
        frame.append(UInt8(truncatingIfNeeded: length >> 8))
        frame.append(UInt8(truncatingIfNeeded: length))
        if message.count < 4096 {
            frame.append(contentsOf: message)
            stream.send(frame)
        } else {
            stream.send(frame)
            stream.send(message)
        }
    }

    /// The trailers that carry a status.
    static func trailers(_ status: GRPCStatus) -> HeaderBlock {
        status.code == 0 && status.message.isEmpty ? okTrailers : makeTrailers(status)
    }

    private static let okTrailers = makeTrailers(.ok)

    private static func makeTrailers(_ status: GRPCStatus) -> HeaderBlock {
        var block = HeaderBlock()
        block.add("grpc-status", String(status.code))
        block.add("grpc-message", percentEncoded(status.message))
        if let details = details(of: status) { block.add("grpc-status-details-bin", details) }
        return block
    }

    private static func details(of status: GRPCStatus) -> String? {
        guard !status.details.isEmpty else { return nil }
        do {
            var message = Google_Rpc_Status()
            message.code = Int32(truncatingIfNeeded: status.code)
            message.message = status.message
            message.details = try status.details.map { try $0.packed() }
            let bytes: [UInt8] = try message.serializedBytes()
            return Base64.encode(bytes, padded: false)
        } catch {
            // Only text that is no UTF-8 could fail, and Swift strings have none.
            return nil
        }
    }

    /// `grpc-message`: printable ASCII stays, the rest becomes `%XX`.
    private static func percentEncoded(_ text: String) -> String {
        let isPlain: (UInt8) -> Bool = { $0 >= 0x20 && $0 <= 0x7E && $0 != UInt8(ascii: "%") }
        // A blank at either end is none of the field's value (RFC 9113, section 8.2.1).
        let blank = UInt8(ascii: " ")
        let isBare = text.utf8.first != blank && text.utf8.last != blank
        guard !isBare || !text.utf8.allSatisfy(isPlain) else { return text }
        var encoded = ""
        for byte in text.utf8 {
            if isPlain(byte), byte != blank || isBare {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += byte < 16 ? "%0" : "%"
                encoded += String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}

extension TraceContext {
    /// Whether there is nothing to say about tracing.
    var isNone: Bool {
        baggage.isEmpty && tracestate.isEmpty && traceparent == Self.none.traceparent
    }

    /// The trace as the value of `grpc-trace-bin`: version, trace id, span id, options.
    var binary: String {
        let digits = Array(traceparent.utf8.filter { $0 != UInt8(ascii: "-") })
        var ids: [UInt8] = []
        for index in stride(from: 2, to: digits.count - 1, by: 2) {
            ids.append(Self.nibble(digits[index]) << 4 | Self.nibble(digits[index + 1]))
        }
        guard ids.count == 25 else { return "" }
        let bytes = [0, 0] + ids[0..<16] + [1] + ids[16..<24] + [2, ids[24]]
        return Base64.encode(bytes, padded: false)
    }

    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit < 0x40 ? digit &- 0x30 : (digit | 0x20) &- 0x57
    }
}
