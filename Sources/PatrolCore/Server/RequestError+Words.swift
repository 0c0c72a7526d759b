/// What is said in the same words wherever it happens.
extension RequestError {
    /// A value that cannot be meant.
    /// - Parameters:
    ///   - name: of the parameter or member.
    ///   - allowed: what could stand there.
    public static func value(
        _ name: String,
        _ value: String,
        allowed: String,
        code: ErrorCode = .badRequest
    ) -> RequestError {
        RequestError(code, "\(name) is \"\(value.prefix(100))\"", hint: "allowed: \(allowed)")
    }

    /// A value that is none of some names.
    public static func value(_ name: String, _ value: String, among names: [String]) -> RequestError {
        let meant = NameSuggestion.nearest(to: value, among: names).map { "; did you mean \($0)?" } ?? ""
        var error = Self.value(name, value, allowed: names.joined(separator: ", "))
        error.message += meant
        return error
    }

    /// A parameter of a query that nobody reads was meant to say something.
    public static func unknownParameter(
        _ name: String,
        allowed: [String],
        code: ErrorCode = .badRequest
    ) -> RequestError {
        let meant = NameSuggestion.nearest(to: name, among: allowed).map { "; did you mean \($0)?" } ?? ""
        return RequestError(
            code,
            "there is no parameter \"\(name.prefix(40))\" here\(meant)",
            hint: "allowed: \(allowed.isEmpty ? "none" : allowed.joined(separator: ", "))"
        )
    }

    /// A parameter of a query is there twice, and only one of its values could count.
    public static func repeatedParameter(_ name: String, code: ErrorCode = .badRequest) -> RequestError {
        RequestError(code, "\(name.prefix(40)) is given twice", hint: "allowed: once")
    }
}
