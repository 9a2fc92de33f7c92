internal import CHTTPParser

// The functions that http-parser calls. Each finds its parser and turns pointers into Swift's
// types. All pointers are valid for the call, by the library's contract, and none is kept.

private func owner(_ parser: UnsafeMutablePointer<http_parser>?) -> HTTP1ResponseParser {
    guard let parser = unsafe parser, let data = unsafe parser.pointee.data else {
        preconditionFailure("http-parser called back without its owner")
    }
    // The owner is alive: it is inside the call that leads here.
    return unsafe Unmanaged<HTTP1ResponseParser>.fromOpaque(data).takeUnretainedValue()
}

private func withBytes(
    _ start: UnsafePointer<CChar>?, _ count: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
) -> CInt {
    let characters = unsafe UnsafeBufferPointer(start: start, count: count)
    let isFine = unsafe characters.withMemoryRebound(to: UInt8.self) { unsafe body($0) }
    return isFine ? 0 : -1
}

func install(_ settings: inout http_parser_settings) {
    unsafe http_parser_settings_init(&settings)
    unsafe settings.on_message_begin = { unsafe owner($0).messageBegan() ? 0 : -1 }
    unsafe settings.on_header_field = { parser, start, count in
        unsafe withBytes(start, count) { unsafe owner(parser).received(name: $0) }
    }
    unsafe settings.on_header_value = { parser, start, count in
        unsafe withBytes(start, count) { unsafe owner(parser).received(value: $0) }
    }
    unsafe settings.on_headers_complete = { unsafe owner($0).headEnded() }
    unsafe settings.on_body = { parser, start, count in
        unsafe withBytes(start, count) { unsafe owner(parser).received(content: $0) }
    }
    unsafe settings.on_message_complete = { unsafe owner($0).messageEnded() ? 0 : -1 }
}
