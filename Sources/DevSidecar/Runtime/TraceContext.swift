import HTTPMessage
import HTTPTypes

/// The trace that a request belongs to, and what travels along with it.
struct TraceContext: Sendable {
    /// The W3C `traceparent` that the response carries and the next hop gets.
    var traceparent: String
    /// The `tracestate`; empty when there is none.
    var tracestate = ""
    /// The `baggage`; empty when there is none.
    var baggage = ""

    /// What a sidecar without tracing makes of a request without a trace.
    static let none = TraceContext(traceparent: "00-\(zeros(32))-\(zeros(16))-00")

    private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
}

/// Decides what trace a request gets.
struct Tracer: Sendable {
    /// Whether the sidecar makes spans of its own (its configuration has a sampling rate).
    var isSampling: Bool

    /// The trace of an HTTP request.
    ///
    /// - Throws: what is wrong with its baggage.
    func context(of fields: FieldBlock) throws(BaggageError) -> TraceContext {
        var context = context(
            traceparent: fields[.traceparent], tracestate: { fields[.tracestate] })
        if fields.contains(.baggage) {
            let values = fields.values(of: .baggage).filter { !$0.isEmpty }
            context.baggage = values.joined(separator: ",")
            try Baggage.check(context.baggage)
        }
        return context
    }

    /// The trace of a request with these two header values.
    func context(traceparent: String?, tracestate: () -> String?) -> TraceContext {
        guard let traceparent, Self.isTraceparent(traceparent) else {
            guard isSampling else { return .none }
            return TraceContext(
                traceparent: "00-\(Self.randomHex(bytes: 16))-\(Self.randomHex(bytes: 8))-01")
        }
        var context = TraceContext(traceparent: traceparent, tracestate: tracestate() ?? "")
        if isSampling {
            // The same trace, a span of our own.
            let trace = traceparent.prefix(36)
            context.traceparent = "\(trace)\(Self.randomHex(bytes: 8))-\(traceparent.suffix(2))"
        }
        return context
    }

    /// Whether a text is a `traceparent` of version 00 with ids that are not zero.
    static func isTraceparent(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("00".utf8), parts[1].count == 32,
            parts[2].count == 16, parts[3].count == 2
        else { return false }
        let digits = parts.dropFirst().joined()
        guard
            digits.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            })
        else { return false }
        let zero = UInt8(ascii: "0")
        return parts[1].contains { $0 != zero } && parts[2].contains { $0 != zero }
    }

    private static func randomHex(bytes count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in
            let byte = UInt8.random(in: 0...255, using: &generator)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

extension HTTPField.Name {
    static let traceparent = fieldName("traceparent")
    static let tracestate = fieldName("tracestate")
    static let baggage = fieldName("baggage")
    static let daprAPIToken = fieldName("dapr-api-token")

    /// A name that is written in this program.
    static func fieldName(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("a constant field name is not a token")
        }
        return name
    }
}
