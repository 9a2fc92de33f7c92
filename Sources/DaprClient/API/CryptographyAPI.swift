/// Cryptography, as both APIs offer it.
public protocol CryptographyAPI: Sendable {}
