import CYaml

/// A value of a YAML document, with the place where it stands.
struct YAMLNode {
    enum Content {
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    var content: Content
    /// Both count from 1.
    var line: Int
    var column: Int
}

/// Text that is no YAML, or more of it than a configuration has.
struct YAMLError: Error, Hashable {
    var line: Int
    var column: Int
    var text: String
}

extension YAMLNode {
    /// Deeper than any configuration; an alias that contains itself ends here too.
    private static let maximumDepth = 16
    /// More values than any configuration has; aliases can multiply a few to billions.
    private static let maximumCount = 10_000

    /// Parses one document with libyaml.
    ///
    /// - Returns: its root; nil when the text holds no value, only comments for example.
    static func parse(_ text: [UInt8]) throws(YAMLError) -> YAMLNode? {
        // On the heap, because the parser keeps a pointer to itself.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        // Out of memory is the only failure.
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            throw YAMLError(line: 1, column: 1, text: "out of memory")
        }
        defer { unsafe yaml_parser_delete(parser) }
        // libyaml reads from the buffer until the parser is deleted, all of which happens in here.
        let result = unsafe text.withUnsafeBufferPointer { buffer in
            unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            return unsafe parseDocument(parser)
        }
        return try result.get()
    }

    private static func parseDocument(
        _ parser: UnsafeMutablePointer<yaml_parser_t>
    ) -> Result<YAMLNode?, YAMLError> {
        var document = unsafe yaml_document_t()
        guard unsafe yaml_parser_load(parser, &document) == 1 else {
            return unsafe .failure(YAMLError(parser.pointee))
        }
        defer { unsafe yaml_document_delete(&document) }
        guard let root = unsafe yaml_document_get_root_node(&document) else { return .success(nil) }
        do throws(YAMLError) {
            var left = maximumCount
            let node = try unsafe YAMLNode(root, in: &document, depth: 0, left: &left)
            if let error = unsafe refuseAnother(parser) { return .failure(error) }
            return .success(node)
        } catch {
            return .failure(error)
        }
    }

    private static func refuseAnother(_ parser: UnsafeMutablePointer<yaml_parser_t>) -> YAMLError? {
        var document = unsafe yaml_document_t()
        guard unsafe yaml_parser_load(parser, &document) == 1 else {
            return unsafe YAMLError(parser.pointee)
        }
        defer { unsafe yaml_document_delete(&document) }
        guard let root = unsafe yaml_document_get_root_node(&document) else { return nil }
        return unsafe YAMLError(root.pointee.start_mark, "a second document; one is expected")
    }

    private init(
        _ node: UnsafeMutablePointer<yaml_node_t>, in document: inout yaml_document_t, depth: Int,
        left: inout Int
    ) throws(YAMLError) {
        let mark = unsafe node.pointee.start_mark
        line = Int(mark.line) + 1
        column = Int(mark.column) + 1
        guard depth < Self.maximumDepth else {
            throw YAMLError(mark, "nested deeper than \(Self.maximumDepth) levels")
        }
        left -= 1
        guard left > 0 else {
            throw YAMLError(
                mark, "more than \(Self.maximumCount) values, counting those of aliases")
        }
        // libyaml fills the member of the union that `type` names, and ranges that belong to the
        // document, which outlives this call.
        switch unsafe node.pointee.type {
        case YAML_SEQUENCE_NODE:
            let items = unsafe node.pointee.data.sequence.items
            var elements: [YAMLNode] = []
            var item = unsafe items.start
            while let index = unsafe item, unsafe index < items.top {
                elements.append(
                    try unsafe Self.child(
                        index.pointee, of: &document, depth: depth, mark: mark, left: &left))
                unsafe item = index.successor()
            }
            content = .sequence(elements)
        case YAML_MAPPING_NODE:
            let pairs = unsafe node.pointee.data.mapping.pairs
            var members: [(key: YAMLNode, value: YAMLNode)] = []
            var pair = unsafe pairs.start
            while let current = unsafe pair, unsafe current < pairs.top {
                let key = try unsafe Self.child(
                    current.pointee.key, of: &document, depth: depth, mark: mark, left: &left)
                let value = try unsafe Self.child(
                    current.pointee.value, of: &document, depth: depth, mark: mark, left: &left)
                members.append((key, value))
                unsafe pair = current.successor()
            }
            content = .mapping(members)
        default:
            let scalar = unsafe node.pointee.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            content = .scalar(
                unsafe String(decoding: bytes, as: UTF8.self),
                isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE)
        }
    }

    private static func child(
        _ index: CInt, of document: inout yaml_document_t, depth: Int, mark: yaml_mark_t,
        left: inout Int
    ) throws(YAMLError) -> YAMLNode {
        guard let node = unsafe yaml_document_get_node(&document, index) else {
            throw YAMLError(mark, "a value is missing")
        }
        return try unsafe YAMLNode(node, in: &document, depth: depth + 1, left: &left)
    }
}

extension YAMLError {
    fileprivate init(_ mark: yaml_mark_t, _ text: String) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1, text: text)
    }

    /// What libyaml says about the place where it gave up.
    fileprivate init(_ parser: yaml_parser_t) {
        // Both texts are string constants of the library.
        let problem = unsafe parser.problem.map { unsafe String(cString: $0) }
        let context = unsafe parser.context.map { unsafe " (" + String(cString: $0) + ")" }
        // What cannot be read at all has no mark; it is a little behind where the parser is.
        let isUnreadable = unsafe parser.error == YAML_READER_ERROR
        let mark = unsafe isUnreadable ? parser.mark : parser.problem_mark
        self.init(mark, (problem ?? "not readable as YAML") + (context ?? ""))
    }
}
