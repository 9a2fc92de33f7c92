extension [UInt8] {
    /// Appends a copy of bytes that are only borrowed, such as those of a DATA frame.
    public mutating func append(copying bytes: Span<UInt8>) {
        // The array copies before the span ends.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
