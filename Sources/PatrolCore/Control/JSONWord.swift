/// What a person calls the types that JSON has.
public enum JSONWord {
    /// - Parameter type: of Swift, as a decoder names it.
    public static func of(_ type: any Any.Type) -> String {
        switch type {
        case is any BinaryFloatingPoint.Type: "a number"
        case is any BinaryInteger.Type: "a whole number"
        case is Bool.Type: "true, false"
        case is String.Type: "a text"
        // Before the lists: a dictionary is a collection, too.
        case is any JSONObject.Type: "an object"
        case is any Collection.Type: "an array"
        // Whatever has members of its own.
        default: "an object"
        }
    }
}

private protocol JSONObject {}

extension Dictionary: JSONObject {}
