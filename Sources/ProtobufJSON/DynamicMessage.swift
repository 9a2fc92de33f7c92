/// A message in memory whose type is only known by its descriptor.
struct DynamicMessage: Sendable {
    /// One value of a field.
    enum Element: Sendable {
        case scalar(Scalar)
        indirect case message(DynamicMessage)
    }

    /// The entries of a map in the order in which their keys came first.
    struct Entries: Sendable {
        private(set) var keys: [Scalar] = []
        private var values: [Scalar: Element] = [:]

        subscript(key: Scalar) -> Element? { values[key] }

        mutating func set(_ key: Scalar, _ value: Element) {
            if values.updateValue(value, forKey: key) == nil { keys.append(key) }
        }
    }

    // By the number of the field; apart from one another, so that what grows is changed in place.
    private(set) var singles: [Int: Element] = [:]
    private(set) var lists: [Int: [Element]] = [:]
    private(set) var maps: [Int: Entries] = [:]

    func scalar(_ number: Int) -> Scalar? {
        if case .scalar(let scalar) = singles[number] { scalar } else { nil }
    }

    func integer(_ number: Int) -> Int64 {
        if case .signed(let value) = scalar(number) { value } else { 0 }
    }
}

// MARK: - Reading

extension DynamicMessage {
    /// Reads the fields of a message into this one: what came before is replaced, or merged with.
    ///
    /// - Parameter group: the number of the group that this is; nil to read to the end.
    mutating func merge(
        _ reader: inout WireReader, as type: MessageType, in pool: DescriptorPool,
        group: Int? = nil, depth: Int
    ) throws(TranscodingError) {
        try checkDepth(depth)
        while let tag = try reader.tag() {
            if tag.type == .endGroup {
                guard tag.number == group else { throw WireReader.unbalanced }
                return
            }
            guard let field = type.field(number: tag.number), field.accepts(tag.type) else {
                try reader.skip(tag.number, tag.type, depth: depth + 1)
                continue
            }
            do throws(TranscodingError) {
                try merge(field, tag.type, &reader, type, in: pool, depth: depth)
            } catch {
                throw error.inside(field.name)
            }
        }
        guard group == nil else { throw WireReader.truncated }
    }

    private mutating func merge(
        _ field: Field, _ wire: WireType, _ reader: inout WireReader, _ type: MessageType,
        in pool: DescriptorPool, depth: Int
    ) throws(TranscodingError) {
        switch field.cardinality {
        case .map(let entry): try addEntry(field, pool.messages[entry], &reader, in: pool, depth)
        case .repeated
        where wire == .lengthDelimited && field.kind.wireType != .lengthDelimited
            && field.kind.message == nil:
            var packed = try reader.nested()
            while !packed.isAtEnd {
                if let element = try Self.scalar(field, &packed, in: pool) {
                    lists[field.number, default: []].append(element)
                }
            }
        case .repeated:
            if let element = try Self.element(field, DynamicMessage(), &reader, in: pool, depth) {
                lists[field.number, default: []].append(element)
            }
        case .single:
            // Taken out, so that it is changed in place.
            var before = DynamicMessage()
            if case .message(let message) = singles[field.number] {
                before = message
                singles[field.number] = nil
            }
            guard let element = try Self.element(field, before, &reader, in: pool, depth) else {
                return
            }
            if let oneof = field.oneof {
                for number in type.oneofs[oneof] { singles[number] = nil }
            }
            singles[field.number] = element
        }
    }

    /// nil for a number that a closed enumeration does not have: it counts as an unknown field.
    private static func scalar(
        _ field: Field, _ reader: inout WireReader, in pool: DescriptorPool
    ) throws(TranscodingError) -> Element? {
        let scalar = try reader.scalar(field.kind, verifiesUTF8: field.verifiesUTF8)
        if case .enumeration(let index) = field.kind, pool.enums[index].isClosed,
            case .signed(let number) = scalar,
            pool.enums[index].name(of: Int32(truncatingIfNeeded: number)) == nil
        {
            return nil
        }
        return .scalar(scalar)
    }

    private static func element(
        _ field: Field, _ before: consuming DynamicMessage, _ reader: inout WireReader,
        in pool: DescriptorPool, _ depth: Int
    ) throws(TranscodingError) -> Element? {
        guard let index = field.kind.message else {
            return try scalar(field, &reader, in: pool)
        }
        var message = before
        if case .group = field.kind {
            try message.merge(
                &reader, as: pool.messages[index], in: pool, group: field.number, depth: depth + 1)
        } else {
            var nested = try reader.nested()
            try message.merge(&nested, as: pool.messages[index], in: pool, depth: depth + 1)
        }
        return .message(message)
    }

    private mutating func addEntry(
        _ field: Field, _ type: MessageType, _ reader: inout WireReader, in pool: DescriptorPool,
        _ depth: Int
    ) throws(TranscodingError) {
        var entry = DynamicMessage()
        var nested = try reader.nested()
        try entry.merge(&nested, as: type, in: pool, depth: depth + 1)
        guard let keyField = type.field(number: 1), let valueField = type.field(number: 2),
            let standardKey = keyField.kind.standardKey
        else { return }
        let key = entry.scalar(1) ?? standardKey
        if let value = entry.singles[2] {
            maps[field.number, default: Entries()].set(key, value)
        } else if let value = valueField.kind.standardElement(in: pool) {
            maps[field.number, default: Entries()].set(key, value)
        }
    }
}

extension Field {
    /// Whether a value may come with this type: repeated numbers come packed or not.
    fileprivate func accepts(_ type: WireType) -> Bool {
        if type == kind.wireType { return true }
        return type == .lengthDelimited && cardinality == .repeated && kind.message == nil
    }
}

extension Kind {
    /// What is meant when an entry of a map has no key; nil for kinds that no key has.
    fileprivate var standardKey: Scalar? {
        switch self {
        case .int32, .int64, .sint32, .sint64, .sfixed32, .sfixed64: .signed(0)
        case .uint32, .uint64, .fixed32, .fixed64: .unsigned(0)
        case .bool: .bool(false)
        case .string: .string("")
        default: nil
        }
    }

    /// What is meant when an entry of a map has no value.
    fileprivate func standardElement(in pool: DescriptorPool) -> DynamicMessage.Element? {
        switch self {
        case .double: .scalar(.double(0))
        case .float: .scalar(.float(0))
        case .bytes: .scalar(.bytes([]))
        case .enumeration: .scalar(.signed(0))
        case .message, .group: .message(DynamicMessage())
        default: standardKey.map { .scalar($0) }
        }
    }
}
