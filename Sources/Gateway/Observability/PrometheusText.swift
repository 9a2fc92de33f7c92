/// Writes metrics in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    /// Begins a family of samples.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// One sample.
    mutating func sample(
        _ name: String, _ labels: [(name: String, value: String)], _ value: Int
    ) {
        line(name, labels, String(value))
    }

    /// One sample without labels.
    mutating func sample(_ name: String, _ value: Int) {
        line(name, [], String(value))
    }

    /// One sample without labels.
    mutating func sample(_ name: String, seconds value: Double) {
        line(name, [], "\(value)")
    }

    /// The samples of one histogram.
    mutating func sample(
        _ name: String, _ labels: [(name: String, value: String)], _ histogram: Histogram
    ) {
        var total = 0
        for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            total += count
            line("\(name)_bucket", labels + [("le", "\(bound)")], String(total))
        }
        total += histogram.counts.last ?? 0
        line("\(name)_bucket", labels + [("le", "+Inf")], String(total))
        line("\(name)_sum", labels, "\(Double(histogram.sum) / 1e9)")
        line("\(name)_count", labels, String(total))
    }

    private mutating func line(
        _ name: String, _ labels: [(name: String, value: String)], _ value: String
    ) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
