import HTTP2
import JSON

@testable import DaprClient

/// One input of the fuzzer: its first byte says which decoder the rest is for.
///
/// Only a trap is a finding, and an answer that contradicts itself traps here.
public enum FuzzInput {
    /// The decoders; their order is part of the format of kept cases.
    public enum Decoder: UInt8, CaseIterable, Sendable {
        case http2Client, http2Server, messages, protobuf, grpcStatus, errorBody
        case http1, json, times
    }

    /// Decodes the input.
    public static func run(_ input: [UInt8]) {
        guard let first = input.first,
            let decoder = Decoder(rawValue: first % UInt8(Decoder.allCases.count))
        else { return }
        let bytes = Array(input.dropFirst())
        switch decoder {
        case .http2Client: HTTP2Fuzzing(role: .client).run(bytes)
        case .http2Server: HTTP2Fuzzing(role: .server).run(bytes)
        case .messages: messages(bytes)
        case .protobuf: protobuf(bytes)
        case .grpcStatus: grpcStatus(bytes)
        case .errorBody: errorBody(bytes)
        case .http1: HTTP1Fuzzing.run(bytes)
        case .json: json(bytes)
        case .times: times(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// However the bytes are cut, the same messages come out of them.
    private static func messages(_ bytes: [UInt8]) {
        guard let size = bytes.first.map({ Int($0 % 16) + 1 }) else { return }
        let content = Array(bytes.dropFirst())
        let whole = decode([content])
        let pieces = stride(from: 0, to: content.count, by: size).map {
            Array(content[$0..<min($0 + size, content.count)])
        }
        let cut = decode(pieces)
        precondition(whole.error == cut.error, "the cuts decide what is an error")
        precondition(whole.messages == cut.messages, "the cuts decide what comes out")
        precondition(whole.isAtBoundary == cut.isAtBoundary, "the cuts decide where it ends")
    }

    private static func decode(
        _ pieces: [[UInt8]]
    ) -> (messages: [[UInt8]], error: FramingError?, isAtBoundary: Bool) {
        var decoder = MessageDecoder(limit: 1 << 16)
        var messages: [[UInt8]] = []
        for piece in pieces {
            do throws(FramingError) {
                try decoder.decode(piece.span) { messages.append($0) }
            } catch {
                return (messages, error, false)
            }
        }
        return (messages, nil, decoder.isAtBoundary)
    }

    private static func protobuf(_ bytes: [UInt8]) {
        var reader = ProtobufReader(bytes)
        do throws(ProtobufReader.Malformed) {
            while let field = try reader.next() {
                precondition(field.content.upperBound <= bytes.count, "a field ends outside")
            }
        } catch {}
        _ = try? GetStateCoding.decode(bytes)
    }

    private static func grpcStatus(_ bytes: [UInt8]) {
        let message = GRPCStatus.decodeMessage(bytes[...])
        precondition(message.utf8.count <= bytes.count * 3, "text out of nothing")
        _ = GRPCStatus.decodeDetails(bytes[...])
    }

    private static func errorBody(_ bytes: [UInt8]) {
        let body = HTTPErrorBody(bytes, status: 500)
        precondition(!body.message.isEmpty || body.code != nil || !bytes.isEmpty, "no words")
    }

    /// Whichever way it is read, a text has the same value, also when it was written again.
    private static func json(_ bytes: [UInt8]) {
        guard let value = try? JSONValue.parse(bytes) else {
            precondition((try? JSONDocument(parsing: bytes)) == nil, "a document, but no value")
            return
        }
        precondition(isValidJSON(bytes), "read, but not valid")
        precondition(
            (try? JSONDocument(parsing: bytes))?.root.value == value, "a document of another value")
        precondition(
            (try? JSONValue.parse(value.serialized())) == value, "written as another value")
    }

    /// What was understood is written so that it is understood again.
    private static func times(_ text: String) {
        let time = ScheduleTime(answered: text)
        guard let written = try? time.text(of: "time") else {
            preconditionFailure("a time that was read cannot be written")
        }
        precondition(ScheduleTime(answered: written) == time, "written as another time")
        guard let period = try? ActorPeriod(text), let written = try? period.text() else { return }
        precondition((try? ActorPeriod(written)) == period, "written as another period")
    }
}
