/// HTTP status codes next to those of gRPC.
enum HTTPStatusCode {
    /// The code of gRPC for the status of an HTTP app.
    static func grpcCode(of status: Int) -> Int {
        switch status {
        case 200..<300: 0
        case 400: 13
        case 401: 16
        case 403: 7
        case 404: 5
        case 408: 1
        case 409: 6
        case 429: 8
        case 501: 12
        case 503: 14
        case 504: 4
        default: 2
        }
    }

    /// The HTTP status for a code of gRPC (the table of grpc-gateway).
    static func status(of grpcCode: Int) -> Int {
        switch grpcCode {
        case 0: 200
        case 1: 499
        case 3, 9, 11: 400
        case 4: 504
        case 5: 404
        case 6, 10: 409
        case 7: 403
        case 8: 429
        case 12: 501
        case 14: 503
        case 16: 401
        default: 500
        }
    }
}
