import HTTPTypes
public import HummingbirdCore

extension Request {
    /// Looks at how large the body is said to be, before any of it is read or asked for.
    /// - Throws: ``HTTPFailure`` if it is larger than the limit.
    public func checkDeclaredLength(atMost limit: Int, hint: String) throws(HTTPFailure) {
        guard let declared = headers[.contentLength] else { return }
        // What is no number was refused before; what remains is larger than any.
        guard let count = Int(declared), count <= limit else {
            throw .tooLarge("the body, of \(declared.prefix(20)) bytes,", limit: limit, hint: hint)
        }
    }
}
