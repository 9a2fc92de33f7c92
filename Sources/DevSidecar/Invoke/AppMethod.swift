/// The method of an app as a caller names it: the path below the app's root.
struct AppMethod {
    /// Unescaped, without dot segments, doubled slashes and slashes at its ends.
    var name: String

    /// - Parameter text: unescaped already.
    /// - Throws: the sidecar's words for a character that no method may have.
    init(_ text: String) throws(AppMethodError) {
        for (position, character) in text.utf8.enumerated() {
            if character == 0 || character == UInt8(ascii: "?") || character == UInt8(ascii: "#") {
                throw AppMethodError("method contains forbidden character: \(Self.quoted(text))")
            }
            if character < 0x20 || character == 0x7F {
                throw AppMethodError(
                    "method contains control character at position \(position):"
                        + " \(Self.quoted(text))")
            }
        }
        var segments: [Substring] = []
        for segment in text.split(separator: "/") {
            switch segment {
            case ".": break
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        name = segments.joined(separator: "/")
    }

    /// The path of the app's URL.
    var path: String { "/" + Self.escaped(name) }

    /// Escapes what a path must not have; an escape that is there stays, as in Go's `url.Parse`.
    private static func escaped(_ name: String) -> String {
        guard !name.utf8.allSatisfy(isPathByte) else { return name }
        var text = ""
        for byte in name.utf8 {
            if isPathByte(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-_.~$&+,/:;=@%!'()*".utf8.contains(byte)
        }
    }

    /// Go's `%q`.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// A method that no app may have.
struct AppMethodError: Error {
    var text: String

    init(_ reason: String) {
        text = "invalid method: " + reason
    }
}
