/// Everything that is wrong with a configuration.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One mistake.
    public struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// The line of the file, from 1; nil when the mistake has no line.
        public var line: Int?
        /// The column, from 1.
        public var column: Int?
        /// A sentence that names the key and says what is expected.
        public var text: String

        /// `12:3: limits.body: ...`.
        public var description: String {
            guard let line, let column else { return text }
            return "\(line):\(column): \(text)"
        }
    }

    /// The file, or where else the settings came from.
    public var source: String
    /// The mistakes in the order of the file.
    public var problems: [Problem]

    /// One line for each mistake: `FILE:LINE:COLUMN: TEXT`.
    public var description: String {
        problems.map { problem in
            problem.line == nil ? "\(source): \(problem)" : "\(source):\(problem)"
        }.joined(separator: "\n")
    }
}
