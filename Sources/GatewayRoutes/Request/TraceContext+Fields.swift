import DaprClient
import HTTPMessage

extension TraceContext {
    /// The trace context of a request, with a span id of our own. What is invalid is dropped: the sidecar would refuse the whole
    /// call for an invalid `baggage`, and a state without a parent means nothing.
    init(_ fields: borrowing FieldBlock) {
        self.init()
        guard fields.contains(.traceparent) || fields.contains(.baggage) else { return }
        if let parent = fields[.traceparent], Self.isValidParent(parent) {
            self.parent = Self.withNewSpan(parent)
            let states = fields.values(of: .tracestate)
            if !states.isEmpty { state = states.joined(separator: ",") }
        }
        let baggage = fields.values(of: .baggage).joined(separator: ",")
        if !baggage.isEmpty, Self.isValidBaggage(baggage) { self.baggage = baggage }
    }

    /// W3C Trace Context, section 3.2.2: `00-` trace id `-` parent id `-` flags.
    private static func isValidParent(_ text: String) -> Bool {
        let utf8 = Array(text.utf8)
        guard utf8.count >= 55, utf8[2] == dash, utf8[35] == dash, utf8[52] == dash else {
            return false
        }
        let version = utf8[0..<2]
        // Later versions may append fields; version 00 has exactly these.
        guard !version.elementsEqual("ff".utf8),
            utf8.count == 55 || (!version.elementsEqual("00".utf8) && utf8[55] == dash)
        else { return false }
        let parts = [version, utf8[3..<35], utf8[36..<52], utf8[53..<55]]
        let isHex = parts.allSatisfy { $0.allSatisfy(isLowerHex) }
        let isZero = [utf8[3..<35], utf8[36..<52]].contains { $0.allSatisfy { $0 == 0x30 } }
        return isHex && !isZero
    }

    /// The same trace with another parent id: the call to the sidecar is a span of its own.
    private static func withNewSpan(_ parent: String) -> String {
        var text = Array(parent.utf8)
        var span = UInt64.random(in: 1 ... .max)
        for position in (36..<52).reversed() {
            text[position] = hexDigits[Int(span & 15)]
            span >>= 4
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
    private static let dash = UInt8(ascii: "-")

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10 || byte &- UInt8(ascii: "a") < 6
    }

    /// W3C Baggage, section 3.3.1: a list of `key=value;properties`, at most 8192 bytes.
    private static func isValidBaggage(_ text: String) -> Bool {
        text.utf8.count <= 8192
            && text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { member in
                let pair = member.prefix { $0 != ";" }
                guard let equals = pair.firstIndex(of: "=") else { return false }
                let key = trimmed(pair[..<equals])
                let value = trimmed(pair[pair.index(after: equals)...])
                return !key.isEmpty && key.utf8.allSatisfy(isTokenByte)
                    && value.utf8.allSatisfy(isBaggageByte)
            }
    }

    private static func isBaggageByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x2C && byte != 0x3B && byte != 0x5C
    }
}

/// Whether a byte can stand in a token (RFC 9110, section 5.6.2).
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
