import CMicrohttpd
import Glibc
import HTTPMessage

// What libmicrohttpd calls. Each finds its object and calls one method of it.
//
// The daemon's context is the server, unretained: the server stops the daemon before it goes. All of
// them are called on the loop's thread, from inside `MHD_run`, `MHD_add_connection` or
// `MHD_stop_daemon`. No pointer that they get is kept, but for the connection's own, which is valid
// until the completion callback.

private func server(_ context: UnsafeMutableRawPointer?) -> HTTPServer? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
}

/// A connection began or ended; an `MHD_NotifyConnectionCallback`.
func onConnection(
    context: UnsafeMutableRawPointer?, handle: OpaquePointer?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, event: MHD_ConnectionNotificationCode
) {
    guard let server = unsafe server(context), let slot = unsafe slot else { return }
    switch event {
    case .CONNECTION_NOTIFY_STARTED:
        guard let handle = unsafe handle,
            let connection = unsafe server.connectionBegins(handle)
        else { return }
        // Retained here, released when the connection is closed.
        unsafe slot.pointee = Unmanaged.passRetained(connection).toOpaque()
    default:
        guard let opaque = unsafe slot.pointee else { return }
        unsafe slot.pointee = nil
        server.connectionEnds(
            unsafe Unmanaged<Connection>.fromOpaque(opaque).takeRetainedValue())
    }
}

/// The request line was read: gives the request its context; called before anything is decoded.
func onTarget(
    context: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, handle: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let server = unsafe server(context), let handle = unsafe handle,
        let opaque = unsafe cmhd_socket_context(handle)
    else { return nil }
    let connection = unsafe Unmanaged<Connection>.fromOpaque(opaque).takeUnretainedValue()
    let bytes = unsafe UnsafeRawBufferPointer(
        start: target, count: target.map { unsafe length(of: $0) } ?? 0)
    server.exchangeBegins()
    let transaction = unsafe Transaction(
        server: server, connection: connection, handle: handle,
        target: RequestTarget([UInt8](bytes)))
    connection.transaction = transaction
    // Retained here, released by `onCompleted`.
    return unsafe Unmanaged.passRetained(transaction).toOpaque()
}

/// Leaves the target alone: routes decode it themselves, once.
func onUnescape(
    context: UnsafeMutableRawPointer?, handle: OpaquePointer?, text: UnsafeMutablePointer<CChar>?
) -> Int {
    unsafe text.map { unsafe length(of: $0) } ?? 0
}

/// The head is there, or a piece of the body, or the end; an `MHD_AccessHandlerCallback`.
func onAccess(
    context: UnsafeMutableRawPointer?, handle: OpaquePointer?, url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?,
    upload: UnsafePointer<CChar>?, uploadSize: UnsafeMutablePointer<Int>?,
    request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let opaque = unsafe request?.pointee, let method = unsafe method,
        let version = unsafe version, let uploadSize = unsafe uploadSize
    else { return .NO }
    let bytes = unsafe UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
    // Not retained: libmicrohttpd holds a reference until `onCompleted`, and that never comes amid
    // another callback.
    let result = unsafe Unmanaged<Transaction>.fromOpaque(opaque)._withUnsafeGuaranteedRef {
        unsafe $0.access(method: method, version: version, upload: bytes)
    }
    unsafe uploadSize.pointee = 0
    return result
}

/// The request is over; an `MHD_RequestCompletedCallback`.
func onCompleted(
    context: UnsafeMutableRawPointer?, handle: OpaquePointer?,
    request: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, code: MHD_RequestTerminationCode
) {
    guard let server = unsafe server(context), let opaque = unsafe request?.pointee else { return }
    unsafe request?.pointee = nil
    let transaction = unsafe Unmanaged<Transaction>.fromOpaque(opaque).takeRetainedValue()
    let ending: ExchangeSummary.Ending =
        switch code {
        case .REQUEST_TERMINATED_COMPLETED_OK: .completed
        case .REQUEST_TERMINATED_TIMEOUT_REACHED: .timedOut
        case .REQUEST_TERMINATED_DAEMON_SHUTDOWN: .shutDown
        default: .aborted
        }
    transaction.completed(ending)
    server.exchangeEnds(on: transaction.connection)
}

/// libmicrohttpd has something to say; it would go to the standard error otherwise.
func onLog(
    context: UnsafeMutableRawPointer?, format: UnsafePointer<CChar>?, arguments: CVaListPointer?
) {
    guard let server = unsafe server(context), let format = unsafe format,
        let arguments = unsafe arguments, let log = server.onDiagnostic
    else { return }
    var text = [CChar](repeating: 0, count: 512)
    // vsnprintf terminates within the size it is given.
    let count = unsafe vsnprintf(&text, text.count, format, arguments)
    let bytes = text.prefix(min(Int(max(count, 0)), text.count - 1)).map { UInt8(bitPattern: $0) }
    log(String(decoding: bytes, as: UTF8.self))
}
