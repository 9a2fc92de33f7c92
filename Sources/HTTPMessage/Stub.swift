public import HTTPTypes
public typealias Stub = HTTPFields
