import SwiftProtobuf

/// What the syntax or edition of a file, and options on the way down to a field, say about its
/// encoding (https://protobuf.dev/editions/features).
struct Features: Sendable {
    /// Whether a field tells its default value from no value.
    var hasPresence: Bool
    /// Whether an enumeration has only the numbers that it names.
    var isClosed: Bool
    /// Whether repeated numbers are written as one field.
    var isPacked: Bool
    /// Whether strings have to be UTF-8.
    var verifiesUTF8: Bool
    /// Whether messages are written as groups.
    var isDelimited = false

    init(_ file: Google_Protobuf_FileDescriptorProto) {
        switch file.syntax {
        case "proto3":
            (hasPresence, isClosed, isPacked, verifiesUTF8) = (false, false, true, true)
        case "editions":
            (hasPresence, isClosed, isPacked, verifiesUTF8) = (true, false, true, true)
        default:
            (hasPresence, isClosed, isPacked, verifiesUTF8) = (true, true, false, false)
        }
        apply(file.options.features)
    }

    /// The features of something inside, by its own options.
    func with(_ features: Google_Protobuf_FeatureSet) -> Features {
        var changed = self
        changed.apply(features)
        return changed
    }

    private mutating func apply(_ features: Google_Protobuf_FeatureSet) {
        switch features.fieldPresence {
        case .explicit, .legacyRequired: hasPresence = true
        case .implicit: hasPresence = false
        case .unknown: break
        }
        switch features.enumType {
        case .open: isClosed = false
        case .closed: isClosed = true
        case .unknown: break
        }
        switch features.repeatedFieldEncoding {
        case .packed: isPacked = true
        case .expanded: isPacked = false
        case .unknown: break
        }
        switch features.utf8Validation {
        case .verify: verifiesUTF8 = true
        case .none: verifiesUTF8 = false
        case .unknown: break
        }
        switch features.messageEncoding {
        case .delimited: isDelimited = true
        case .lengthPrefixed: isDelimited = false
        case .unknown: break
        }
    }
}
