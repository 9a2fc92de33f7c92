import FuzzTargets

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer owns the bytes during the call; they are copied at once.
    FuzzInput.run(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
