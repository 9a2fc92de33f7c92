import EventLoop
import FoundationEssentials
import Testing

@Suite("What the fuzzer found, and what it starts from")
struct ReplayTests {
    private static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private static func inputs(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").sorted()
            .map { "\(root)/\(folder)/\($0)" }
    }

    @Test("every kept case is decoded without a trap", arguments: ["FailCases", "Fuzzing/Corpus"])
    func replay(folder: String) throws {
        for path in try Self.inputs(folder) { FuzzInput.run(try SystemFiles.read(path)) }
    }

    @Test("the corpus has something for each decoder")
    func corpus() throws {
        let first = try Self.inputs("Fuzzing/Corpus").compactMap {
            try SystemFiles.read($0).first
        }
        #expect(Set(first) == Set(FuzzInput.Decoder.allCases.map(\.rawValue)))
    }

    @Test("so are their beginnings, and their changes of one byte")
    func neighbours() throws {
        for path in try Self.inputs("Fuzzing/Corpus") {
            let input = try SystemFiles.read(path)
            for index in input.indices {
                FuzzInput.run(Array(input[..<index]))
                for change in [0x01, 0x80, 0xff] as [UInt8] {
                    var changed = input
                    changed[index] ^= change
                    FuzzInput.run(changed)
                }
            }
        }
    }
}
