import DaprClient
import JSON

/// The two forms of gRPC-Web (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md): frames
/// as they are, or in base64.
struct GRPCWeb: Sendable, Hashable {
    var isText: Bool

    /// The form of a request's content; nil for what is none of protobuf messages.
    init?(contentType essence: String) {
        switch essence {
        case "application/grpc-web", "application/grpc-web+proto": isText = false
        case "application/grpc-web-text", "application/grpc-web-text+proto": isText = true
        default: return nil
        }
    }

    /// The form of the answer: what the caller accepts, else the form of the request.
    func answering(accept: [String]) -> GRPCWeb {
        let accepted = listElements(accept).compactMap {
            GRPCWeb(contentType: ContentType.essence(String($0)))
        }
        return accepted.isEmpty || accepted.contains(self) ? self : accepted[0]
    }

    var contentType: String {
        isText ? "application/grpc-web-text+proto" : "application/grpc-web+proto"
    }

    // MARK: - Reading a request

    /// The one message of a request.
    ///
    /// - Throws: when it is not one message, or compressed.
    func message(in content: [UInt8]) throws(GatewayError) -> [UInt8] {
        let frames = isText ? try Self.decode(content) : content
        guard frames.count >= Self.prefixLength else {
            throw Self.invalid("the body has no complete frame")
        }
        guard frames[0] == 0 else {
            throw Self.invalid(
                frames[0] == 1
                    ? "compressed messages are not taken" : "the first frame is no message")
        }
        let length = frames[1..<Self.prefixLength].reduce(0) { $0 << 8 | Int($1) }
        guard frames.count - Self.prefixLength == length else {
            throw Self.invalid("the body is not exactly one frame")
        }
        return Array(frames[Self.prefixLength...])
    }

    /// Decodes base64 that may be padded wherever the sender flushed.
    private static func decode(_ text: [UInt8]) throws(GatewayError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var start = 0
        while start < text.count {
            // Padding ends a piece; what follows begins a group of its own.
            let padding = text[start...].firstIndex(of: UInt8(ascii: "="))
            var end = padding ?? text.count
            while end < text.count, text[end] == UInt8(ascii: "=") { end += 1 }
            guard let piece = Base64.decode(text[start..<end], padding: .required) else {
                throw invalid("the body is no base64")
            }
            bytes += piece
            start = end
        }
        return bytes
    }

    private static func invalid(_ text: String) -> GatewayError {
        GatewayError(.invalidBody, "this is no gRPC-Web request of one message: \(text)")
    }

    // MARK: - Writing an answer

    private static let prefixLength = 5

    /// A frame that holds a message.
    func frame(_ message: [UInt8]) -> [UInt8] { frame(0, message) }

    /// The frame at the end: the status, and the app's metadata after its last message.
    func trailers(
        _ code: GRPCStatusCode, _ message: String, _ metadata: GRPCMetadata
    ) -> [UInt8] {
        var text = "grpc-status:\(code.rawValue)\r\n"
        if !message.isEmpty { text += "grpc-message:\(Self.percentEncoded(message))\r\n" }
        var seen: Set<String> = []
        for name in metadata.names where seen.insert(name).inserted {
            for value in metadata.values(of: name) { text += "\(name):\(value)\r\n" }
        }
        return frame(0x80, Array(text.utf8))
    }

    private func frame(_ flag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [flag]
        bytes.reserveCapacity(Self.prefixLength + content.count)
        for shift in [24, 16, 8, 0] {
            bytes.append(UInt8(truncatingIfNeeded: content.count >> shift))
        }
        bytes += content
        // Each frame is padded by itself, so that it can be read as soon as it has come.
        return isText ? Array(Base64.encode(bytes).utf8) : bytes
    }

    /// As `grpc-message` is written (gRPC over HTTP/2, "Responses").
    private static func percentEncoded(_ message: String) -> String {
        var text: [UInt8] = []
        for byte in message.utf8 {
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "%") {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
