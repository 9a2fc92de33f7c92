internal import CNghttp2

// The functions that libnghttp2 calls. Each one finds its session, turns pointers into Swift's
// types and calls the method of that name in `HTTP2Session+Events.swift`. All pointers are valid
// for the call, by the library's contract, and none is kept.

/// Calls `body` with the session that `makeHandle` gave as user data.
///
/// It is alive, see there, and stays so: whoever pumps it holds it. So it is not retained, which
/// would cost as much as some of the callbacks, of which a call has about fifteen.
@inline(__always)
private func withSession<Result>(
    _ user: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> Result
) -> Result {
    guard let user = unsafe user else {
        preconditionFailure("libnghttp2 called back without its session")
    }
    return unsafe Unmanaged<HTTP2Session>.fromOpaque(user)._withUnsafeGuaranteedRef(body)
}

private func hasFlag(_ flags: UInt8, _ flag: nghttp2_flag) -> Bool {
    flags & UInt8(flag.rawValue) != 0
}

/// Where libnghttp2 finds a message's body: always the stream's queue, found by the stream's id.
var bodyProvider: nghttp2_data_provider {
    unsafe nghttp2_data_provider(source: nghttp2_data_source(ptr: nil)) {
        _, id, _, limit, flags, _, user in
        guard let flags = unsafe flags else {
            preconditionFailure("libnghttp2 asked for a body without a place for flags")
        }
        return unsafe withSession(user) {
            unsafe $0.bodyLength(on: id, limit: limit, flags: &flags.pointee)
        }
    }
}

func installCallbacks(_ callbacks: OpaquePointer?) {
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
        guard let frame = unsafe frame, unsafe isHeaders(frame) else {
            // A promised stream; we switched that off, and the union has no category for it.
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        unsafe withSession(user) {
            unsafe $0.headersBegan(
                on: frame.pointee.hd.stream_id,
                isRequest: frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST)
        }
        return 0
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
        _, _, name, nameLength, value, valueLength, flags, user in
        unsafe withSession(user) {
            unsafe $0.headerReceived(
                name: UnsafeBufferPointer(start: name, count: nameLength),
                value: UnsafeBufferPointer(start: value, count: valueLength),
                neverIndexed: flags & UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) != 0)
        }
        return 0
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
        _, _, id, data, length, user in
        unsafe withSession(user) {
            unsafe $0.dataReceived(UnsafeBufferPointer(start: data, count: length), on: id)
        }
        return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
        guard let frame = unsafe frame else { return 0 }
        unsafe withSession(user) { unsafe frameReceived(frame, $0) }
        return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
        guard let frame = unsafe frame else { return 0 }
        unsafe withSession(user) { unsafe frameSent(frame, $0) }
        return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) {
        _, frame, _, user in
        guard let frame = unsafe frame else { return 0 }
        if unsafe isHeaders(frame), unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
            unsafe withSession(user) { unsafe $0.requestNotSent(on: frame.pointee.hd.stream_id) }
        }
        return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) {
        _, id, code, user in
        unsafe withSession(user) { $0.streamClosed(id, code: code) }
        return 0
    }
    unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks) {
        _, frame, head, length, _, user in
        guard let frame = unsafe frame else { return 0 }
        // A frame's head has nine bytes (RFC 9113 §4.1); nothing of ours asks for padding.
        let hasRoom = unsafe withSession(user) {
            unsafe $0.writeBody(
                on: frame.pointee.hd.stream_id,
                frameHead: UnsafeBufferPointer(start: head, count: 9), length: length)
        }
        return hasRoom ? 0 : NGHTTP2_ERR_PAUSE.rawValue
    }
    unsafe nghttp2_session_callbacks_set_error_callback2(callbacks) { _, code, _, _, user in
        if code == NGHTTP2_ERR_SETTINGS_EXPECTED.rawValue {
            unsafe withSession(user) { $0.peerIsNotHTTP2 = true }
        }
        return 0
    }
}

private func debugData(of frame: nghttp2_goaway) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: frame.opaque_data, count: frame.opaque_data_len))
}

private func isHeaders(_ frame: UnsafePointer<nghttp2_frame>) -> Bool {
    unsafe frame.pointee.hd.type == UInt8(NGHTTP2_HEADERS.rawValue)
}

private func frameReceived(_ frame: UnsafePointer<nghttp2_frame>, _ session: HTTP2Session) {
    let head = unsafe frame.pointee.hd
    let endStream = hasFlag(head.flags, NGHTTP2_FLAG_END_STREAM)
    let isAcknowledgement = hasFlag(head.flags, NGHTTP2_FLAG_ACK)
    switch UInt32(head.type) {
    case NGHTTP2_HEADERS.rawValue:
        session.headersReceived(
            on: head.stream_id,
            isRequest: unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST,
            endStream: endStream)
    case NGHTTP2_DATA.rawValue where endStream:
        session.dataEnded(on: head.stream_id)
    case NGHTTP2_RST_STREAM.rawValue:
        session.streams[head.stream_id]?.resetByPeer = true
    case NGHTTP2_SETTINGS.rawValue where !isAcknowledgement:
        session.settingsReceived()
    case NGHTTP2_PING.rawValue where isAcknowledgement:
        let bytes = unsafe frame.pointee.ping.opaque_data
        let opaque = unsafe withUnsafeBytes(of: bytes) { unsafe $0.load(as: UInt64.self) }
        session.delegate?.session(
            session, receivedPingAcknowledgement: UInt64(bigEndian: opaque))
    case NGHTTP2_PING.rawValue:
        session.delegate?.sessionReceivedPing(session)
    case NGHTTP2_GOAWAY.rawValue:
        let goAway = unsafe frame.pointee.goaway
        session.goAwayReceived(
            lastID: unsafe goAway.last_stream_id, code: unsafe goAway.error_code,
            debugData: unsafe debugData(of: goAway))
    default:
        break
    }
}

private func frameSent(_ frame: UnsafePointer<nghttp2_frame>, _ session: HTTP2Session) {
    let head = unsafe frame.pointee.hd
    switch UInt32(head.type) {
    case NGHTTP2_HEADERS.rawValue:
        session.streams[head.stream_id]?.headWasSent = true
        if hasFlag(head.flags, NGHTTP2_FLAG_END_STREAM) { session.endSent(on: head.stream_id) }
    case NGHTTP2_DATA.rawValue where hasFlag(head.flags, NGHTTP2_FLAG_END_STREAM):
        session.endSent(on: head.stream_id)
    case NGHTTP2_GOAWAY.rawValue:
        let goAway = unsafe frame.pointee.goaway
        session.goAwaySent(
            code: unsafe goAway.error_code, reason: unsafe debugData(of: goAway))
    default:
        break
    }
}
