import Glibc
import HTTPTypes

/// The length of a string of libmicrohttpd, all of which are terminated.
func length(of text: UnsafePointer<CChar>) -> Int {
    unsafe strlen(text)
}

extension HTTPRequest.Method {
    /// The method of that name, nil if it is no token; the usual ones cost no string.
    init?(bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 3 where unsafe bytes.elementsEqual("GET".utf8): self = .get
        case 3 where unsafe bytes.elementsEqual("PUT".utf8): self = .put
        case 4 where unsafe bytes.elementsEqual("POST".utf8): self = .post
        case 4 where unsafe bytes.elementsEqual("HEAD".utf8): self = .head
        case 5 where unsafe bytes.elementsEqual("PATCH".utf8): self = .patch
        case 6 where unsafe bytes.elementsEqual("DELETE".utf8): self = .delete
        case 7 where unsafe bytes.elementsEqual("OPTIONS".utf8): self = .options
        default:
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            guard let method = HTTPRequest.Method(rawValue: text) else { return nil }
            self = method
        }
    }
}

/// What the characters of names and values are checked against.
extension UnsafeRawBufferPointer {
    /// Whether these bytes are a token (RFC 9110, section 5.6.2).
    var isToken: Bool {
        guard count > 0 else { return false }
        for index in indices {
            let byte = unsafe self[index]
            // One bit for each of the 128 ASCII characters.
            let half = byte < 64 ? tokenLow : tokenHigh
            guard byte < 128, half >> UInt64(byte & 63) & 1 == 1 else { return false }
        }
        return true
    }

    /// Whether there is a control character other than the tab.
    var hasControlCharacter: Bool {
        var found: UInt8 = 0
        // No early exit and no branch: the compiler turns this into vector instructions.
        for index in indices {
            let byte = unsafe self[index]
            found |= (byte < 0x20 ? 1 : 0) & (byte != 0x09 ? 1 : 0) | (byte == 0x7f ? 1 : 0)
        }
        return found != 0
    }

    /// Whether it can be the value of `Host`: not empty, and without what would make two readers
    /// disagree about where the host ends.
    var isHost: Bool {
        guard count > 0 else { return false }
        for index in indices {
            switch unsafe self[index] {
            case 0...0x20, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"),
                UInt8(ascii: "@"), UInt8(ascii: "\\"), UInt8(ascii: ","), 0x7f...:
                return false
            default: break
            }
        }
        return true
    }

    /// Compares with an ASCII string in lower case, without regard to case.
    func equals(_ expected: StaticString) -> Bool {
        guard count == expected.utf8CodeUnitCount else { return false }
        // As long as `expected`, so the loop stays inside of both.
        for index in 0..<count {
            let byte = unsafe self[index]
            let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
            guard unsafe lower == expected.utf8Start[index] else { return false }
        }
        return true
    }

    /// The value of an unsigned decimal number; nil for anything else.
    var decimal: Int? {
        guard (1...18).contains(count) else { return nil }
        var value = 0
        for index in indices {
            let byte = unsafe self[index]
            let digit = Int(byte) - 0x30
            guard (0...9).contains(digit) else { return nil }
            value = value * 10 + digit
        }
        return value
    }
}

// Letters, digits and "!#$%&'*+-.^_`|~": bit n of the first is character n, of the second n + 64.
private let tokenLow: UInt64 = 0x03ff_6cfa_0000_0000
private let tokenHigh: UInt64 = 0x57ff_ffff_c7ff_fffe
