// The generated messages hold bytes as Foundation's `Data`; nothing else in this target does.
import FoundationEssentials

extension Data {
    /// The bytes as an array.
    var array: [UInt8] { Array(self) }
}

extension [UInt8] {
    /// The bytes as the generated messages hold them.
    var data: Data { Data(self) }
}
