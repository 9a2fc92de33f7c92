public import EventLoop
import JSON

/// Writes observations as lines.
public struct Log: Sendable {
    /// Below this level nothing is written.
    public let level: LogLevel
    private let format: LogFormat
    private let sink: @Sendable ([UInt8]) -> Void

    /// A log.
    ///
    /// - Parameters:
    ///   - settings: the level and the format.
    ///   - sink: takes one line with its line feed; the standard error by default.
    public init(
        _ settings: Configuration.Log,
        sink: @escaping @Sendable ([UInt8]) -> Void = { StandardError.write($0) }
    ) {
        level = settings.level
        format = settings.format
        self.sink = sink
    }

    /// Writes an observation, if it is important enough.
    public func callAsFunction(_ observation: @autoclosure () -> Observation, level: LogLevel) {
        guard level >= self.level else { return }
        write(observation())
    }

    /// Writes an observation, if it is important enough.
    public func callAsFunction(_ observation: Observation) {
        guard observation.level >= level else { return }
        write(observation)
    }

    private func write(_ observation: Observation) {
        switch format {
        case .text: sink(Self.text(observation))
        case .json: sink(Self.json(observation))
        }
    }

    static func text(_ observation: Observation) -> [UInt8] {
        var line = "\(observation.level.rawValue): \(observation.message)"
        for (name, value) in observation.fields {
            let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 }
            line += isPlain && !value.isEmpty ? " \(name)=\(value)" : " \(name)=\(quoted(value))"
        }
        return Array(line.utf8) + [0x0A]
    }

    static func json(_ observation: Observation) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("level")
        writer.string(observation.level.rawValue)
        writer.key("message")
        writer.string(observation.message)
        for (name, value) in observation.fields {
            writer.key(name)
            writer.string(value)
        }
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    /// A JSON string: no line break or quote of a client's can end the line early.
    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
