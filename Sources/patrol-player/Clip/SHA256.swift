import CMessageDigest

/// SHA-256 (FIPS 180-4) by libmd, which dpkg itself depends on: every Debian system has it, and it holds no state outside
/// the context.
struct SHA256: ~Copyable {
    private var context = SHA2_CTX()

    init() {
        SHA256Init(&context)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
        SHA256Update(&context, base, bytes.count)
    }

    /// 64 lower-case hexadecimal digits.
    consuming func finish() -> String {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256Final(&digest, &context)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
