import SwiftProtobuf
public typealias Stub = SwiftProtobuf.Google_Protobuf_Any
