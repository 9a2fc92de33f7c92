import Glibc

/// The memory that libmicrohttpd keeps for one connection's heads, of which an idle connection needs
/// next to nothing.
///
/// The library overwrites the whole pool with zeros after every request, which makes all of it
/// resident. Pages of zeros can go back to the kernel: what it gives for them later are zeros again.
/// That this is so is checked page by page, so nothing that the library still keeps can be lost.
struct IdleMemory {
    private let start: UInt
    private let end: UInt
    private static let pageSize = UInt(max(4096, sysconf(Int32(_SC_PAGESIZE))))

    /// Finds the pool of a connection.
    ///
    /// - Parameters:
    ///   - address: of the request line, with which libmicrohttpd's read buffer and so the pool begins.
    ///   - size: the pool's size. Above 32 KiB the library maps it by itself, in whole pages.
    @unsafe init?(requestLineAt address: UnsafeRawPointer, poolSize size: Int) {
        guard size > Self.mappedAbove else { return nil }
        start = UInt(bitPattern: address) & ~(Self.pageSize - 1)
        end = (start + UInt(size) + Self.pageSize - 1) & ~(Self.pageSize - 1)
    }

    /// Pools up to this size come from the heap and share their pages with others.
    static let mappedAbove = 32 * 1024

    /// Gives back every page of zeros. On the loop's thread, while the connection exists.
    func giveBack() {
        var page = start
        while page < end {
            // Within the connection's own mapping, which lasts as long as the connection; nobody else
            // writes to it, because libmicrohttpd runs on this thread.
            if let pointer = unsafe UnsafeMutableRawPointer(bitPattern: page),
                unsafe Self.isZero(UnsafeRawPointer(pointer))
            {
                unsafe madvise(pointer, Int(Self.pageSize), MADV_DONTNEED)
            }
            page += Self.pageSize
        }
    }

    private static func isZero(_ page: UnsafeRawPointer) -> Bool {
        var bits: UInt64 = 0
        for offset in stride(from: 0, to: Int(pageSize), by: 8) {
            // Pages are aligned, so each word is.
            unsafe bits |= page.load(fromByteOffset: offset, as: UInt64.self)
        }
        return bits == 0
    }
}
